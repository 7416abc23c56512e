"""The card of a draft, the draft itself, and what is said when there is none."""

import json
import math
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.features.drafting.usecase import DRAFT_CARD, DRAFT_FAILED, DRAFT_REST, DRAFT_TEXT, Accepted, Wish
from bot.slack.message import Facts, Message, button, buttons, context, markdown, plain, section
from bot.slack.mrkdwn import escape, person, quoted, shortened, usd

ANOTHER: Final = "drafting.another"
CALMER: Final = "drafting.calmer"
SHORTER: Final = "drafting.shorter"
FEW_SHOT: Final = "drafting.few_shot"
VALUE_CHARS: Final = 2000  # Slack's limit for what a button carries
CHANGES: Final = {"another": "another one", "calmer": "calmer", "shorter": "shorter"}
EMOJI_LINE: Final = "React: 👍 use it · 👎 no · ✏️ I'll fix it · 🚫 never train on it"
SECONDS_PER_DRAFT: Final = 15  # a 700-word draft on the private server; for "about N min" only
BRIEF_CHARS: Final = 500
PREVIEW_CHARS: Final = 200


def started(accepted: Accepted) -> str:
    if accepted.before:
        minutes = math.ceil(accepted.before * SECONDS_PER_DRAFT / 60)
        drafts, are = ("draft", "is") if accepted.before == 1 else ("drafts", "are")
        return f"{accepted.before} {drafts} {are} in front of yours; about {minutes} min."
    return f"{accepted.handle} is writing … the draft comes in the thread of its card."


def few_shot_offer(sentence: str, wish: Wish) -> tuple[Block, ...]:
    """[Yes] carries the wish; one too long for a button is only told, and typed again when a version is there."""
    known = json.dumps(
        [wish.channel_id, wish.handle, wish.brief, wish.words, wish.temperature, wish.count, wish.thread_ts]
    )
    if len(known) > VALUE_CHARS:
        return (section(sentence),)
    return section(sentence), buttons(button("Yes", FEW_SHOT, known))


def wish_in(value: str, team_id: str, user: str, delivery: str) -> Wish:
    channel_id, handle, brief, words, temperature, count, thread_ts = json.loads(value)
    return Wish(
        team_id, channel_id, user, delivery, handle, brief, None, words, temperature, count, thread_ts=thread_ts
    )


def card(facts: Facts) -> Message:
    change = f" ({CHANGES[facts['change']]})" if facts["change"] else ""
    brief = quoted(shortened(facts["brief"], BRIEF_CHARS))
    return plain(f"✍️ *{name(facts)}*{change} for {person(facts['by'])}: {brief}")


def draft_text(facts: Facts) -> Message:
    voice = f"{quoted(facts['owner'])}'s voice" if facts["owner"] else "the owner's voice"
    notes = [context(note) for note in draft_notes(facts)]
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
        context(EMOJI_LINE),
    )
    preview = escape(shortened(facts["text"], PREVIEW_CHARS))
    return Message(text=f"AI-written draft · {name(facts)} · {facts['label']}: {preview}", blocks=blocks)


def draft_notes(facts: Facts) -> list[str]:
    notes = []
    if facts["parts"] > 1:
        notes.append(f"Too long for one message: part 1 of {facts['parts']}, the rest follows below.")
    if facts["links"] == 1:
        notes.append("The draft had 1 web link that doesn't exist. I removed it and marked the place ⟦link?⟧.")
    elif facts["links"]:
        notes.append(
            f"The draft had {facts['links']} web links that don't exist. I removed them and marked the places ⟦link?⟧."
        )
    if facts["cut"]:
        notes.append("The model stopped at its limit; the last paragraph may be cut.")
    return notes


def draft_rest(facts: Facts) -> Message:
    what = f"AI-written draft · {name(facts)} · {facts['label']}, part {facts['part']} of {facts['parts']}"
    return Message(text=what, blocks=(section(f"🤖 {what}"), markdown(safe(facts["text"]))))


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
    if facts["why"] not in ("timeout", "busy"):
        return plain(text)
    return Message(text=text, blocks=(section(text), buttons(button("Try again", ANOTHER, facts["draft_id"]))))


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
    return buttons(*(button(label, action_id, facts["draft_id"]) for label, action_id in labels.items()))


TEMPLATES = {DRAFT_CARD: card, DRAFT_TEXT: draft_text, DRAFT_REST: draft_rest, DRAFT_FAILED: draft_failed}
