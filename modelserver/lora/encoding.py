"""Chat rows as tokens: the model's own template writes them, and only the assistant's turns are learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

from modelserver.engine import Conversation, Judged, Message, Preference, Refused

ROLES_OF_TEMPLATES = {"developer": "system", "function": "tool"}


@dataclass(frozen=True)
class Encoded:
    """Tokens of one text. learned: for each token, whether it is trained on. cut: tokens left off at the end."""

    ids: list[int]
    learned: list[bool]
    cut: int = 0

    @property
    def learned_tokens(self) -> int:
        return sum(self.learned)


@dataclass(frozen=True)
class EncodedPair:
    preferred: Encoded
    rejected: Encoded


@dataclass(frozen=True)
class EncodedJudgement:
    """strange: the same request, with the answer to another one."""

    answer: Encoded
    strange: Encoded
    liked: bool


class Encoder:
    """One tokenizer and its chat template. Texts beyond the context are cut at their end, as OpenAI does it."""

    def __init__(self, tokenizer: Any, context_tokens: int) -> None:
        if not tokenizer.chat_template:
            raise Refused("The base model has no chat template.", code="unusable_base")
        self._tokenizer, self._context_tokens = tokenizer, context_tokens

    def prompt(self, messages: Conversation) -> list[int]:
        """What the model reads before it answers."""
        ids: list[int] = self._tokenizer(self._written(messages, asks=True), add_special_tokens=False)["input_ids"]
        return ids

    def conversation(self, messages: Conversation) -> Encoded:
        """Each trained assistant turn is learned, with the mark that ends it; `weight` 0 turns are only read."""
        text = self._written(messages, asks=False)
        learned = [self._turn(text, messages, at) for at, message in enumerate(messages) if _is_learned(message)]
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        inside = [any(first <= start < end for first, end in learned) for start, _ in encoded["offset_mapping"]]
        most = self._context_tokens
        return Encoded(encoded["input_ids"][:most], inside[:most], max(0, len(inside) - most))

    def pair(self, preference: Preference) -> EncodedPair:
        asked = preference.asked
        return EncodedPair(self._answered(asked, preference.preferred), self._answered(asked, preference.rejected))

    def judgements(self, rows: Sequence[Judged]) -> list[EncodedJudgement]:
        """Of all rows together: what is strange to each is the answer of the next."""
        answers = [row.answer for row in rows]
        return [
            EncodedJudgement(self._answered(row.asked, row.answer), self._answered(row.asked, other), row.liked)
            for row, other in zip(rows, answers[1:] + answers[:1], strict=True)
        ]

    def _answered(self, asked: Conversation, answer: str) -> Encoded:
        """Only the answer is learned."""
        return self.conversation([*_read_only(asked), Message("assistant", answer)])

    def _turn(self, text: str, messages: Conversation, at: int) -> tuple[int, int]:
        """Where a turn stands in the whole text: from the end of what asks for it to the end of the turn."""
        before, after = self._written(messages[:at], asks=True), self._written(messages[: at + 1], asks=False)
        if not (text.startswith(before) and text.startswith(after)):
            reason = "The base model's chat template writes earlier turns anew when later ones are added."
            raise Refused(reason, code="unusable_base")
        return len(before), len(after)

    def _written(self, messages: Conversation, *, asks: bool) -> str:
        turns = [{"role": ROLES_OF_TEMPLATES.get(m.role, m.role), "content": m.content} for m in messages]
        try:
            text: str = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=asks)
        except TemplateError as err:
            reason = f"The base model's chat template refuses these messages: {err}"
            raise Refused(reason, code="invalid_messages") from err
        return text


def _is_learned(message: Message) -> bool:
    return message.role == "assistant" and message.trained


def _read_only(messages: Conversation) -> Sequence[Message]:
    return [Message(message.role, message.content, trained=False) for message in messages]
