"""What only approvers, stewards and admins are told about money: reminders, warnings, emergencies, questions."""

from typing import Final

from slack_sdk.models.blocks import Block

from bot.features.spending.questions import QUESTION
from bot.features.spending.sayings import WARNING
from bot.features.spending.standing_in import STANDING_IN
from bot.features.spending.usecase import EMERGENCY
from bot.features.spending.views import names
from bot.features.spending.waiting import NOBODY, REMINDER
from bot.slack.failures.approvals import budget_name, first_day
from bot.slack.message import Facts, Message, button, buttons, plain, section
from bot.slack.mrkdwn import channel, moment, person, quoted, usd
from bot.slack.offer_words import day_words, named

OWN: Final = "spending.own_request"  # whispered to whoever presses on their own request
OPEN_EMERGENCY: Final = "spending.open_emergency"


def own_request(facts: Facts) -> Message:
    others = names(facts["approvers"][:10], "or") or "an approver named by an admin"
    text = f"You asked for this, so someone else must approve: {others}."
    blocks: list[Block] = [section(f"{text} Nobody there?")]
    blocks.append(buttons(button("Emergency approve…", OPEN_EMERGENCY, facts["request_id"], style="danger")))
    return Message(text=text, blocks=blocks)


def emergency_notice(facts: Facts) -> Message:
    own = "their own request " if facts["user"] == facts["asked_by"] else ""
    return plain(
        f"🚨 {person(facts['user'])} approved {own}{facts['label']} alone, as an emergency: up to "
        f"{usd(facts['ceiling_microusd'])} for *{named(facts['handle'])}*. Reason: “{quoted(facts['reason'])}”. "
        "It is within the budget, stays marked on the card, and you need do nothing; if it was wrong, talk to them."
    )


def reminder(facts: Facts) -> Message:
    until = f" It expires {moment(facts['expires_at'])}." if facts["expires_at"] else ""
    return plain(
        f"⏰ {facts['label']} still waits for an answer: {person(facts['user'])} asks for up to "
        f"{usd(facts['ceiling_microusd'])} for *{named(facts['handle'])}*. The card stands in "
        f"{channel(facts['channel'])} and on my home tab.{until} I remind only once."
    )


def nobody(facts: Facts) -> Message:
    gone = f" ({facts['gone']} deactivated)" if facts["gone"] else ""
    asked = f" {person(facts['asked_by'])}, who asked, cannot approve it themselves." if facts["asked_by"] else ""
    return plain(
        f"None of the approvers of {facts['label']} (*{named(facts['handle'])}*) is reachable{gone}.{asked} An admin "
        "must name one in `/voice admin`. The request waits, and its time to answer starts only then."
    )


def warning(facts: Facts) -> Message:
    budget = budget_name(facts["kind"], str(facts["name"]), first_day(facts["month"]))
    left = max(0, facts["limit_microusd"] - facts["would_be_microusd"])
    return plain(
        f"⚠️ Budget: {budget} is at {usd(facts['would_be_microusd'])} of {usd(facts['limit_microusd'])}, held money "
        f"included; {usd(left)} is left. Nothing is closed yet. I say this once a month; limits are in `/voice admin`."
    )


def question(facts: Facts) -> Message:
    return plain(
        f"❓ {person(facts['user'])} asks before deciding on {facts['label']}: “{quoted(facts['question'])}” — "
        f"{person(facts['steward'])}, please answer here."
    )


def standing_in(facts: Facts) -> Message:
    return plain(
        f"You stand in for {person(facts['approver'])} until {day_words(facts['until'])}: until then your yes to "
        "spending counts for theirs, and cards say so. Requests that wait come to you now."
    )


TEMPLATES = {
    OWN: own_request,
    EMERGENCY: emergency_notice,
    REMINDER: reminder,
    NOBODY: nobody,
    WARNING: warning,
    QUESTION: question,
    STANDING_IN: standing_in,
}
