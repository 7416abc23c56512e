"""Answers of one base and all its adapters: one copy of the weights, one forward pass at a time, token by token."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors import SafetensorError

from modelserver.engine import Conversation, Piece, Sampling, Token
from modelserver.lora.encoding import Encoder
from modelserver.lora.hub import BaseFolder, open_base, open_tokenizer
from modelserver.lora.picking import Picker
from modelserver.lora.words import Words


class ServedBase:
    """Voices take turns token by token, so that a long answer of one does not hold up the others."""

    def __init__(self, base: BaseFolder) -> None:
        self.tokenizer = open_tokenizer(base)
        self.encoder = Encoder(self.tokenizer, base.context_tokens)
        self._model = open_base(base).eval()
        self._adapted: Any = None
        self._active: str | None = None  # the adapter of the last turn; changing it walks through every layer
        self._turn, self._names, self._forgotten = threading.Lock(), count(), deque[str]()
        self.ends = _ends(self._model, self.tokenizer)

    def chat(self, path: Path | None) -> LoraChat:
        """Raises ValueError when the files of an adapter cannot be read."""
        if path is None:
            return LoraChat(self, None)
        name = f"voice{next(self._names)}"
        with self._turn:
            self._forget()
            try:
                self._load(path, name)
            except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as err:
                raise ValueError(f"{path} holds no adapter of this base: {err!r}") from err
        chat = LoraChat(self, name)
        weakref.finalize(chat, self._forgotten.append, name)  # its memory is given back at the next turn
        return chat

    def _load(self, path: Path, name: str) -> None:
        if self._adapted is None:
            self._adapted = PeftModel.from_pretrained(self._model, str(path), adapter_name=name).eval()
            self._activate(name)
        else:
            self._adapted.load_adapter(str(path), adapter_name=name, low_cpu_mem_usage=True)

    def _activate(self, name: str) -> None:
        if self._active != name:
            self._adapted.set_adapter(name, inference_mode=True)
            self._active = name

    def _forget(self) -> None:
        while self._forgotten:
            name = self._forgotten.popleft()
            others = [other for other in self._adapted.peft_config if other != name]
            if others:  # the last one stays: without any there is nothing to put the next one beside
                self._activate(others[0])
                self._adapted.delete_adapter(name)

    def next_scores(self, adapter: str | None, ids: Sequence[int], cache: Any) -> tuple[Any, Any]:
        """One score for each word of the vocabulary as the next one, and the memory of what was read."""
        with self._turn, torch.inference_mode():
            self._forget()
            read = torch.tensor([list(ids)], device=self._model.device)
            if self._adapted is None:
                out = self._model(input_ids=read, cache=cache, use_cache=True, logits_to_keep=1)
            elif adapter is None:
                with self._adapted.disable_adapter():
                    out = self._adapted(input_ids=read, cache=cache, use_cache=True, logits_to_keep=1)
            else:
                self._activate(adapter)
                out = self._adapted(input_ids=read, cache=cache, use_cache=True, logits_to_keep=1)
            return out.logits[0, -1].float().cpu(), out.cache


class LoraChat:
    """The base, or the base with one adapter."""

    def __init__(self, served: ServedBase, adapter: str | None) -> None:
        self._served, self._adapter = served, adapter

    def count_tokens(self, messages: Conversation) -> int:
        return len(self._served.encoder.prompt(messages))

    def write(self, messages: Conversation, sampling: Sampling) -> Iterator[Piece]:
        words = Words(self._served.tokenizer, sampling.stop)
        picker = Picker(sampling)
        ids, cache = self._served.encoder.prompt(messages), None
        for _ in range(sampling.max_tokens):
            scores, cache = self._served.next_scores(self._adapter, ids, cache)
            token = picker.pick(scores)
            if token in self._served.ends:
                yield Piece(words.rest(), 1, "stop")
                return
            told = () if sampling.likeliest is None else (self._told(scores, token, sampling.likeliest),)
            yield Piece(words.add(token), 1, "stop" if words.stopped else None, told)
            if words.stopped:
                return
            ids = [token]
        yield Piece(words.rest(), 0, "length")

    def _told(self, scores: Any, token: int, likeliest: int) -> Token:
        """Of the model itself, before temperature and top_p."""
        nats = scores.log_softmax(-1)
        values, places = nats.topk(likeliest)
        written = self._served.tokenizer.decode
        others = [(written([place]), value) for place, value in zip(places.tolist(), values.tolist(), strict=True)]
        return Token(written([token]), float(nats[token]), others)


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    """The tokens that end an answer."""
    named = model.generation_config.eos_token_id
    listed = named if isinstance(named, list) else [named]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)
