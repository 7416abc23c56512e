"""Reads a training file as OpenAI does: chat rows in JSON lines, refused with the row's number and the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from modelserver.engine import Conversation, Judged, Message, Preference, Row
from modelserver.records import Method

MIN_ROWS: Final = 10
ROLES: Final = frozenset({"system", "user", "assistant", "tool", "function"})
ROW_KEYS: Final = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})
MESSAGE_KEYS: Final = frozenset(
    {"role", "content", "name", "weight", "refusal", "function_call", "tool_calls", "tool_call_id"}
)
PREFERENCE_KEYS: Final = frozenset({"preferred_output", "non_preferred_output"})
PREFERENCE_ROW_KEYS: Final = PREFERENCE_KEYS | {"input"}
JUDGED_KEYS: Final = frozenset({"prompt", "completion", "label"})  # as TRL takes single judgements
INPUT_KEYS: Final = frozenset({"messages", "tools", "parallel_tool_calls"})


class BadTrainingFile(Exception):
    """code, row (from 1; None when it is the file as a whole) and reason, for the job's error."""

    def __init__(self, reason: str, *, code: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.code, self.row, self.reason = code, row, reason


class _BadRow(Exception):
    """Why one row is refused."""


def read_training_file(path: Path, *, method: Method = "supervised", min_rows: int = MIN_ROWS) -> list[Row]:
    """Every row of a file, or BadTrainingFile for the first that is wrong. A byte order mark is allowed."""
    rows: list[Row] = []
    for number, line in _lines(path):
        try:
            rows.append(READERS[method](_parsed(line)))
        except _BadRow as err:
            raise BadTrainingFile(str(err), code="invalid_training_file", row=number) from err
    if len(rows) < min_rows:
        reason = f"Training file has {len(rows)} example(s), but must have at least {min_rows} examples"
        raise BadTrainingFile(reason, code="invalid_n_examples")
    if method == "kto" and len({row.liked for row in rows if isinstance(row, Judged)}) == 1:
        reason = "Every label is the same; kto learns from answers that were liked and answers that were not"
        raise BadTrainingFile(reason, code="invalid_training_file")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as err:
                raise BadTrainingFile("not UTF-8", code="invalid_training_file", row=number) from err
            if text:
                yield number, text


def _parsed(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as err:
        raise _BadRow("not valid JSON") from err
    if not isinstance(row, dict):
        raise _BadRow("not a JSON object")
    return row


def _conversation(row: dict[str, Any]) -> Conversation:
    if PREFERENCE_KEYS & row.keys():
        raise _BadRow("a preference (DPO) row; the method here is supervised")
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _BadRow("'messages' is missing or empty")
    if unknown := sorted(row.keys() - ROW_KEYS):
        raise _BadRow(f"unrecognised key {unknown[0]!r}")
    if row.get("tools") or row.get("functions"):
        raise _BadRow("tools are not supported by this server's models")
    return _turns(messages)


def _preference(row: dict[str, Any]) -> Preference:
    """One turn as OpenAI has it: what was asked, and two last messages of the assistant."""
    if unknown := sorted(row.keys() - PREFERENCE_ROW_KEYS):
        raise _BadRow(f"unrecognised key {unknown[0]!r}; the method here is dpo")
    asked = row.get("input")
    if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list) or not asked["messages"]:
        raise _BadRow("'input.messages' is missing or empty")
    if unknown := sorted(asked.keys() - INPUT_KEYS):
        raise _BadRow(f"unrecognised key 'input.{unknown[0]}'")
    if asked.get("tools"):
        raise _BadRow("tools are not supported by this server's models")
    messages = _asked(asked["messages"], "input")
    preferred, rejected = (_output(row, name) for name in ("preferred_output", "non_preferred_output"))
    if preferred == rejected:
        raise _BadRow("the preferred and the other output are the same")
    return Preference(messages, preferred, rejected)


def _judged(row: dict[str, Any]) -> Judged:
    """One answer of the assistant, and whether it was liked."""
    if unknown := sorted(row.keys() - JUDGED_KEYS):
        raise _BadRow(f"unrecognised key {unknown[0]!r}; the method here is kto")
    if not isinstance(row.get("prompt"), list) or not row["prompt"]:
        raise _BadRow("'prompt' must be a list of messages")
    if not isinstance(row.get("label"), bool):
        raise _BadRow(f"'label' is {row.get('label')!r}; it must be true or false")
    return Judged(_asked(row["prompt"], "prompt"), _output(row, "completion"), row["label"])


def _asked(messages: list[Any], name: str) -> list[Message]:
    asked = [_message(message, number) for number, message in enumerate(messages, start=1)]
    if asked[-1].role == "assistant":
        raise _BadRow(f"the last message of '{name}' is from the assistant")
    return asked


def _output(row: dict[str, Any], name: str) -> str:
    output = row.get(name)
    if not isinstance(output, list) or len(output) != 1:
        raise _BadRow(f"'{name}' must be a list of one message")
    message = _message(output[0], 1)
    if message.role != "assistant":
        raise _BadRow(f"'{name}' is not from the assistant")
    return message.content


def _turns(messages: list[Any]) -> Conversation:
    turns = [_message(message, number) for number, message in enumerate(messages, start=1)]
    if all(turn.role != "assistant" for turn in turns):
        raise _BadRow("no message from the assistant")
    if turns[-1].role != "assistant":
        raise _BadRow("the last message is not from the assistant")
    if not any(turn.trained for turn in turns if turn.role == "assistant"):
        raise _BadRow("every assistant message has weight 0")
    return turns


def _message(message: Any, number: int) -> Message:
    if not isinstance(message, dict):
        raise _BadRow(f"message {number} is not a JSON object")
    if unknown := sorted(message.keys() - MESSAGE_KEYS):
        raise _BadRow(f"message {number} has the unrecognised key {unknown[0]!r}")
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise _BadRow(f"message {number} has the unrecognised role {role!r}")
    if message.get("tool_calls") or message.get("function_call"):
        raise _BadRow(f"message {number} calls a tool; tools are not supported by this server's models")
    return Message(role, _content(message, number), trained=_trained(message, number))


def _trained(message: dict[str, Any], number: int) -> bool:
    weight = message.get("weight", 1)
    if isinstance(weight, bool) or weight not in (0, 1) or isinstance(weight, float):
        raise _BadRow(f"message {number} has weight {weight!r}; it must be 0 or 1")
    if "weight" in message and message["role"] != "assistant":
        raise _BadRow(f"message {number} has a weight but is not from the assistant")
    return bool(weight)


def _content(message: dict[str, Any], number: int) -> str:
    content = message.get("content")
    if isinstance(content, list) and content:
        if not all(isinstance(part, dict) and part.get("type") == "text" for part in content):
            raise _BadRow(f"message {number} has content that is not text")
        content = "".join(part["text"] for part in content if isinstance(part.get("text"), str))
    if not isinstance(content, str) or not content:
        raise _BadRow(f"message {number} has no content")
    return content


READERS: Final[Mapping[Method, Callable[[dict[str, Any]], Row]]] = {
    "supervised": _conversation,
    "dpo": _preference,
    "kto": _judged,
}
