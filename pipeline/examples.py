"""Turns clean texts into training rows: a prompt each, a split that never leaks, and a hash over all of it."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pipeline.domain.documents import DocumentId, ExampleId, PromptStyle, Split
from pipeline.domain.prepared import Example, heads_of
from pipeline.prompts import Cleaned, Salience, prompt_for, stable_hash

HELD_OUT_SHARE: Final = 8  # one topic in eight is test, one in eight validation
MIN_ROWS_TO_HOLD_OUT: Final = 10  # smaller sets cannot be trained on, so nothing is kept back from them
EXAMPLE_ID_CHARS: Final = 16  # 64 bits: no two rows of a million share an id by accident


_KEYS: Final = frozenset(("role", "content", "name", "function_call", "weight"))
_ROLES: Final = frozenset(("system", "user", "assistant", "function"))

K = TypeVar("K", bound=str)


@dataclass(frozen=True, slots=True)
class Row:
    """What makes an example of a text. tokens: of the whole row."""

    prompt: str
    tokens: int


@dataclass(frozen=True, slots=True)
class RowMaker:
    """How rows are made. row_tokens: tokens of a whole row from the texts of its messages."""

    system: str
    prompt_style: PromptStyle
    row_tokens: Callable[[Sequence[str]], int]

    def row(self, cleaned: Cleaned, salience: Salience) -> Row:
        prompt = cleaned.prompt or prompt_for(cleaned, self.prompt_style, salience)
        return Row(prompt, self.row_tokens([*filter(None, [self.system]), prompt, cleaned.text]))


# Splits


def assign_splits(topics: Mapping[K, str], same_text: Iterable[Collection[K]] = ()) -> dict[K, Split]:
    """Put each key into a split by the hash of its topic, the same in every round.

    same_text: sets of keys whose texts are nearly the same; such keys, and keys of one topic, stay together. A
    group goes by the largest hash among its members, so it can only move from test towards train as a set grows:
    what a model was trained on never becomes a test. Sets of at least MIN_ROWS_TO_HOLD_OUT always have a test and
    a validation row; where no hash is low enough, the lowest groups are taken, and give their place back to the
    next lower one that arrives.
    """
    groups = _groups(topics, same_text)
    rank = {root: max(stable_hash("split", topics[key]) for key in keys) for root, keys in groups.items()}
    ordered = sorted(groups, key=lambda root: (rank[root], topics[root], root))
    edge = 2**64 // HELD_OUT_SHARE
    test = {root for root in ordered if rank[root] < edge}
    validation = {root for root in ordered if edge <= rank[root] < 2 * edge}
    if len(topics) >= MIN_ROWS_TO_HOLD_OUT and len(ordered) > 2:
        test = test or set(ordered[:1])
        validation = (validation - test) or {next(root for root in ordered if root not in test)}
    return {
        key: "test" if root in test else "validation" if root in validation else "train"
        for root, keys in groups.items()
        for key in keys
    }


def _groups(topics: Mapping[K, str], same_text: Iterable[Collection[K]]) -> dict[K, list[K]]:
    """Keys by the first key of their group."""
    leader = {key: key for key in topics}

    def find(key: K) -> K:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    by_topic: dict[str, list[K]] = {}
    for key, topic in topics.items():
        by_topic.setdefault(topic, []).append(key)
    for together in (*by_topic.values(), *same_text):
        known = [key for key in together if key in topics]
        for key in known[1:]:
            leader[find(key)] = find(known[0])
    groups: dict[K, list[K]] = {}
    for key in topics:
        groups.setdefault(find(key), []).append(key)
    return groups


# Hashes and rows on disk


def example_id(key: DocumentId, text: str) -> ExampleId:
    return ExampleId(hashlib.sha256(f"{key}\n{text}".encode(errors="replace")).hexdigest()[:EXAMPLE_ID_CHARS])


def content_hash(examples: Sequence[Example]) -> str:
    """SHA-256 over the rows of all splits; the order in which files were read does not matter."""
    digest = hashlib.sha256()
    heads = heads_of(examples)
    for number in sorted(range(len(heads)), key=lambda number: heads[number].example_id):
        row = examples[number]
        fields = [row.example_id, row.split, row.system, row.prompt, row.completion]
        digest.update(json.dumps(fields, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def messages_of(example: Example) -> list[dict[str, str]]:
    said = [("system", example.system), ("user", example.prompt), ("assistant", example.completion)]
    return [{"role": role, "content": content} for role, content in said if content or role != "system"]


def to_jsonl(examples: Iterable[Example]) -> bytes:
    """Chat rows as OpenAI takes them, one JSON object a line, UTF-8."""
    return b"".join(jsonl_lines(examples))


def jsonl_lines(examples: Iterable[Example]) -> Iterator[bytes]:
    """The same, row by row.

    Line separators other than the newline are escaped, for readers that would split a row at them.
    """
    for row in examples:
        line = json.dumps({"messages": messages_of(row)}, ensure_ascii=False) + "\n"
        yield line.encode().replace(*_NEXT_LINE).replace(*_LINE_END).replace(*_PARAGRAPH_END)


_NEXT_LINE: Final = ("\u0085".encode(), b"\\u0085")
_LINE_END: Final = ("\u2028".encode(), b"\\u2028")
_PARAGRAPH_END: Final = ("\u2029".encode(), b"\\u2029")


def format_errors(rows: Iterable[object]) -> dict[str, int]:
    """How many times each of the cookbook's format rules is broken; empty when every row can be sent.

    Source: openai-cookbook, Chat_finetuning_data_prep.ipynb, with its names.
    """
    errors: Counter[str] = Counter()
    for row in rows:
        errors.update(_row_errors(row))
    return dict(errors)


def _row_errors(row: object) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "data_type"
        return
    messages = row.get("messages")
    if not messages or not isinstance(messages, list):
        yield "missing_messages_list"
        return
    for message in messages:
        yield from _message_errors(message)
    if not any(isinstance(message, dict) and message.get("role") == "assistant" for message in messages):
        yield "example_missing_assistant_message"


def _message_errors(message: Any) -> Iterator[str]:
    if not isinstance(message, dict) or "role" not in message or "content" not in message:
        yield "message_missing_key"
        return
    if message.keys() - _KEYS:
        yield "message_unrecognized_key"
    if message["role"] not in _ROLES:
        yield "unrecognized_role"
    content = message["content"]
    if (not content and not message.get("function_call")) or not isinstance(content, str):
        yield "missing_content"
