"""Files are dropped, read, and cleaned in the dataset thread (US2)."""

import re
from pathlib import Path
from typing import Final

from bot.demo.cast import CLEANING, Cast
from bot.demo.failures import LoopStopped
from bot.demo.feed import Happening

FILTERS: Final = "datasets.filters"
AUTHORS: Final = "datasets.filter.authors"
TAKE_OUT: Final = "datasets.take_out"
DROP_IT: Final = "datasets.drop_it"
SHOW, FIX, UNDO, ACCEPT_ALL = "datasets.show.", "datasets.fix.", "datasets.undo.", "datasets.accept_all"
REPORT: Final = "Cleaning report"
READ: Final = "read to the end"
WAITING: Final = ("👀 Reading", "Reading `", CLEANING, "Done. Every step")
COUNTED: Final = re.compile(r" of ([\d,]+) texts kept")
READ_S: Final = 120  # 1,200 posts are read and cleaned in about 20 s on two cores
# The headline findings, in the order a person would look at them.
TELLING: Final = ("series", "repeated-passage", "near-duplicate", "link")


async def open_dataset(cast: Cast) -> Happening:
    """The round's card; what follows happens in its thread."""
    after = await cast.steward.types(f"data {cast.handle}")
    return await cast.said("The card of the dataset", f"{cast.handle} · round 1", after=after)


async def drop_files(cast: Cast, card: Happening, files: tuple[Path, ...]) -> Happening:
    """The report on all of them. Raises LoopStopped when none could be read."""
    report, refusal = None, ""
    for path in files:
        after = await cast.steward.drops(path, card)
        outcome = await reading(cast, card, path.name, after)
        if is_report(outcome):
            report = outcome
        else:
            refusal = outcome.text
    if report is None:
        raise LoopStopped(refusal)
    return report


async def reading(cast: Cast, card: Happening, name: str, after: int) -> Happening:
    """The report that has the file in it, or the sentence that refuses it."""

    def done(one: Happening) -> bool:
        in_thread = one.is_post and one.thread == card.ts
        under_way = one.text.startswith(WAITING) or READ in one.text
        return in_thread and (is_report(one) or not under_way)

    return await cast.feed.first(f"The report on {name}", done, after=after, within_s=READ_S)


def items_read(report: Happening) -> int:
    """Of all files together."""
    found = COUNTED.search(report.text)
    return int(found[1].replace(",", "")) if found else 0


def is_report(message: Happening) -> bool:
    """A file's own message offers to change the filters too, but also to take the file out."""
    return message.button(FILTERS) is not None and message.button(TAKE_OUT) is message.button(DROP_IT)


async def choose_author(cast: Cast, report: Happening) -> Happening:
    """Only when one was named, and the bot did not guess it already. Raises LoopStopped when nothing is left."""
    author, steward = cast.plan.author, cast.steward
    if author:
        after = await steward.presses(report, FILTERS)
        form = await steward.form("The filters form", after=after)
        if author not in values_of(form, "options"):  # a login: the form shows display names
            after = await steward.types(f'data {cast.handle} author="{author}"')
        elif [author] == values_of(form, "initial_options"):
            return with_texts(report)  # in force already: no new report would come
        else:
            after = await steward.submits(form, {AUTHORS: [author]})
        report = await cast.edited("The report with the new filters", report, after=after)
    return with_texts(report)


def values_of(form: Happening, which: str) -> list[str]:
    """Authors that can be chosen ("options"), or that are ("initial_options")."""
    inputs = [block["element"] for block in form.facts["view"]["blocks"] if block.get("block_id") == AUTHORS]
    return [option["value"] for one in inputs for option in one.get(which) or []]


def with_texts(report: Happening) -> Happening:
    """Raises LoopStopped when everything was filtered out: such a report is one sentence."""
    if not report.text.startswith(REPORT):
        raise LoopStopped(report.text)
    return report


async def clean(cast: Cast, report: Happening) -> Happening:
    """Look at one finding, fix it, undo that, and accept all fixes."""
    pressable = [str(button["action_id"]) for button in report.buttons()]
    offered = [one.removeprefix(FIX).partition(".")[0] for one in pressable if one.startswith(FIX)]
    if not offered:
        return report
    rule = next((rule for rule in TELLING if rule in offered), offered[0])
    await look_at(cast, report, rule)
    return await accept_all(cast, await fix_and_undo(cast, report, rule))


async def accept_all(cast: Cast, report: Happening) -> Happening:
    """The report as it was when it offers nothing to accept."""
    if not report.button(ACCEPT_ALL):
        return report
    after = await cast.steward.presses(report, ACCEPT_ALL)
    return with_texts(await cast.edited("The clean report", report, after=after, gone=ACCEPT_ALL))


async def look_at(cast: Cast, report: Happening, rule: str) -> None:
    after = await cast.steward.presses(report, SHOW + rule)
    await cast.feed.first("The examples of a finding", cast.steward.told, after=after)


async def fix_and_undo(cast: Cast, report: Happening, rule: str) -> Happening:
    after = await cast.steward.presses(report, f"{FIX}{rule}.fix")
    fixed = await cast.edited("The report with one fix", report, after=after, there=UNDO + rule)
    after = await cast.steward.presses(fixed, UNDO + rule)
    return await cast.edited("The report with the fix undone", report, after=after, there=f"{FIX}{rule}.fix")
