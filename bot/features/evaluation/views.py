"""How a new version came out on requests it never saw."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.features.evaluation.sayings import EVALUATED, NOT_TRIED
from bot.slack.measure_words import loss_words, pace_words, right_words
from bot.slack.message import Facts, Message, plain, section
from bot.slack.mrkdwn import quoted, usd

WHY: Final = {
    "text too short": "its drafts are under 200 words, which say too little about who wrote them",
    "too few texts": "the owner has fewer than 5,000 words to compare with",
    "not English": "it is only known for English so far",
}
UNTRIED: Final = {
    "no-texts": "no text could be held back for that",
    "no-price": "nobody has entered what a draft on its base costs",
    "ceiling": "the amount that was approved leaves too little for it",
    "budget": "this month's budget leaves too little for it",
    "stopped": "the voice may not write any more",
    "no-drafts": "its provider wrote no draft",
}


def told(facts: Facts) -> Message:
    drafts = facts["drafts"]
    head = f"🧪 *{quoted(facts['handle'])} v{facts['version']}* on {drafts} request{'s' * (drafts != 1)} it never saw"
    lines = [
        head,
        *likeness(facts["likeness"]),
        *traits(facts),
        *right_words(facts),
        " · ".join(checks(facts)),
        *drift(facts),
    ]
    return Message(text=head.replace("*", ""), blocks=[section("\n".join(filter(None, lines)))])


def likeness(known: Mapping[str, Any]) -> Iterator[str]:
    """The number means: had it been as likely as not before, so likely is it that the owner wrote this."""
    if known["why"]:
        yield f"Likeness isn't measured: {WHY[known['why']]}."
        return
    by = known["by"]
    others = [
        f"{name} {by[key]:.2f}"
        for key, name in (("few-shot", "plain model + posts"), ("plain", "plain model"))
        if key in by
    ]
    beside = ", ".join([f"the owner's own posts {known['own']:.2f}", *others])
    yield f"Likeness *{by['voice']:.2f}* ({beside})."
    weak = " Drafts of under 400 words say little about who wrote them." if known["is_weak"] else ""
    yield (
        f"The owner's own passages of {known['words']} words lie between {known['low']:.2f} and {known['high']:.2f}; "
        f"this {place(by['voice'], known)}.{weak}"
    )


def place(voice: float, known: Mapping[str, Any]) -> str:
    if voice < known["low"]:
        return "is below that"
    return "is above that: more like the owner than the owner" if voice > known["high"] else "is among them"


def traits(facts: Facts) -> Iterator[str]:
    if facts["traits"]:
        yield f"What differs: {'; '.join(facts['traits'])}."


def checks(facts: Facts) -> Iterator[str]:
    yield f"links {facts['links']}"
    yield f"drafts with copied passages {facts['copied']}"
    if facts["tone"] is not None:
        yield f"⚠️ tone: {'; '.join(facts['tone'])}" if facts["tone"] else "tone within the owner's range ✅"
    yield f"{pace_words(facts['p50_s'], facts.get('target_s'))}, the slowest {facts['p95_s']:.0f} s"
    if loss := loss_words(facts):
        yield loss
    yield f"{usd(facts['draft_microusd'])} a draft, {usd(facts['cost_microusd'])} for all of this"


def drift(facts: Facts) -> Iterator[str]:
    if facts["drift"]:
        yield f"⚠️ Compared with the version before: {'; '.join(facts['drift'])}."


def not_tried(facts: Facts) -> Message:
    head = f"🧪 *{quoted(facts['handle'])} v{facts['version']}* wasn't tried on requests it never saw"
    paid = usd(facts["paid_microusd"]) if facts["paid_microusd"] else "Nothing"
    next_step = "" if facts["why"] == "stopped" else " `/voice duel` shows how it compares."
    return plain(f"{head}: {UNTRIED[facts['why']]}. {paid} was paid for that.{next_step}")


TEMPLATES = {EVALUATED: told, NOT_TRIED: not_tried}
