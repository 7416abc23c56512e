"""Answers in the shape of OpenAI's chat completions: whole, or as the chunks of a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from modelserver.engine import Piece, Token

WORD: Final = re.compile(r"\S*\s*", re.DOTALL)  # what one streamed chunk carries at most: a word, the blanks after it


@dataclass
class Choice:
    """One answer as far as it is written."""

    index: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        return sum(piece.tokens for piece in self.pieces)

    def wire(self) -> dict[str, Any]:
        text = "".join(piece.text for piece in self.pieces)
        told = [token for piece in self.pieces for token in piece.told]
        return {
            "index": self.index,
            "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
            "logprobs": _log_probabilities(told),
            "finish_reason": self.pieces[-1].finish_reason,
        }


@dataclass(frozen=True)
class Completion:
    """What all answers to one request have in common. created: seconds since 1970."""

    completion_id: str
    created: int
    model: str
    prompt_tokens: int
    choices: Sequence[Choice]

    def usage(self) -> dict[str, int]:
        written = sum(choice.tokens for choice in self.choices)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": written,
            "total_tokens": self.prompt_tokens + written,
        }

    def wire(self) -> dict[str, Any]:
        return self._head("chat.completion") | {
            "choices": [choice.wire() for choice in self.choices],
            "usage": self.usage(),
        }

    def opening(self, index: int, *, include_usage: bool) -> dict[str, Any]:
        return self._chunk(include_usage) | {"choices": [_delta(index, {"role": "assistant", "content": ""})]}

    def chunks(self, index: int, piece: Piece, *, include_usage: bool) -> Iterator[dict[str, Any]]:
        """One for each word of a piece, and one that ends the answer."""
        head, told = self._chunk(include_usage), piece.told
        for word in filter(None, WORD.findall(piece.text)):
            yield head | {"choices": [_delta(index, {"content": word}, told=told)]}
            told = ()
        if told:
            yield head | {"choices": [_delta(index, {"content": ""}, told=told)]}
        if piece.finish_reason is not None:
            yield head | {"choices": [_delta(index, {}, finish_reason=piece.finish_reason)]}

    def last_chunk(self) -> dict[str, Any]:
        return self._head("chat.completion.chunk") | {"choices": [], "usage": self.usage()}

    def _chunk(self, include_usage: bool) -> dict[str, Any]:
        return self._head("chat.completion.chunk") | ({"usage": None} if include_usage else {})

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.completion_id, "object": kind, "created": self.created, "model": self.model}


def _delta(
    index: int, delta: dict[str, str], *, finish_reason: str | None = None, told: Sequence[Token] = ()
) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": _log_probabilities(told), "finish_reason": finish_reason}


def _log_probabilities(told: Sequence[Token]) -> dict[str, Any] | None:
    if not told:
        return None
    tokens = [
        _token(token.text, token.log_probability)
        | {"top_logprobs": [_token(text, value) for text, value in token.likeliest]}
        for token in told
    ]
    return {"content": tokens, "refusal": None}


def _token(text: str, log_probability: float) -> dict[str, Any]:
    return {"token": text, "logprob": log_probability, "bytes": list(text.encode())}
