"""What is said about a run: doubts, failures explained, the model that came of it, and the queue."""

import re
from collections.abc import Sequence
from typing import Final

from bot.features.training.doubt import ADOPTED, ADOPTED_EXTRA, CHECKING, NOT_SENT, ORPHAN, UNREACHABLE
from bot.features.training.ending import CANCELLED, CLOSED, FAILED, NOT_ALLOWED, READY, STOPPED, UNKNOWN
from bot.features.training.usecase import GIVEN_UP, SENT_AGAIN, JobLine, TooLate
from bot.features.training.watching import UNREADABLE
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, moment, person, quoted, shortened, usd
from pipeline.domain.training import TuningState

SEND: Final = "training.send"
GIVE_UP: Final = "training.give_up"
SHORT: Final = 80  # characters shown of a name
WORDS_SHOWN: Final = 300  # of what a provider said
IDS_SHOWN: Final = 10
JOBS_SHOWN: Final = 30
LINE: Final = re.compile(r"\bline (\d{1,9})\b", re.IGNORECASE)
# Codes of OpenAI, of servers that follow it, and of ours, by what a person can do about them.
NO_FUNDS: Final = frozenset({"insufficient_quota", "exceeded_quota", "billing_hard_limit_reached"})
BAD_ROWS: Final = frozenset({"invalid_training_file", "invalid_validation_file", "invalid_file_format"})
UNSAFE: Final = frozenset({"unsafe_file", "moderation_failed", "data_safety", "content_policy_violation"})
STATE_WORDS: Final[dict[TuningState, str]] = {
    "queued": "⏳ queued",
    "uploading": "📤 sending the texts",
    "sending": "📤 sending",
    "in-doubt": "❓ asking the provider whether it has the job",
    "validating": "🔎 the provider is checking the file",
    "running": "🏋️ training",
    "ready": "✅ ready",
    "failed": "🛑 failed",
    "cancelled": "✋ cancelled",
}


def checking(facts: Facts) -> Message:
    return plain(
        f"I don't know whether {named(facts['provider'])} took {run(facts)}: I was interrupted while sending it, "
        "or got no answer. I'm asking the provider whether the job exists before doing anything else. "
        "No second job will be started."
    )


def unreachable(facts: Facts) -> Message:
    return plain(
        f"I can't reach {named(facts['provider'])} to check. {run(facts)} waits; "
        f"I try every {int(facts['wait_s'] // 60)} min and will say so here."
    )


def adopted(facts: Facts) -> Message:
    started = f", started {moment_of(facts['created_at'])}" if facts["created_at"] else ""
    return plain(f"Found it: one job{started}. Carrying on; nothing was paid twice.")


def adopted_extra(facts: Facts) -> Message:
    return plain(
        f"⚠️ {named(facts['provider'])} has {len(facts['extra']) + 1} jobs for {run(facts)}. I kept the first, "
        f"`{named(facts['kept'])}`. I can't cancel the others from here: cancel {ids(facts)} there now, "
        "or they are billed too. Details are in the audit log."
    )


def orphan(facts: Facts) -> Message:
    return plain(
        f"⚠️ {named(facts['provider'])} has the cancelled job of {run(facts)} after all. I can't cancel it from here: "
        f"cancel {ids(facts)} there now, or it is billed. Details are in the audit log."
    )


def not_sent(facts: Facts) -> Message:
    text = (
        f"{named(facts['provider'])} has no such job for {run(facts)}. I don't resend by myself: "
        "the steward can send it now or cancel. I go on looking meanwhile."
    )
    actions = buttons(
        button("Send it now", SEND, facts["job_id"], style="primary"),
        button("Cancel", GIVE_UP, facts["job_id"], style="danger"),
    )
    return Message(text=text, blocks=[section(text), actions])


def sent_again(facts: Facts) -> Message:
    return plain(f"{person(facts['user'])} said to send {run(facts)} now. I look once more and then send it once.")


def given_up(facts: Facts) -> Message:
    return plain(
        f"Cancelled by {person(facts['user'])}. The money held for {run(facts)} is free again. Texts are kept."
    )


def ready(facts: Facts) -> Message:
    model = f"{named(facts['handle'])} v{facts['version']}"
    paid, estimate = usd(facts["actual_microusd"]), usd(facts["estimate_microusd"])
    bill = f"Paid: {paid} for training (estimate {estimate})."
    if not facts["is_billed"]:
        bill = f"Training cost about {paid}: the provider hasn't told what it billed, so this is the estimate."
    lines = [
        f"✅ *{model}* is trained. It is *on trial*: it drafts in {channel(facts['channel'])}.",
        bill,
        f"Try it: `/voice draft {facts['handle']} what the post is about`",
    ]
    return Message(text=f"{model} is trained", blocks=[section("\n".join(lines))])


def failed(facts: Facts) -> Message:
    text = f"🛑 {run(facts)} failed. {explanation(facts)}"
    details = f"Cost so far: {usd(facts['actual_microusd'])}. Everything else held for it is free again."
    words = quoted(shortened(facts["words"] or "", WORDS_SHOWN))
    said = f"{named(facts['provider'])} says: `{named(facts['code'] or 'no code')}` {words}"
    return Message(text=text, blocks=[section(f"{text}\n{details}"), context(said)])


def explanation(facts: Facts) -> str:
    """What it means and what to do, by the provider's code."""
    provider, code = named(facts["provider"]), facts["code"] or ""
    if code == CLOSED:
        return f"Your {provider} organisation can't start fine-tunes any more. Ask again with another provider."
    if code == NOT_ALLOWED:
        return f"{provider} may not see texts of this sensitivity, so none were sent. Ask again with your own server."
    if code == UNKNOWN:
        return f"No provider called {provider} is set up any more. Nothing was sent."
    if code in NO_FUNDS:
        return f"The balance at {provider} is too low. Somebody must top it up there; then ask for approval again."
    if code in UNSAFE:
        return f"{provider}'s safety check refused the file and doesn't say which rows. Leave texts out and ask again."
    if code in BAD_ROWS:
        row = LINE.search(facts["words"] or "")
        which = f"row {row[1]}" if row else "the file"
        return f"{provider} rejected {which}. Change or leave out that text in the dataset thread and ask again."
    return "The texts and all choices are kept; ask for approval again when the cause is gone."


def cancelled(facts: Facts) -> Message:
    return plain(f"{run(facts)} was cancelled at {named(facts['provider'])}. Billed: {usd(facts['actual_microusd'])}.")


def stopped(facts: Facts) -> Message:
    why = {
        "consent": "the owner's consent no longer covers it",
        "money": "the money for it is no longer held",
    }[facts["why"]]
    return plain(f"Stopped before anything was sent: {why} ({run(facts)}). Nothing was paid.")


def unreadable(facts: Facts) -> Message:
    return plain(
        f"{named(facts['provider'])} won't tell me about {run(facts)} any more. It may still be running there. "
        f"I ask again every {int(facts['wait_s'] // 60)} min; an operator should look at the provider's settings."
    )


TEMPLATES = {
    CHECKING: checking,
    UNREACHABLE: unreachable,
    ADOPTED: adopted,
    ADOPTED_EXTRA: adopted_extra,
    NOT_SENT: not_sent,
    ORPHAN: orphan,
    SENT_AGAIN: sent_again,
    GIVEN_UP: given_up,
    READY: ready,
    FAILED: failed,
    CANCELLED: cancelled,
    STOPPED: stopped,
    UNREADABLE: unreadable,
}


def too_late(outcome: TooLate) -> str:
    words = STATE_WORDS[outcome.state] if outcome.state else "not known here"
    return f"This run no longer waits for an answer: it is {words}. Nothing was sent or paid."


def job_list(lines: Sequence[JobLine]) -> str:
    if not lines:
        return "Nothing is queued or running. `/voice jobs all` also shows what has ended."
    shown = [job_line(line) for line in lines[-JOBS_SHOWN:]]
    return "\n".join([*shown, *([f"… and {len(lines) - JOBS_SHOWN} older"] if len(lines) > JOBS_SHOWN else [])])


def job_line(line: JobLine) -> str:
    job, request = line.job, line.request
    where = f"{named(job.provider)}, {named(job.base)}"
    paid = f"up to {usd(request.ceiling_microusd)}"
    if job.actual_microusd is not None:
        paid = f"paid {usd(job.actual_microusd)}"
    words = STATE_WORDS[job.state]
    if job.state == "queued":
        words = f"{words}, number {line.queued_before + 1}"
    elif job.provider_status and job.provider_status not in ("running", "succeeded"):
        words = f"{words} ({named(job.provider_status)})"
    when = moment(job.finished_at or job.queued_at)
    return f"*{named(line.voice.handle)}* round {line.round.number} — {words} · {where} · {paid} · {when}"


def run(facts: Facts) -> str:
    return f"{named(facts['handle'])} round {facts['number']}"


def ids(facts: Facts) -> str:
    return ", ".join(f"`{named(provider_job)}`" for provider_job in facts["extra"][:IDS_SHOWN])


def named(text: str) -> str:
    return quoted(shortened(text, SHORT))


def moment_of(created_at: int) -> str:
    return f"<!date^{created_at}^{{date_short_pretty}} {{time}}|then>"
