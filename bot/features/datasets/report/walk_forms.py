"""One by one, as a form: a finding, its examples, a button for each choice."""

from slack_sdk.models.blocks import Block, PlainTextObject
from slack_sdk.models.views import View

from bot.features.datasets.report.report_views import MARKS, examples_of, sentence_of
from bot.features.datasets.report.walking import Place, Stop
from bot.slack.message import Facts, button, buttons, context, divider, section
from bot.slack.mrkdwn import escape

WALK_FORM = "datasets.walk_form"
# Followed by the choice, or by the steps to go.
WALK_CHOOSE, WALK_GO = "datasets.walk.choose.", "datasets.walk.go."
KEPT = "Kept as it is"


def walk_form(stop: Stop, *, refused: str | None = None) -> View:
    """refused: why the last choice did not count."""
    blocks: list[Block] = [section(f"⚠️ {refused}")] if refused else []
    blocks += finding_page(stop, stop.finding) if stop.finding is not None else last_page(stop)
    return View(
        type="modal",
        callback_id=WALK_FORM,
        title=PlainTextObject(text="One by one"),
        close=PlainTextObject(text="Close"),
        private_metadata=stop.place.dump(),
        blocks=blocks,
    )


def finding_page(stop: Stop, finding: Facts) -> list[Block]:
    chosen = stop.choices.get(finding["rule"])
    blocks: list[Block] = [
        context(f"{stop.place.at + 1} of {len(stop.place.rules)}"),
        section(f"{MARKS[finding['severity']]}{sentence_of(finding)}"),
        *(section(example) for example in paired(examples_of(finding))),
        divider(),
    ]
    if chosen is not None:
        blocks.append(section(f"✓ *{escape(label_of(finding, chosen))}*"))
    choices = [(fix["choice"], fix["label"]) for fix in finding["fixes"]] + [("keep", "Keep")]
    press = [
        button(label, WALK_CHOOSE + choice, finding["rule"], style=None if n or chosen else "primary")
        for n, (choice, label) in enumerate(choices)
        if choice != chosen
    ]
    return [*blocks, buttons(*press, block_id=f"choose.{finding['rule']}"), go_buttons(stop.place, skip=chosen is None)]


def paired(lines: list[str]) -> list[str]:
    """An example and what becomes of it, in one block."""
    blocks: list[str] = []
    for line in lines:
        if line.startswith("becomes") and blocks:
            blocks[-1] += f"\n{line}"
        else:
            blocks.append(line)
    return blocks


def label_of(finding: Facts, choice: str) -> str:
    return next((str(fix["label"]) for fix in finding["fixes"] if fix["choice"] == choice), KEPT)


def go_buttons(place: Place, *, skip: bool = False) -> Block:
    row = [button("Back", WALK_GO + "-1", "back")] if place.at else []
    row += [button("Skip" if skip else "Next", WALK_GO + "1", "next")] if place.at < len(place.rules) else []
    return buttons(*row, block_id="go")


def last_page(stop: Stop) -> list[Block]:
    rules = stop.place.rules
    kept = sum(stop.choices.get(rule) == "keep" for rule in rules)
    fixed = sum(stop.choices.get(rule, "keep") != "keep" for rule in rules)
    parts = [f"{fixed} fixed" if fixed else "", f"{kept} kept" if kept else ""]
    waiting = len(rules) - fixed - kept
    parts.append(f"{waiting} still to decide" if waiting else "")
    said = " · ".join(part for part in parts if part) or "There was nothing to decide"
    text = f"*That was all.* {said}. The report in the thread follows in a moment; every step can be undone there."
    return [section(text), go_buttons(stop.place)] if rules else [section(text)]
