"""The card of a run, from its place in the queue to its end, and what is said while it goes on."""

from collections.abc import Iterator
from typing import Final

from slack_sdk.models.blocks import Block, ConfirmObject, ImageBlock
from slack_sdk.models.blocks.basic_components import SlackFile

from bot.features.training.billing import BILLED, CANCELLED
from bot.features.training.cancelling import NOT_CANCELLED
from bot.features.training.progress_card import PROGRESS
from bot.features.training.run_words import (
    clock_time,
    named,
    ordinal,
    run,
    span_words,
    status_words,
    usually,
    waits_for_words,
)
from bot.features.training.watching import SLOW
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import person, quoted, shortened, usd

CANCEL: Final = "training.cancel"
KEEP_WAITING: Final = "training.keep_waiting"
EVENT_CHARS: Final = 120


def progress(facts: Facts) -> Message:
    head = f"*{run(facts)}* · {named(facts['provider'])}, {named(facts['base'])} — {standing(facts)}"
    blocks: list[Block] = [section(head)]
    if facts["events"]:
        blocks.append(context("\n".join(f"› {quoted(shortened(one, EVENT_CHARS))}" for one in facts["events"])))
    if facts["can_cancel"]:
        blocks.append(buttons(button("Cancel", CANCEL, facts["job_id"], confirm=sure(facts))))
    curve = facts["curve"]
    if curve and curve["file"]:
        blocks.append(ImageBlock(alt_text=curve["alt"], slack_file=SlackFile(id=curve["file"])))
    return Message("\n".join(filter(None, [head, curve["alt"] if curve else ""])), blocks)


def standing(facts: Facts) -> str:
    """The state, and what is known of how long it will take."""
    words = status_words(facts["state"], facts["provider_status"])
    if facts["cancelled_by"] and facts["state"] != "cancelled":
        return f"{words} · ✋ being cancelled for {person(facts['cancelled_by'])}"
    more = {"queued": queued, "running": running, "validating": running, "ready": ready, "cancelled": paid}
    told = more.get(facts["state"], nothing)
    return " — ".join([words, *told(facts)]) if facts["state"] != "queued" else "".join([words, *told(facts)])


def nothing(_: Facts) -> Iterator[str]:
    yield from ()


def queued(facts: Facts) -> Iterator[str]:
    queue = facts["queue"]
    if queue is None:
        return
    yield f", {ordinal(queue['number'])}"
    if queue["begins_at"]:
        yield f" (about {clock_time(queue['begins_at'])})"
    if queue["waits_for"]:
        yield f" · waits for {waits_for_words(queue['waits_for'])}"


def running(facts: Facts) -> Iterator[str]:
    if facts["step"] and facts["steps"]:
        yield f"step {facts['step']:,} of {facts['steps']:,}"
    if words := usually(facts["usual"]):
        yield words
    if facts["finish_at"]:
        yield f"the provider expects {clock_time(facts['finish_at'])}"


def ready(facts: Facts) -> Iterator[str]:
    if facts["version"]:
        yield f"*{named(facts['handle'])} v{facts['version']}*"
    yield from paid(facts)


def paid(facts: Facts) -> Iterator[str]:
    if facts["actual_microusd"] is not None:
        yield f"paid {usd(facts['actual_microusd'])}"


def sure(facts: Facts) -> ConfirmObject:
    told = f"{run(facts)} ends. What was trained until then is billed by the provider; the rest is free again."
    if facts["state"] in ("queued", "preflight", "uploading"):
        told = f"{run(facts)} ends before anything is paid, and the money held for it is free again."
    return ConfirmObject(title="Cancel this run?", text=told, confirm="Cancel the run", deny="Let it go on")


def slow(facts: Facts) -> Message:
    took = span_words(facts["took_s"], facts["took_s"])
    usual = f"; {usually(facts['usual'])}" if facts["usual"] else ""
    text = f"🐌 Training of {run(facts)} has taken {took}{usual}. It's still running at {named(facts['provider'])}."
    if facts["kept_by"]:
        return plain(f"{text} {person(facts['kept_by'])} keeps waiting.")
    actions = buttons(
        button("Keep waiting", KEEP_WAITING, facts["job_id"]),
        button("Cancel — pays finished steps", CANCEL, facts["job_id"], style="danger"),
    )
    return Message(text=text, blocks=[section(text), actions])


def cancelled(facts: Facts) -> Message:
    who = f"by {person(facts['user'])}" if facts["user"] else f"at {named(facts['provider'])}"
    at = f" at step {facts['step']:,} of {facts['steps']:,}" if facts["step"] and facts["steps"] else ""
    return plain(f"✋ {run(facts)} was cancelled {who}{at}. {cost_words(facts)}")


def cost_words(facts: Facts) -> str:
    actual, estimate = facts["actual_microusd"], usd(facts["estimate_microusd"])
    if actual is None:
        return "What it cost is not told yet; its money stays held until then."
    if actual == 0:
        return "Nothing was billed; the money held for it is free again. Texts are kept."
    if not facts["is_billed"]:
        return f"The provider never told its bill; by the steps it is {usd(actual)} of {estimate}."
    return f"Billed: {usd(actual)} of {estimate}."


def billed(facts: Facts) -> Message:
    actual, estimate = usd(facts["actual_microusd"]), usd(facts["estimate_microusd"])
    if not facts["is_billed"]:
        return plain(
            f"{named(facts['provider'])} never told what {run(facts)} cost, so I count {actual} (estimate {estimate})."
        )
    return plain(f"The bill for {run(facts)} came: {actual} for training (estimate {estimate}).")


def not_cancelled(facts: Facts) -> Message:
    return plain(
        f"{named(facts['provider'])} won't cancel {run(facts)} (`{named(facts['code'])}`). It may have ended this "
        "moment; I look, and go on trying."
    )


TEMPLATES = {
    PROGRESS: progress,
    SLOW: slow,
    CANCELLED: cancelled,
    BILLED: billed,
    NOT_CANCELLED: not_cancelled,
}
