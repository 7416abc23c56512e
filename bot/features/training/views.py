"""What is said about a run in doubt, the model that came of it, and the queue."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_sdk.models.blocks import Block, ButtonElement

from bot.features.training import failure_views, progress_views
from bot.features.training.doubt import ADOPTED, CHECKING, NOT_SENT, UNREACHABLE
from bot.features.training.ending import READY, STOPPED
from bot.features.training.progress_card import usual_facts
from bot.features.training.progress_views import CANCEL, sure
from bot.features.training.run_words import (
    STATE_WORDS,
    clock_time,
    named,
    run,
    status_words,
    usually,
    waits_for_words,
)
from bot.features.training.strays import ADOPTED_EXTRA, ORPHAN
from bot.features.training.usecase import GIVEN_UP, SENT_AGAIN, JobLine, TooLate
from bot.features.training.watching import UNREADABLE
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, moment, person, usd

SEND: Final = "training.send"
GIVE_UP: Final = "training.give_up"
IDS_SHOWN: Final = 10
JOBS_SHOWN: Final = 30


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
        f"⚠️ {named(facts['provider'])} has {count_words(len(facts['extra']) + 1)} jobs for {run(facts)}. I kept the "
        f"first, `{named(facts['kept'])}`. {stray_words(facts['extra'])} Details in the audit log."
    )


def orphan(facts: Facts) -> Message:
    return plain(
        f"⚠️ {named(facts['provider'])} has the cancelled job of {run(facts)} after all. "
        f"{stray_words(facts['extra'])} Details in the audit log."
    )


def count_words(jobs: int) -> str:
    return {2: "two", 3: "three"}.get(jobs, f"{jobs}")


def stray_words(strays: Sequence[Mapping[str, Any]]) -> str:
    """What became of each job that nobody approved."""
    told = [stray_sentence(stray) for stray in strays[:IDS_SHOWN]]
    more = [f"And {len(strays) - IDS_SHOWN} more."] if len(strays) > IDS_SHOWN else []
    return " ".join([*told, *more])


def stray_sentence(stray: Mapping[str, Any]) -> str:
    job, status, far = f"`{named(stray['provider_job'])}`", stray["status"], ""
    if stray["percent"] is not None:
        far = f" at {stray['percent']} %"
    bill = f"at most {usd(stray['at_most_microusd'])}"
    if stray["billed_microusd"] is not None:
        bill = f"billed {usd(stray['billed_microusd'])}"
    if status == "cancelled":
        return f"I cancelled {job}{far} — {bill}."
    if status in ("succeeded", "failed"):
        return f"{job} had {status} before I could cancel it — {bill}."
    if status.startswith("unknown"):
        return f"I can't cancel {job} from here: cancel it there now, or it is billed."
    return f"I'm cancelling {job}{far}."


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
    paid, estimate = usd(facts["actual_microusd"] or 0), usd(facts["estimate_microusd"])
    bill = f"Paid: {paid} for training (estimate {estimate})."
    if facts["actual_microusd"] is None:
        bill = f"The provider hasn't told its bill yet (estimate {estimate}); I say it here when it does."
    elif not facts["is_billed"]:
        bill = f"Training cost about {paid}: the provider hasn't told what it billed, so this is the estimate."
    lines = [
        f"✅ *{model}* is trained. It is *on trial*: it drafts in {channel(facts['channel'])}.",
        bill,
        f"Try it: `/voice draft {facts['handle']} what the post is about`",
    ]
    return Message(text=f"{model} is trained", blocks=[section("\n".join(lines))])


def stopped(facts: Facts) -> Message:
    why = {
        "consent": "the owner's consent no longer covers it",
        "money": "the money for it is no longer held",
        "late": "the approval wasn't used in time, and its money is free again; ask again from the dataset thread",
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
    STOPPED: stopped,
    UNREADABLE: unreadable,
    **progress_views.TEMPLATES,
    **failure_views.TEMPLATES,
}


def too_late(outcome: TooLate) -> str:
    words = STATE_WORDS[outcome.state] if outcome.state else "not known here"
    return f"This run no longer waits for an answer: it is {words}. Nothing was sent or paid."


def no_longer(outcome: TooLate) -> str:
    """To somebody who pressed a button that no longer does anything."""
    words = STATE_WORDS[outcome.state] if outcome.state else "not known here"
    return f"That comes too late: this run is {words}. Nothing changed."


def job_list(lines: Sequence[JobLine]) -> str:
    if not lines:
        return "Nothing is queued or running. `/voice jobs all` also shows what has ended."
    shown = [job_line(line) for line in lines[-JOBS_SHOWN:]]
    return "\n".join([*shown, *([f"… and {len(lines) - JOBS_SHOWN} older"] if len(lines) > JOBS_SHOWN else [])])


def job_blocks(lines: Sequence[JobLine]) -> tuple[Block, ...]:
    """The same, with a button for each run that can be cancelled."""
    if not lines:
        return (section(job_list(lines)),)
    older = [context(f"… and {len(lines) - JOBS_SHOWN} older")] if len(lines) > JOBS_SHOWN else []
    return (*(section(job_line(line), accessory=cancel_button(line)) for line in lines[-JOBS_SHOWN:]), *older)


def cancel_button(line: JobLine) -> ButtonElement | None:
    if not line.can_cancel:
        return None
    facts = {"handle": line.voice.handle, "number": line.round.number, "state": line.job.state}
    return button("Cancel", CANCEL, line.job.tuning_job_id, confirm=sure(facts))


def job_line(line: JobLine) -> str:
    job, request = line.job, line.request
    where = f"{named(job.provider)}, {named(job.base)}"
    paid = f"up to {usd(request.ceiling_microusd)}"
    if job.actual_microusd is not None:
        paid = f"paid {usd(job.actual_microusd)}"
    when = moment(job.finished_at or job.queued_at)
    return f"*{named(line.voice.handle)}* round {line.round.number} — {how_far(line)} · {where} · {paid} · {when}"


def how_far(line: JobLine) -> str:
    job, stands = line.job, line.standing
    words = status_words(job.state, job.provider_status)
    if job.cancelled_by and job.finished_at is None:
        return f"{words}, being cancelled"
    if stands is not None:
        about = f" (about {clock_time(stands.begins_at)})" if stands.begins_at else ""
        waits = f", waits for {waits_for_words(stands.waits_for)}" if stands.waits_for else ""
        return f"{words}, number {stands.number}{about}{waits}"
    if job.state in ("validating", "running"):
        step = f"step {job.step:,} of {job.steps:,}" if job.step and job.steps else ""
        return ", ".join(filter(None, [words, step, usually(usual_facts(line.usual))]))
    return words


def moment_of(created_at: int) -> str:
    return f"<!date^{created_at}^{{date_short_pretty}} {{time}}|then>"
