"""The card of a draft, the draft itself, and what is said when there is none."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.features.drafting.files import FILE_REFUSED
from bot.features.drafting.note_views import draft_notes
from bot.features.drafting.progress import DRAFT_CARD
from bot.features.drafting.usecase import DRAFT_FAILED, DRAFT_TEXT, Accepted, Wish
from bot.slack.failures import sentence_for
from bot.slack.message import Facts, Message, button, buttons, context, markdown, plain, section
from bot.slack.mrkdwn import escape, moment, person, quoted, shortened, usd
from pipeline.errors import AlreadyAnswered, AppError, BriefDoubtful, UnknownVoice, VoiceNotTrained
from pipeline.verdicts import MEANINGS, MeaningName, taught

ANOTHER: Final = "drafting.another"
CALMER: Final = "drafting.calmer"
SHORTER: Final = "drafting.shorter"
CONTINUE: Final = "drafting.continue"
COPY: Final = "drafting.copy"
FEW_SHOT: Final = "drafting.few_shot"
WRITE: Final = "drafting.write"
VALUE_CHARS: Final = 2000  # Slack's limit for what a button carries
CHANGES: Final = {"another": "another one", "calmer": "calmer", "shorter": "shorter", "continue": "going on"}
FILE_COMES: Final = "The file comes in your direct messages with me."
LEGEND: Final[Mapping[MeaningName, str]] = {
    "use": "use it",
    "not this": "no",
    "fix": "I'll fix it",
    "never train": "never train on it",
}
SIGNS: Final = {"+1": "👍", "-1": "👎", "pencil2": "✏️", "no_entry_sign": "🚫"}
SECONDS_PER_DRAFT: Final = 15  # a 700-word draft on the private server; for "about N min" only
BRIEF_CHARS: Final = 500
PREVIEW_CHARS: Final = 200


def started(accepted: Accepted) -> str:
    if accepted.before:
        minutes = math.ceil(accepted.before * SECONDS_PER_DRAFT / 60)
        drafts, are = ("draft", "is") if accepted.before == 1 else ("drafts", "are")
        return f"{accepted.before} {drafts} {are} in front of yours; about {minutes} min."
    return f"{accepted.handle} is writing … the draft comes in the thread of its card."


def offer(error: AppError, wish: Wish) -> tuple[Block, ...]:
    """The refusal with the button that helps, if there is one. It carries the wish; one too long is only told."""
    sentence, known = sentence_for(error), offered(error, wish)
    if known is None or len(known.value or "") > VALUE_CHARS:
        return (section(sentence),)
    return section(sentence), buttons(known)


def offered(error: AppError, wish: Wish) -> ButtonElement | None:
    match error:
        case VoiceNotTrained():
            return button("Yes", FEW_SHOT, known_wish(wish))
        case UnknownVoice(nearest=str(nearest)):
            return button(f"Use {nearest}", WRITE, known_wish(replace(wish, handle=nearest)))
        case BriefDoubtful():
            return button("Write anyway", WRITE, known_wish(replace(wish, anyway=True)))
        case AlreadyAnswered():
            return button("Write a new one", WRITE, known_wish(replace(wish, anyway=True)))
    return None


def known_wish(wish: Wish) -> str:
    """Who presses and when is told by the press itself."""
    left_out = ("team_id", "user", "delivery")
    return json.dumps({name: value for name, value in asdict(wish).items() if name not in left_out}, ensure_ascii=False)


def wish_in(value: str, team_id: str, user: str, delivery: str) -> Wish:
    return Wish(team_id=team_id, user=user, delivery=delivery, **json.loads(value))


def card(facts: Facts) -> Message:
    change = f" ({CHANGES[facts['change']]})" if facts["change"] else ""
    brief = quoted(shortened(facts["brief"], BRIEF_CHARS))
    text = f"✍️ *{name(facts)}*{change} for {person(facts['by'])}: {brief}"
    return Message(text=text, blocks=(section(text), context(how_far(facts.get("progress")))))


def how_far(progress: Facts | None) -> str:
    """What is known for sure; a text is shown only once it was looked at."""
    if progress is None:
        return "⏳ Waits for its turn."
    match progress["stage"]:
        case "writing":
            return f"⏳ Writing since {moment(progress['at'])}. It comes here once it is checked."
        case "anew":
            since = moment(progress["at"])
            return (
                f"⏳ The first text repeated one of the posts, so I threw it away unread. Writing anew since {since}."
            )
        case "waiting":
            why = "was busy" if progress["why"] == "busy" else "didn't answer in time"
            tries = f"try {progress['tried'] + 1} of {progress['most']}"
            return f"⏳ {quoted(progress['provider'])} {why}. I ask again {moment(progress['at'])}, {tries}."
        case "done":
            return f"✅ Written in {seconds(progress['latency_ms'])} and checked; it stands in the thread."
    return "❌ There is no draft; the thread says why."


def seconds(latency_ms: int) -> str:
    return f"{max(1, round(latency_ms / 1000)):,} s"


def draft_text(facts: Facts) -> Message:
    voice = f"{quoted(facts['owner'])}'s voice" if facts["owner"] else "the owner's voice"
    said = draft_notes(facts)
    notes = [context("\n".join(said))] if said else []
    footer = (
        f"_AI draft in {voice} · {name(facts)} · asked by {person(facts['by'])} · {facts['label']} · "
        f"{facts['words']} words · {usd(facts['cost_microusd'])}_"
    )
    blocks = (
        section(f"🤖 *AI-written draft* in {voice}, not their own words"),
        markdown(safe(facts["text"])),
        *notes,
        context(footer),
        change_buttons(facts),
        context(legend(facts.get("emoji") or taught(MEANINGS))),
    )
    preview = escape(shortened(facts["text"], PREVIEW_CHARS))
    return Message(text=f"AI-written draft · {name(facts)} · {facts['label']}: {preview}", blocks=blocks)


def legend(emoji: Mapping[MeaningName, str]) -> str:
    """What the workspace's emoji mean; drafts from before it was kept had the usual ones."""
    parts = [f"{SIGNS.get(name, f':{name}:')} {LEGEND[meaning]}" for meaning, name in emoji.items()]
    return f"React: {' · '.join(parts)}"


def draft_failed(facts: Facts) -> Message:
    provider = quoted(facts["provider"])
    sentences = {
        "timeout": f"No draft: {provider} didn't answer in time. What it wrote unseen may have been charged, a few "
        "cents at most.",
        "busy": f"No draft: {provider} was busy for several minutes and took nothing. Nothing was charged.",
        "model_gone": f"{provider} no longer has the model of {name(facts)}. Your data and feedback are safe. "
        f"`/voice cost {escape(facts['handle'])}` shows where it can be trained again.",
    }
    text = sentences.get(facts["why"]) or str(facts["sentence"])
    again = {
        "timeout": button("Try again", ANOTHER, facts["draft_id"]),
        "busy": button("Try again", ANOTHER, facts["draft_id"]),
        "copied": button("Try again, calmer", CALMER, facts["draft_id"]),
    }
    if facts["why"] not in again:
        return plain(text)
    return Message(text=text, blocks=(section(text), buttons(again[facts["why"]])))


def file_refused(facts: Facts) -> Message:
    return plain(str(facts["text"]))


def name(facts: Facts) -> str:
    untrained = " (few-shot, not trained)" if facts["version"] == 0 else ""
    return f"{quoted(facts['handle'])} v{facts['version']}{untrained}"


def safe(text: str) -> str:
    """A model's text for a markdown block: it keeps its paragraphs and lists, and can mention or link nobody."""
    return "\n".join(escaped_line(line) for line in text.splitlines())


def escaped_line(line: str) -> str:
    """As escape, but a quotation's leading > stays Markdown."""
    bare = line.lstrip(" >")
    return line[: len(line) - len(bare)] + escape(bare)


def change_buttons(facts: Facts) -> ActionsBlock:
    labels = {"Another": ANOTHER, "Calmer": CALMER, "Shorter": SHORTER}
    labels |= {"Continue": CONTINUE} if facts["cut"] else {}
    labels |= {"Copy as .md": COPY}
    return buttons(*(button(label, action_id, facts["draft_id"]) for label, action_id in labels.items()))


TEMPLATES = {DRAFT_CARD: card, DRAFT_TEXT: draft_text, DRAFT_FAILED: draft_failed, FILE_REFUSED: file_refused}
