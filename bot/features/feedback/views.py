"""What is asked back after an emoji, what a better version comes to, and the form to write one."""

from typing import Final

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.dislikes import DISLIKES
from bot.features.feedback.deleting import DELETED
from bot.features.feedback.dropping import UNREAD
from bot.features.feedback.rewriting import FIXED, SAME
from bot.features.feedback.sweeping import FIXED_BY_SWEEP
from bot.features.feedback.usecase import FIX_HOW, FORM_CHARS, WHY
from bot.slack.message import Facts, Message, button, buttons, plain, section
from bot.slack.mrkdwn import escape, person
from pipeline.domain.drafting import Draft

REASON: Final = "feedback.reason."  # + one of DISLIKES
EDIT_HERE: Final = "feedback.edit_here"
DONT_USE: Final = "feedback.dont_use"
SEE_DIFF: Final = "feedback.see_diff"
PUT_BACK: Final = "feedback.put_back"
FIX_SHORTCUT: Final = "feedback.fix_draft"  # as in manifest.yml
FIX_FORM: Final = "feedback.fix_form"
FIX_TEXT: Final = "text"
REASON_KEPT: Final = "Noted: {label}. Only the count is shown, not your name."
TOO_LONG: Final = (
    "This draft is too long for a form. Reply in its thread with your version, starting with `fix:`, instead."
)
QUOTED_CHARS: Final = 2500


def why(facts: Facts) -> Message:
    text = "What's wrong? Only the count is shown, not your name."
    choices = [button(label, REASON + reason, facts["draft_id"]) for reason, label in DISLIKES.items()]
    return Message(text=text, blocks=(section(text), buttons(*choices)))


def fix_how(facts: Facts) -> Message:
    text = "Reply in this thread with your version, starting with `fix:`, or drop it here as .txt, .md or .docx"
    if not facts["fits_form"]:
        return plain(f"{text}.")
    here = buttons(button("Edit here", EDIT_HERE, facts["draft_id"]))
    return Message(text=f"{text}.", blocks=(section(f"{text}. Or edit it here."), here))


def fixed(facts: Facts) -> Message:
    who = person(facts["user"])
    if facts["withdrawn"]:
        return plain(f"The version by {who} is withdrawn; it won't be used.")
    if facts["kind"] == "same":
        return plain(f"The version by {who} is now the same text, so I counted it as 👍.")
    lines = [kept_sentence(facts)]
    if facts["links"]:
        links = "1 link" if facts["links"] == 1 else f"{facts['links']} links"
        drop = "it" if facts["links"] == 1 else "them"
        lines.append(f"Your version has {links}; for training I'll drop {drop}, your message stays as it is.")
    text = "\n".join(lines)
    written = [section(f"{who} wrote:"), section(quoted_part(facts["shown"]))] if facts["shown"] else []
    rewrite_id = facts["rewrite_id"]
    choices = buttons(button("See diff", SEE_DIFF, rewrite_id), button("Don't use", DONT_USE, rewrite_id))
    return Message(text=text, blocks=(*written, section(text), choices))


def kept_sentence(facts: Facts) -> str:
    percent = f"{round(100 * facts['share'])} %"
    if facts["kind"] == "correction":
        return (
            f"Thanks — {percent} changed. If nobody objects it becomes: 1 example and 1 'better than' pair for "
            f"round {facts['round']}."
        )
    return f"{percent} differs — I'll keep it as an example, not as a correction."


def unread(facts: Facts) -> Message:
    return plain(f"I couldn't take your file as a better version. {facts['why']}")


def same(facts: Facts) -> Message:  # noqa: ARG001  # every template has the same shape
    return plain("Your version is the same text, so I counted it as 👍.")


def quoted_part(text: str) -> str:
    """As much of it as a section holds, escaped."""
    shown = text[:QUOTED_CHARS]
    while len(escape(shown)) > QUOTED_CHARS:
        shown = shown[: len(shown) * 3 // 4]
    return escape(shown) + (" …" if len(shown) < len(text) else "")


def deleted(facts: Facts) -> Message:
    label = escape(facts["label"])
    if facts["restored_by"]:
        return plain(f"{person(facts['restored_by'])} put {label} back: what people said of it counts again.")
    text = f"{label} was deleted, so it leaves the next round. The steward can put it back within 30 days."
    return Message(text=text, blocks=(section(text), buttons(button("Put it back", PUT_BACK, facts["draft_id"]))))


def swept(facts: Facts) -> Message:
    events = "1 reaction" if facts["events"] == 1 else f"{facts['events']} reactions"
    return plain(
        f"Slack didn't tell me of {events} here. I read them again; {escape(facts['label'])} is now "
        f"'{escape(facts['verdict'])}'."
    )


TEMPLATES = {
    WHY: why,
    FIX_HOW: fix_how,
    FIXED: fixed,
    SAME: same,
    DELETED: deleted,
    FIXED_BY_SWEEP: swept,
    UNREAD: unread,
}


def fix_form(draft: Draft) -> View:
    """private_metadata: the draft's id."""
    text = draft.written.text if draft.written else ""
    version = PlainTextInputElement(
        action_id=FIX_TEXT, multiline=True, initial_value=text, min_length=1, max_length=FORM_CHARS
    )
    return View(
        type="modal",
        callback_id=FIX_FORM,
        title=PlainTextObject(text="Fix this draft"),
        submit=PlainTextObject(text="Send"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=str(draft.draft_id),
        blocks=[InputBlock(block_id=FIX_TEXT, label=PlainTextObject(text="Your version"), element=version)],
    )
