"""Rules for views: modals and home tabs."""

from collections.abc import Iterator
from typing import Any

from sandbox.errors import SlackError
from sandbox.rules.blocks import block_problems
from sandbox.rules.elements import plain_text
from sandbox.rules.schema import Check, Shape, anything, boolean, choice, problem, string

_COMMON: dict[str, Check] = {
    "type": choice("modal", "home"),
    "blocks": anything,
    "private_metadata": string(3000, min_chars=0),
    "callback_id": string(255, min_chars=0),
    "external_id": string(255, min_chars=0),
}
MODAL = Shape(
    {
        **_COMMON,
        "title": plain_text(24),
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    ("title", "blocks"),
)
HOME = Shape(_COMMON, ("blocks",))


def view_problems(view: Any) -> Iterator[str]:
    if not isinstance(view, dict):
        yield problem("must be an object", "/view")
        return
    kind = view.get("type")
    if kind not in ("modal", "home"):
        yield problem(f"unsupported type: {kind}", "/view/type")
        return
    yield from (MODAL if kind == "modal" else HOME)(view, "/view")
    blocks = view.get("blocks")
    yield from block_problems(blocks or [], kind, "/view/blocks")
    has_input = any(isinstance(one, dict) and one.get("type") == "input" for one in blocks or [])
    if kind == "modal" and has_input and not view.get("submit"):
        yield problem("submit is required when blocks has an input", "/view")


def check_view(view: Any, kind: str) -> None:
    problems = list(view_problems(view))
    if not problems and view["type"] != kind:
        problems = [problem(f"must be a {kind}", "/view/type")]
    if problems:
        raise SlackError("invalid_arguments", messages=problems)
