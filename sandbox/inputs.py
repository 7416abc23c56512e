"""What a person chose or typed in an element: checked as Slack's client does, shaped as Slack sends it."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.errors import ControlError
from sandbox.rules.blocks import elements_of
from sandbox.workspace import Workspace

Block = dict[str, Any]
State = dict[str, dict[str, dict[str, Any]]]
"""block_id -> action_id -> the element's state, as in view.state.values."""

# element type -> (field of its state, field of its initial value)
STATE_FIELDS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
_PATTERNS = {
    "email_text_input": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "url_text_input": re.compile(r"https?://\S+"),
    "number_input": re.compile(r"-?\d+(\.\d+)?"),
    "datepicker": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "timepicker": re.compile(r"\d{2}:\d{2}"),
}


def is_many(kind: str) -> bool:
    return kind.startswith("multi_") or kind in ("checkboxes", "file_input")


def state_of(blocks: list[Block], before: State | None = None) -> State:
    """The values a person sees: what was entered before in the same place, else the initial values."""
    state: State = {}
    for block in blocks:
        for element in elements_of(block):
            kind = element["type"]
            if kind not in STATE_FIELDS:
                continue
            old = (before or {}).get(block["block_id"], {}).get(element["action_id"])
            kept = old if old and old["type"] == kind else _initial(element)
            state.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return state


def _initial(element: dict[str, Any]) -> dict[str, Any]:
    field, initial = STATE_FIELDS[element["type"]]
    empty: Any = [] if is_many(element["type"]) else None
    return {"type": element["type"], field: element.get(initial, empty)}


def entered(element: dict[str, Any], raw: Any, workspace: Workspace, files: dict[str, Any]) -> dict[str, Any]:
    """The state of an element after a person gave it this value.

    raw: text, an option's value, an id, a date; a list of these where several can be chosen; None empties it.
    files: file id -> Slack's JSON for it, for file_input. ControlError when the client would not allow it.
    """
    kind = element["type"]
    if kind not in STATE_FIELDS:
        raise ControlError("not_an_input", f"{kind} holds no value")
    field = STATE_FIELDS[kind][0]
    if is_many(kind):
        values = raw if isinstance(raw, list) else [] if raw is None else [raw]
        return {"type": kind, field: [_one(element, value, workspace, files) for value in values]}
    return {"type": kind, field: None if raw in (None, "") else _one(element, raw, workspace, files)}


def _one(element: dict[str, Any], raw: Any, workspace: Workspace, files: dict[str, Any]) -> Any:
    kind = element["type"].removeprefix("multi_")
    if kind in ("static_select", "radio_buttons", "checkboxes"):
        return option_with(element, raw)
    if kind == "external_select":
        return raw if isinstance(raw, dict) else {"text": _plain(str(raw)), "value": str(raw)}
    known = {"users_select": workspace.members, "file_input": files}.get(kind)
    if kind in ("channels_select", "conversations_select"):
        known = {**workspace.channels, **(workspace.members if kind[1] == "o" else {})}
    if known is not None and raw not in known:
        raise ControlError("not_an_option", f"{raw} is not in this workspace")
    if kind == "file_input":
        return files[raw]
    pattern = _PATTERNS.get(kind)
    if pattern and not pattern.fullmatch(str(raw)):
        raise ControlError("invalid_input", f"{raw!r} is no {kind}")
    return int(raw) if kind == "datetimepicker" else raw if kind == "rich_text_input" else str(raw)


def option_with(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """The option with this value, or with this label; ControlError when it is not offered."""
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    offered = [option for group in groups for option in group["options"]]
    for option in offered:
        if value in (option["value"], option["text"]["text"]):
            return {"text": option["text"], "value": option["value"]}
    raise ControlError("not_an_option", f"{value!r} is not among {[one['value'] for one in offered]}")


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}


def input_refusals(blocks: list[Block], state: State) -> Iterator[tuple[str, str]]:
    """(block_id, reason) for each input that Slack's client would not let a person submit."""
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        held = state[block["block_id"]][element["action_id"]].get(STATE_FIELDS[element["type"]][0])
        if not held and not block.get("optional", False):
            yield block["block_id"], "missing_required_input"
        elif held and isinstance(held, str):
            yield from ((block["block_id"], reason) for reason in _length_refusals(element, held))
        elif isinstance(held, list) and len(held) > element.get("max_files", len(held)):
            yield block["block_id"], "too_many_files"


def _length_refusals(element: dict[str, Any], text: str) -> Iterator[str]:
    longest = element.get("max_length", 3000)
    if len(text) > longest:
        yield f"longer than {longest} characters"
    if len(text) < element.get("min_length", 0):
        yield f"shorter than {element['min_length']} characters"
    if element["type"] == "number_input":
        for name, sign in (("min_value", -1), ("max_value", 1)):
            if name in element and sign * float(text) > sign * float(element[name]):
                yield f"outside {name} {element[name]}"
