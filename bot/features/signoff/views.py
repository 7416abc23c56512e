"""The texts an editor looks at, the form that asks for one, and how far it is."""

from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement, PlainTextObject
from slack_sdk.models.views import View

from bot.features.signoff.sayings import ASKED, ROW, STANDING
from bot.slack.audited import one_audit
from bot.slack.forms import people_input
from bot.slack.message import MESSAGE_CHARS, SECTION_CHARS, Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import clipped, escape, person, quoted, shortened
from pipeline.domain.voices import RoundId, Voice
from pipeline.signoffs import ROWS

OPEN: Final = "signoff.open"  # a button of the cleaning report
FORM: Final = "signoff.form"
EDITOR: Final = "editor"
KEEP, LEAVE_OUT, SHOW_ALL, PUT_BACK = "signoff.keep", "signoff.leave_out", "signoff.show_all", "signoff.put_back."
BUTTON_NAME_CHARS: Final = 40
TITLE_CHARS: Final = 150
SIGHTS: Final = {"kept": "✅ kept", "left-out": "❌ left out"}


def form(round_id: RoundId, voice: Voice) -> View:
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text="Ask an editor"),
        submit=PlainTextObject(text=f"Send {ROWS} texts"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=str(round_id),
        blocks=[people_input(EDITOR, "Who looks at them?", voice.owner if voice.owner_is_here else None)],
    )


def asked(facts: Facts) -> Message:
    who, name = person(facts["steward"]), quoted(facts["handle"])
    return plain(
        f"{who} asks you to look at *{facts['rows']} of {facts['texts']:,} texts* that *{name}* would learn from "
        f"(round {facts['number']}). I drew them at random.\n"
        f"✅ it is {person(facts['owner'])}'s own writing and good to learn from · ❌ leave it out.\n"
        "You can change each answer until the round is paid for. Nobody but you is asked here."
    )


def row(facts: Facts) -> Message:
    head = f"*{facts['number']} of {facts['rows']} · {named(facts['title'])}*"
    if facts["sight"]:
        head += f" — {SIGHTS[facts['sight']]}"
    blocks: list[Block] = [section(f"{head}\nAsked for: _{asked_for(facts['prompt'])}_")]
    blocks += [section(part) for part in parts(escape(facts["text"]))]
    value = f"{facts['signoff_id']}:{facts['number']}"
    owner = shortened(facts["owner_name"], BUTTON_NAME_CHARS)
    press = [button(f"✅ {owner}", KEEP, value), button("❌ leave out", LEAVE_OUT, value)]
    blocks.append(buttons(*press, *([] if facts["is_whole"] else [button("Show all", SHOW_ALL, value)])))
    return Message(f"{facts['number']} of {facts['rows']}: {named(facts['title'])}", blocks)


def asked_for(prompt: str) -> str:
    """The request that the text answers in training, in one line."""
    return quoted(" ".join(prompt.replace("\n- ", " • ").split())).replace("_", " ")


def parts(text: str) -> list[str]:
    """A long text in sections, cut at words; what no message can hold is cut off with a note."""
    limit = MESSAGE_CHARS - 2 * SECTION_CHARS // 3
    note = "\n_… and more than a message can hold._" if len(text) > limit else ""
    left, found = clipped(text, limit), list[str]()
    while len(left) > SECTION_CHARS - len(note):
        at = max(left.rfind(sign, 0, SECTION_CHARS - len(note)) for sign in (" ", "\n"))
        at = at if at > 0 else SECTION_CHARS // 2
        found.append(left[:at])
        left = left[at:].lstrip()
    return [one for one in (*found, left + note) if one.strip()]


def standing(facts: Facts) -> Message:
    rows, who = facts["rows"], person(facts["editor"])
    head = f"For the audit I sent {who} {rows} random {'row' if rows == 1 else 'rows'}."
    if facts["seen"]:
        words = one_audit(facts)
        head = f"🔎 {words[0].upper()}{words[1:]}"
    blocks: list[Block] = [section(head)]
    for one in facts["left_out"]:
        put_back = put_back_button(facts["signoff_id"], one["number"]) if one["is_out"] else None
        state = "left out" if one["is_out"] else "left out by the editor, put back since"
        blocks.append(section(f"❌ {state}: “{named(one['title'])}”", accessory=put_back))
    if facts["is_stale"]:
        blocks.append(context("The texts changed since. *Ask an editor* on the report sends new ones."))
    return Message(head, blocks)


def put_back_button(signoff_id: int, number: int) -> ButtonElement:
    return button("Put it back", f"{PUT_BACK}{number}", f"{signoff_id}:{number}")


def named(text: str) -> str:
    return quoted(shortened(text, TITLE_CHARS)) or "(no title)"


TEMPLATES = {ASKED: asked, ROW: row, STANDING: standing}
