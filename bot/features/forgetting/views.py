"""What forgetting something comes to, before and after; and what stands where something was."""

from typing import Final

from slack_sdk.models.blocks import Block, ConfirmObject

from bot.features.forgetting.usecase import ERASED, SHOWN, TOLD
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import moment, person, quoted, shortened
from pipeline.wording import counted

FORGET: Final = "forgetting.forget"
LEAVE: Final = "forgetting.leave"
RETIRE: Final = "duels.retire"  # another feature answers
ASKED: Final = "I look what that comes to and show you in a direct message. Nothing is erased before you say so."
TITLE_CHARS: Final = 80
STAYS: Final = "What people posted in Slack themselves, files and messages, stays there; delete it there."


def shown(facts: Facts) -> Message:
    handle = quoted(facts["handle"])
    match facts["state"]:
        case "dropped" if facts.get("none"):
            return plain(not_found(facts, handle))
        case "dropped":
            return plain(f"*{handle}*: left as it is. Nothing was erased.")
        case "confirmed":
            return plain(f"*{handle}*: I'm erasing it. This message says when it is done.")
        case "waiting":
            return plain(
                f"*{handle}*: a training run still works with these texts. I erase them as soon as it has ended; "
                "cancel it on its card if that should be sooner."
            )
        case "done":
            return done(facts, handle)
    return preview(facts, handle)


def not_found(facts: Facts, handle: str) -> str:
    if not facts.get("texts"):
        return f"*{handle}*: I find no such {facts['kind']} in its newest round. Nothing was erased."
    titles = ", ".join(f"“{quoted(shortened(title, TITLE_CHARS))}”" for title in facts["titles"])
    more = facts["texts"] - len(facts["titles"])
    rest = f" and {more:,} more" if more else ""
    return (
        f"*{handle}*: {facts['texts']:,} texts have these words in their title: {titles}{rest}. Type more of it in "
        "`/voice forget`. Nothing was erased."
    )


def preview(facts: Facts, handle: str) -> Message:
    lines = [f"🧹 *{handle}* — {subject(facts)}: {what_there_is(facts)}.", afterwards(facts)]
    blocks: list[Block] = [section("\n".join(lines)), context(STAYS)]
    confirm = ConfirmObject(title="Forget it?", text="This cannot be undone, by nobody.", confirm="Forget", deny="Back")
    blocks.append(
        buttons(
            button("Forget", FORGET, facts["erasure_id"], style="danger", confirm=confirm),
            button("Leave it", LEAVE, facts["erasure_id"]),
        )
    )
    return Message(text=f"{facts['handle']}: what forgetting this comes to", blocks=blocks)


def subject(facts: Facts) -> str:
    if facts["kind"] == "person":
        return person(facts["user"])
    return "“" + "”, “".join(quoted(shortened(title, TITLE_CHARS)) for title in facts["titles"]) + "”"


def what_there_is(facts: Facts) -> str:
    if facts["kind"] == "person":
        counts = [("vote", facts["votes"]), ("rewrite", facts["rewrites"]), ("brief", facts["briefs"])]
        return ", ".join(counted(number, name) for name, number in counts) + in_versions(facts)
    if facts["kind"] == "note":
        return "the signed note of a consent that is over; that it was attested, and by whom, stays"
    return counted(facts["texts"], "text") + in_versions(facts)


def in_versions(facts: Facts) -> str:
    """Rows that versions learned from."""
    parts = [f"{counted(rows, 'row')} in {quoted(name)}" for name, rows in facts["versions"].items()]
    return f" ({', '.join(parts)})" if parts else ""


def afterwards(facts: Facts) -> str:
    if facts["kind"] == "note":
        return "After this the note is gone from the database, from the stored files and from later exports."
    marked = " and ".join(quoted(name) for name in facts["versions"])
    stay = "stays" if facts["datasets"] == 1 else "stay"
    sets = f" {counted(facts['datasets'], 'dataset')} that held it {stay} listed without texts."
    marks = f" {marked} keeps working and is marked." if len(facts["versions"]) == 1 else ""
    marks = f" {marked} keep working and are marked." if len(facts["versions"]) > 1 else marks
    waits = " A training run works with it now; I wait until it has ended." if facts["waits"] else ""
    return (
        "After this they're gone from the database, from the stored files and from later exports, and the next round "
        f"leaves them out.{sets if facts['datasets'] else ''}{marks}{waits}"
    )


def done(facts: Facts, handle: str) -> Message:
    text = f"🧹 *{handle}*: done at {moment(facts['at'])}. {erased(facts)}{told_versions(facts)}"
    return Message(text=text, blocks=(section(text), *retire_buttons(facts)))


def told(facts: Facts) -> Message:
    kinds = {"source": "a file", "person": "what a person said", "text": "a text", "note": "a signed note"}
    kind = kinds[facts["kind"]]
    text = (
        f"🧹 {person(facts['by'])} had {kind} of *{quoted(facts['handle'])}* forgotten, done at {moment(facts['at'])}. "
        f"{erased(facts)}{told_versions(facts)}"
    )
    return Message(text=text, blocks=(section(text), *retire_buttons(facts)))


def erased(facts: Facts) -> str:
    return f"{counted(facts['items'], 'item')} erased."


def told_versions(facts: Facts) -> str:
    parts = [
        f" {quoted(name)}: {counted(rows, 'affected row')}, not removable without retraining."
        for name, rows in facts["versions"].items()
    ]
    return "".join(parts)


def retire_buttons(facts: Facts) -> list[Block]:
    choices = [button(f"Retire {name}", RETIRE, model_id) for name, model_id in facts["model_ids"].items()]
    return [buttons(*choices[:25])] if choices else []


def gone(facts: Facts) -> Message:  # noqa: ARG001  # every template has the same shape
    return plain("What stood here was forgotten at somebody's wish.")


TEMPLATES = {SHOWN: shown, TOLD: told, ERASED: gone}
