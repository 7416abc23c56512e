"""The request in the owner's direct messages, and what is said once it is answered."""

from slack_sdk.models.blocks import Block, ConfirmObject

from bot.consent_request import CONSENT_REQUEST
from bot.features.consent.ending import ENDED, ENDS
from bot.features.consent.usecase import GIVEN, REFUSED, WITHDRAWN
from bot.slack.consent_words import limits_told
from bot.slack.drafter_words import may_draft
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, day, escape, moment, person, quoted
from pipeline.domain.voices import Consent, Voice

AGREE = "consent.agree"
LIMITED = "consent.limited"
GO_ON = "consent.go_on"
REFUSE = "consent.refuse"
WITHDRAW = "consent.withdraw"

ANSWERS = {"given": "✅ You agreed", "refused": "You said no", "withdrawn": "You withdrew your consent"}


def request(facts: Facts) -> Message:
    handle = escape(facts["handle"])
    text = (
        f"{person(facts['steward'])} wants to build a writing voice, *{handle}*, from your posts.\n"
        "• *What it learns from:* texts the steward adds; you can see and remove each one.\n"
        f"• *Who can use it:* {who_can_use_it(facts)}. Each draft is marked as AI-written and logged "
        "with who asked.\n"
        "• *Where data goes:* nowhere until few-shot drafts are asked for or a training run is approved; the "
        "provider's name is said first.\n"
        f"• *You can stop it any time* with `/voice consent {handle}` — drafting stops within a minute.\n"
        "Consent lasts 12 months."
    )
    answer = facts.get("answer")
    foot: Block = (
        context(f"{ANSWERS[answer]} · {moment(facts['at'])}{limits_told(facts)}")
        if answer
        else buttons(
            button("I agree", AGREE, facts["consent_id"], style="primary"),
            button("Agree with limits…", LIMITED, facts["consent_id"]),
            button("No", REFUSE, facts["consent_id"], style="danger", confirm=sure_no(handle)),
        )
    )
    return Message(text=f"May {handle} learn from your writing?", blocks=(section(text), foot))


def who_can_use_it(facts: Facts) -> str:
    """Where it drafts goes without saying when it is for the members of that very channel."""
    drafters = facts.get("drafters") or ()
    where = "" if list(drafters) == [facts["channel"]] else f", in {channel(facts['channel'])} or alone with me"
    return may_draft(drafters) + where


def sure_no(handle: str) -> ConfirmObject:
    return ConfirmObject(
        title="Say no?", text=f"I delete the samples collected so far and close {handle}.", confirm="No", deny="Back"
    )


def given(facts: Facts) -> Message:
    how = "agreed with limits" if limits_told(facts) else "agreed"
    left_out = " I leave earlier texts out of every round." if facts.get("not_before") else ""
    respect = " The rest is yours to respect." if facts.get("limits") else ""
    return plain(
        f"{person(facts['owner'])} {how}. Scope: drafts in {channel(facts['channel'])}, until {day(facts['until'])}"
        f"{limits_told(facts)}.{left_out}{respect} "
        f"Next: `/voice data {escape(facts['handle'])}` and drop the texts in its thread."
    )


def ends(facts: Facts) -> Message:
    """To the owner, two weeks before the end, and at the end."""
    handle = quoted(facts["handle"])
    if facts["until"]:
        return plain(f"You agreed again: *{handle}* may draft and learn until {day(facts['until'])}.")
    text = (
        f"Your consent to *{handle}* ended on {day(facts['at'])}. It drafts, locks and trains nothing until you agree "
        "again. If you don't want that, there is nothing to do."
        if facts["ended"]
        else f"Your consent to *{handle}* ends on {day(facts['at'])}. Then it stops drafting and learning, unless you "
        "agree again."
    )
    press = buttons(button("Agree for 12 more months", GO_ON, facts["consent_id"], style="primary"))
    return Message(text=f"Your consent to {facts['handle']}", blocks=(section(text), press))


def ended(facts: Facts) -> Message:
    return plain(
        f"{person(facts['owner'])}'s consent ended on {day(facts['at'])}. I asked again. Until they agree "
        f"*{quoted(facts['handle'])}* drafts, locks and trains nothing."
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


TEMPLATES = {CONSENT_REQUEST: request, GIVEN: given, REFUSED: refused, WITHDRAWN: withdrawn, ENDS: ends, ENDED: ended}


def consent_page(voice: Voice, consent: Consent | None) -> tuple[str, tuple[Block, ...]]:
    """What the owner sees, and the button to withdraw while there is something to withdraw."""
    if consent is None:
        text = f"Nobody asked for your consent to *{voice.handle}* yet."
        return text, (section(text),)
    until = f" It lasts until {day(consent.expires_at)}." if consent.expires_at and consent.state == "given" else ""
    text = f"*{voice.handle}*: your consent is *{consent.state}*.{until} It drafts in {channel(voice.channel_id)} only."
    told = {"not_before": consent.not_before.isoformat() if consent.not_before else None, "limits": consent.limits}
    text += f"\nLimits:{limits_told(told).removeprefix(' ·')}." if limits_told(told) else ""
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
