"""Answers of one base and all its adapters: one copy of the weights, and each pass is for all that write."""

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
from modelserver.lora.together import Together
from modelserver.lora.words import Words


class ServedBase:
    """The weights, the adapters beside them, and who writes."""

    def __init__(self, base: BaseFolder) -> None:
        self.tokenizer = open_tokenizer(base)
        self.encoder = Encoder(self.tokenizer, base.context_tokens)
        self._model = open_base(base).eval()
        self._adapted: Any = None
        self._active: str | None = None  # the adapter of the last pass; changing it walks through every layer
        self._turn, self._names, self._forgotten = threading.Lock(), count(), deque[str]()
        self.ends = _ends(self._model, self.tokenizer)
        self.together = Together(self.read)

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
        weakref.finalize(chat, self._forgotten.append, name)  # its memory is given back at the next pass
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

    def read(
        self, adapters: Sequence[str | None], ids: Sequence[Sequence[int]], cache: Any, before: Sequence[int] | None
    ) -> tuple[Any, Any]:
        """As of `Pass`."""
        with self._turn, torch.inference_mode():
            self._forget()
            read = {
                "input_ids": torch.tensor(list(ids), device=self._model.device),
                "use_cache": True,
                "logits_to_keep": 1,
            }
            if cache is not None:
                read["cache"] = cache
            if before is not None and len(ids) > 1:
                read |= _padding(before, self._model.device)
            out = self._passed(adapters, read)
            return out.logits[:, -1].float().cpu(), out.cache

    def _passed(self, adapters: Sequence[str | None], read: dict[str, Any]) -> Any:
        voices = set(adapters)
        if self._adapted is None:
            return self._model(**read)
        if len(voices) > 1:  # PEFT asks each layer's adapters for their own texts only
            return self._adapted(**read, adapter_names=[adapter or "__base__" for adapter in adapters])
        voice = voices.pop()
        if voice is None:
            with self._adapted.disable_adapter():
                return self._adapted(**read)
        self._activate(voice)
        return self._adapted(**read)


class LoraChat:
    """The base, or the base with one adapter."""

    def __init__(self, served: ServedBase, adapter: str | None) -> None:
        self.served, self.adapter = served, adapter

    def count_tokens(self, messages: Conversation) -> int:
        return len(self.served.encoder.prompt(messages))

    def write(self, messages: Conversation, sampling: Sampling) -> Iterator[Piece]:
        return self.served.together.pieces(_Answer(self, messages, sampling))


class _Answer:
    """One answer as it grows. chat: held, because its adapter leaves the memory with it."""

    def __init__(self, chat: LoraChat, messages: Conversation, sampling: Sampling) -> None:
        self._chat, self._sampling, self._written = chat, sampling, 0
        self._words, self._picker = Words(chat.served.tokenizer, sampling.stop), Picker(sampling)
        self.adapter, self.read = chat.adapter, chat.served.encoder.prompt(messages)

    def take(self, scores: Any) -> Piece:
        token = self._picker.pick(scores)
        if token in self._chat.served.ends:
            return Piece(self._words.rest(), 1, "stop")
        self.read, self._written = [token], self._written + 1
        told = () if self._sampling.likeliest is None else (self._told(scores, token, self._sampling.likeliest),)
        text = self._words.add(token)
        if self._words.stopped:
            return Piece(text, 1, "stop", told)
        if self._written == self._sampling.max_tokens:
            return Piece(text + self._words.rest(), 1, "length", told)
        return Piece(text, 1, None, told)

    def _told(self, scores: Any, token: int, likeliest: int) -> Token:
        """Of the model itself, before temperature and top_p."""
        nats = scores.log_softmax(-1)
        values, places = nats.topk(likeliest)
        written = self._chat.served.tokenizer.decode
        others = [(written([place]), value) for place, value in zip(places.tolist(), values.tolist(), strict=True)]
        return Token(written([token]), float(nats[token]), others)


def _padding(before: Sequence[int], device: Any) -> dict[str, Any]:
    """What the model must know of texts of unequal length: which places are real, and where each goes on."""
    longest = max(before)
    real = [[0] * (longest - size) + [1] * (size + 1) for size in before]
    return {
        "attention_mask": torch.tensor(real, device=device),
        "position_ids": torch.tensor([[size] for size in before], device=device),
    }


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    """The tokens that end an answer."""
    named = model.generation_config.eos_token_id
    listed = named if isinstance(named, list) else [named]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)
