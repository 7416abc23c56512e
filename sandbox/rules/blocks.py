"""Rules for blocks: which exist, where they may stand, what they hold."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from sandbox.rules.elements import (
    ACCESSORY,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    SLACK_FILE,
    URL,
    plain_text,
    text,
)
from sandbox.rules.schema import (
    Check,
    Shape,
    anything,
    boolean,
    by_type,
    choice,
    list_of,
    problem,
    string,
)

Surface = Literal["message", "modal", "home"]
EVERYWHERE: tuple[Surface, ...] = ("message", "modal", "home")
MAX_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}


def _block(*required: str, **fields: Check) -> Shape:
    known: dict[str, Check] = {"type": anything, "block_id": string(255), **fields}
    return Shape(known, required)


_CELL = by_type(
    {
        "raw_text": Shape({"type": anything, "text": string(3000)}, ("text",)),
        "raw_number": Shape({"type": anything, "value": anything, "text": string(3000)}),
        "rich_text": _block("elements", elements=list_of(anything, 1000)),
    }
)
_COLUMN = Shape({"align": choice("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Shape] = {
    "section": _block(
        text=text(3000),
        fields=list_of(text(2000), 10),
        accessory=ACCESSORY,
        expand=boolean,
    ).with_one_of("text", "fields"),
    "divider": _block(),
    "image": _block(
        "alt_text",
        image_url=URL,
        slack_file=SLACK_FILE,
        alt_text=string(2000),
        title=plain_text(2000),
    ).with_one_of("image_url", "slack_file"),
    "actions": _block("elements", elements=list_of(IN_ACTIONS, 25)),
    "context": _block("elements", elements=list_of(IN_CONTEXT, 10)),
    "context_actions": _block("elements", elements=list_of(IN_CONTEXT_ACTIONS, 5)),
    "header": _block("text", text=plain_text(150), level=anything),
    "markdown": _block("text", text=string(12_000)),
    "input": _block(
        "label",
        "element",
        label=plain_text(2000),
        element=IN_INPUT,
        hint=plain_text(2000),
        optional=boolean,
        dispatch_action=boolean,
    ),
    "rich_text": _block("elements", elements=list_of(anything, 1000)),
    "table": _block(
        "rows",
        rows=list_of(list_of(_CELL, 20), 100),
        column_settings=list_of(_COLUMN, 20),
    ),
    "video": _block(
        "alt_text",
        "title",
        "thumbnail_url",
        "video_url",
        alt_text=string(2000),
        title=plain_text(199),
        title_url=URL,
        thumbnail_url=URL,
        video_url=URL,
        description=plain_text(200),
        author_name=string(49),
        provider_name=string(255),
        provider_icon_url=URL,
    ),
    "file": _block("external_id", "source", external_id=string(255), source=choice("remote")),
    "alert": _block("text", text=text(3000), level=choice("default", "info", "warning", "error", "success")),
    "card": _block(
        hero_image=anything,
        icon=anything,
        title=text(150),
        subtitle=text(150),
        body=text(200),
        actions=list_of(IN_ACTIONS, 25),
    ).with_one_of("hero_image", "title", "body", "actions"),
    # Agent blocks, checked by their keys only: no limits are published beyond these.
    "carousel": _block("elements", elements=list_of(anything, 10)),
    "container": _block(
        "child_blocks",
        child_blocks=list_of(anything, 10),
        title=text(150),
        subtitle=text(150),
        **dict.fromkeys(
            ("rich_text_title", "width", "icon", "is_collapsible", "default_collapsed", "has_header_divider"),
            anything,
        ),
    ),
    "task_card": _block(
        "task_id",
        "title",
        **dict.fromkeys(("task_id", "title", "details", "output", "sources", "status"), anything),
    ),
    "plan": _block("title", title=anything, tasks=list_of(anything, 50)),
}

SURFACES: dict[str, tuple[Surface, ...]] = {
    **dict.fromkeys(BLOCKS, EVERYWHERE),
    **dict.fromkeys(("markdown", "table", "file", "card", "carousel", "container", "task_card", "plan"), ("message",)),
    "context_actions": ("message",),
    "alert": ("modal",),
}


def block_problems(blocks: Any, surface: Surface, path: str = "/blocks") -> Iterator[str]:
    """Every reason Slack has to refuse these blocks on this surface."""
    known = by_type({kind: BLOCKS[kind] for kind, places in SURFACES.items() if surface in places})
    yield from list_of(known, MAX_BLOCKS[surface], min_items=0)(blocks, path)
    if isinstance(blocks, list):
        whole = [one for one in blocks if isinstance(one, dict)]
        yield from _repeated_ids(whole, path)
        yield from _misplaced_file_inputs(whole, surface, path)
        yield from _bad_inputs(whole, path)


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive parts of a block, in order."""
    held = [*_as_list(block.get("elements")), *_as_list(block.get("actions"))]
    held += [block[name] for name in ("accessory", "element") if name in block]
    return [one for one in held if isinstance(one, dict)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _repeated_ids(blocks: list[dict[str, Any]], path: str) -> Iterator[str]:
    block_ids = Counter(str(one["block_id"]) for one in blocks if one.get("block_id"))
    for name in (name for name, times in block_ids.items() if times > 1):
        yield problem(f"block_id {name} already exists", path)
    for index, block in enumerate(blocks):
        action_ids = Counter(str(one["action_id"]) for one in elements_of(block) if one.get("action_id"))
        for name in (name for name, times in action_ids.items() if times > 1):
            yield problem(f"action_id {name} already exists", f"{path}/{index}")


def _misplaced_file_inputs(blocks: list[dict[str, Any]], surface: Surface, path: str) -> Iterator[str]:
    for index, block in enumerate(blocks):
        element = block.get("element")
        if surface != "modal" and isinstance(element, dict) and element.get("type") == "file_input":
            yield problem("unsupported type: file_input", f"{path}/{index}/element/type")


def _bad_inputs(blocks: list[dict[str, Any]], path: str) -> Iterator[str]:
    """Rules between fields: option sets exclude each other; initial values must be among the options."""
    for index, block in enumerate(blocks):
        for element in elements_of(block):
            where = f"{path}/{index}"
            if element.get("options") and element.get("option_groups"):
                yield problem("options and option_groups cannot both be given", where)
            yield from _unknown_initial(element, where)


def _unknown_initial(element: dict[str, Any], where: str) -> Iterator[str]:
    if "options" not in element or not isinstance(element["options"], list):
        return
    offered = [one.get("value") for one in element["options"] if isinstance(one, dict)]
    initial = [*_as_list(element.get("initial_options")), element.get("initial_option")]
    for one in initial:
        if isinstance(one, dict) and one.get("value") not in offered:
            yield problem(f"initial option {one.get('value')} is not one of the options", where)
