"""The form that says which texts belong to the voice, with what its choices come to."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticMultiSelectElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from bot.features.datasets.filters.filtering import FilterChoices
from bot.features.datasets.words import plain_word
from bot.slack.forms import chosen_values, field_value
from bot.slack.message import section
from bot.slack.mrkdwn import shortened
from pipeline.catalogue import ANY, Selection
from pipeline.domain.documents import Filters
from pipeline.reasons import left_out_words

FILTERS_FORM = "datasets.filters_form"
# Every input of the form, for its action ids are its block ids.
AUTHORS, SINCE, UNTIL = "datasets.filter.authors", "datasets.filter.since", "datasets.filter.until"
KINDS, STATUSES, TITLES = "datasets.filter.kinds", "datasets.filter.statuses", "datasets.filter.titles"
INPUTS = (AUTHORS, SINCE, UNTIL, KINDS, STATUSES, TITLES)

MOST_OPTIONS = 100  # of Slack's selects
VALUE_CHARS = 150  # of an option's value
LABEL_CHARS = 75


def filters_form(choices: FilterChoices) -> View:
    filters, offers = choices.filters, choices.offers
    blocks: list[Block | None] = [section(counted(choices.selection))]
    authors = options(offers.authors, filters.authors, word=str)
    if authors:
        blocks.append(choice(AUTHORS, "Author", "everybody", authors, filters.authors))
    kinds = tuple(kind for kind in filters.kinds if kind != ANY)
    statuses = tuple(status for status in filters.statuses if status != ANY)
    blocks += [
        day(SINCE, "Not older than", filters.since.isoformat() if filters.since else None),
        day(UNTIL, "Not newer than", filters.until.isoformat() if filters.until else None),
        choice(KINDS, "Types", "all types", options(offers.kinds, kinds), kinds),
        choice(STATUSES, "Statuses", "all statuses", options(offers.statuses, statuses), statuses),
        titles(filters),
    ]
    return View(
        type="modal",
        callback_id=FILTERS_FORM,
        title=PlainTextObject(text="Which texts?"),
        submit=PlainTextObject(text="Apply"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=str(choices.round_id),
        blocks=[block for block in blocks if block is not None],
    )


def counted(selection: Selection | None) -> str:
    if selection is None:
        return "Drop a file in the thread first; then I can count what your choices come to."
    lines = f"*{selection.kept:,} of {selection.documents_read:,} texts*"
    parts = " · ".join(left_out_words(selection.left_out))
    return f"{lines}\nLeft out: {parts}" if parts else lines


def options(offered: Mapping[str, int], chosen: Sequence[str], word: Callable[[str], str] = plain_word) -> list[Option]:
    """The most frequent, and whatever is chosen already; names that Slack cannot carry are left to the command."""
    names = [*dict.fromkeys([*chosen, *offered])]
    fitting = [name for name in names if name and len(name) <= VALUE_CHARS][:MOST_OPTIONS]
    return [
        Option(value=name, text=PlainTextObject(text=label(word(name), offered.get(name, 0))))
        for name in sorted(fitting, key=lambda name: (-offered.get(name, 0), name))
    ]


def label(name: str, count: int) -> str:
    number = f" ({count:,})"
    return shortened(name, LABEL_CHARS - len(number)) + number


def choice(block_id: str, name: str, hint: str, offered: Sequence[Option], chosen: Sequence[str]) -> InputBlock | None:
    if not offered:
        return None
    initial = [one for one in offered if one.value in chosen]
    element = StaticMultiSelectElement(
        action_id=block_id, placeholder=PlainTextObject(text=hint), options=offered, initial_options=initial or None
    )
    return dispatching(block_id, name, element)


def day(block_id: str, name: str, initial: str | None) -> InputBlock:
    element = DatePickerElement(action_id=block_id, initial_date=initial, placeholder=PlainTextObject(text="any day"))
    return dispatching(block_id, name, element)


def titles(filters: Filters) -> InputBlock:
    element = PlainTextInputElement(
        action_id=TITLES,
        placeholder=PlainTextObject(text="Bench Notes, Weekly links"),
        initial_value=words_of(filters),
        dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_enter_pressed", "on_character_entered"]),
    )
    return dispatching(TITLES, "Leave out titles with these words (commas between)", element)


def dispatching(block_id: str, name: str, element: InputInteractiveElement) -> InputBlock:
    """Slack tells of every change, so that the count can follow."""
    return InputBlock(
        block_id=block_id, label=PlainTextObject(text=name), optional=True, dispatch_action=True, element=element
    )


def filters_entered(view: dict[str, Any]) -> Filters:
    """None chosen takes all, for each of the inputs."""
    authors = chosen_values(view, AUTHORS)
    since, until = field_value(view, SINCE), field_value(view, UNTIL)
    return Filters(
        author=authors[0] if authors else None,
        also_by=tuple(authors[1:]),
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        kinds=tuple(chosen_values(view, KINDS)) or (ANY,),
        statuses=tuple(chosen_values(view, STATUSES)) or (ANY,),
        exclude_titles=tuple(re.escape(title) for title in split_list(field_value(view, TITLES))),
    )


def split_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def words_of(filters: Filters) -> str | None:
    """Titles are stored as regular expressions; people see the words."""
    return ", ".join(re.sub(r"\\(.)", r"\1", title) for title in filters.exclude_titles) or None
