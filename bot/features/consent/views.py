"""The request in the owner's direct messages, and what is said once it is answered."""

from slack_sdk.models.blocks import Block, ConfirmObject

from bot.consent_request import CONSENT_REQUEST
from bot.features.consent.usecase import GIVEN, REFUSED, WITHDRAWN
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, day, escape, moment, person
from pipeline.domain.voices import Consent, Voice

AGREE = "consent.agree"
REFUSE = "consent.refuse"
WITHDRAW = "consent.withdraw"

ANSWERS = {"given": "✅ You agreed", "refused": "You said no", "withdrawn": "You withdrew your consent"}


def request(facts: Facts) -> Message:
    handle = escape(facts["handle"])
    text = (
        f"{person(facts['steward'])} wants to build a writing voice, *{handle}*, from your posts.\n"
        "• *What it learns from:* texts the steward adds; you can see and remove each one.\n"
        f"• *Who can use it:* members of {channel(facts['channel'])}. Each draft is marked as AI-written and logged "
        "with who asked.\n"
        "• *Where data goes:* nowhere until few-shot drafts are asked for or a training run is approved; the "
        "provider's name is said first.\n"
        f"• *You can stop it any time* with `/voice consent {handle}` — drafting stops within a minute.\n"
        "Consent lasts 12 months."
    )
    answer = facts.get("answer")
    foot: Block = (
        context(f"{ANSWERS[answer]} · {moment(facts['at'])}")
        if answer
        else buttons(
            button("I agree", AGREE, facts["consent_id"], style="primary"),
            button("No", REFUSE, facts["consent_id"], style="danger", confirm=sure_no(handle)),
        )
    )
    return Message(text=f"May {handle} learn from your writing?", blocks=(section(text), foot))


def sure_no(handle: str) -> ConfirmObject:
    return ConfirmObject(
        title="Say no?", text=f"I delete the samples collected so far and close {handle}.", confirm="No", deny="Back"
    )


def given(facts: Facts) -> Message:
    return plain(
        f"{person(facts['owner'])} agreed. Scope: drafts in {channel(facts['channel'])}, until {day(facts['until'])}. "
        f"Next: `/voice data {escape(facts['handle'])}` and drop the texts in its thread."
    )


def refused(facts: Facts) -> Message:
    return plain(
        f"{person(facts['owner'])} declined. I deleted the {facts['samples']:,} samples collected so far and closed "
        f"*{escape(facts['handle'])}*. The decision isn't up for a vote; please talk to them, not to me."
    )


def withdrawn(facts: Facts) -> Message:
    text = (
        f"{person(facts['owner'])} withdrew consent on {moment(facts['at'])}. *{escape(facts['handle'])}* no longer "
        "trains or writes."
    )
    return plain(f"{text} {copies(facts)}" if facts.get("copies") else text)


def copies(facts: Facts) -> str:
    """What the providers said of the models."""
    asked, confirmed = facts["copies"], facts["confirmed"]
    if confirmed == asked:
        return f"Copies at the provider: deletion requested, confirmed {moment(facts['confirmed_at'])}."
    done = f" {confirmed} of {asked} are confirmed." if confirmed else ""
    return (
        f"Copies at the provider: deletion requested.{done} The provider did not confirm all yet; I ask again every "
        "hour and will say so here."
    )


TEMPLATES = {CONSENT_REQUEST: request, GIVEN: given, REFUSED: refused, WITHDRAWN: withdrawn}


def consent_page(voice: Voice, consent: Consent | None) -> tuple[str, tuple[Block, ...]]:
    """What the owner sees, and the button to withdraw while there is something to withdraw."""
    if consent is None:
        text = f"Nobody asked for your consent to *{voice.handle}* yet."
        return text, (section(text),)
    until = f" It lasts until {day(consent.expires_at)}." if consent.expires_at and consent.state == "given" else ""
    text = f"*{voice.handle}*: your consent is *{consent.state}*.{until} It drafts in {channel(voice.channel_id)} only."
    if consent.state == "asked":
        text += " My question is in your direct messages with me."
    if consent.state != "given":
        return text, (section(text),)
    confirm = ConfirmObject(
        title="Withdraw consent?",
        text=f"{voice.handle} stops training and writing at once.",
        confirm="Withdraw",
        deny="Back",
    )
    press = button("Withdraw consent", WITHDRAW, consent.consent_id, style="danger", confirm=confirm)
    return text, (section(text), buttons(press))
