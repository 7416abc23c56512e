"""The request in the owner's direct messages, and what is said once it is answered."""

from slack_sdk.models.blocks import Block, ConfirmObject

from bot.consent_request import ATTEST, ATTEST_DIRECT, CONSENT_REQUEST
from bot.features.consent.attesting import NOT_KEPT
from bot.features.consent.ending import ENDED, ENDS
from bot.features.consent.usecase import GIVEN, REFUSED, WITHDRAWN, ConsentNow, vouched
from bot.features.consent.widening import WIDENED
from bot.slack.consent_words import PURPOSES, limits_told
from bot.slack.drafter_words import counted, may_draft
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, day, escape, moment, person, quoted
from bot.widening import WIDEN
from pipeline.domain.voices import Voice, is_slack_user

AGREE = "consent.agree"
LIMITED = "consent.limited"
GO_ON = "consent.go_on"
REFUSE = "consent.refuse"
WITHDRAW = "consent.withdraw"
ATTACH = "consent.attach"
WIDEN_YES = "consent.widen_yes"
WIDEN_NO = "consent.widen_no"
NOTE_SIGNS = 16  # of a hash that many read: enough to tell notes apart

ANSWERS = {"given": "✅ You agreed", "refused": "You said no", "withdrawn": "You withdrew your consent"}


def request(facts: Facts) -> Message:
    handle = escape(facts["handle"])
    text = (
        f"{person(facts['steward'])} wants to build a writing voice, *{handle}*, from your posts.\n"
        f"• *What it is for:* {PURPOSES[facts.get('purpose', 'generation')]}.\n"
        "• *What it learns from:* texts the steward adds; you can see and remove each one.\n"
        f"{use_and_data(facts)}"
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


def use_and_data(facts: Facts) -> str:
    return (
        f"• *Who can use it:* {who_can_use_it(facts)}. Each draft is marked as AI-written and logged "
        "with who asked.\n"
        f"• *Where data goes:* nowhere until few-shot drafts are asked for or a training run is approved; "
        f"{then_where(facts)}.\n"
    )


def then_where(facts: Facts) -> str:
    """Requests of an earlier time don't say what kind of writing it is."""
    if facts.get("sensitivity") == "private":
        return "then only to a server of our own, never to a hosted provider"
    return "the provider's name is said first"


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
    how = f"{person(facts['owner'])} agreed{' with limits' if limits_told(facts) else ''}"
    if facts.get("attested_by"):
        how = f"{person(facts['attested_by'])} attested that {how}, and attached {note_of(facts)}"
    left_out = " I leave earlier texts out of every round." if facts.get("not_before") else ""
    respect = " The rest is yours to respect." if facts.get("limits") else ""
    return plain(
        f"{how}. Scope: {scope(facts)}, until {day(facts['until'])}"
        f"{limits_told(facts)}.{left_out}{respect} "
        f"Next: `/voice data {escape(facts['handle'])}` and drop the texts in its thread."
    )


def scope(facts: Facts) -> str:
    """What for, where, by whom. The members of the channel it drafts in go without saying."""
    drafters, where = facts.get("drafters") or (), channel(facts["channel"])
    what = f"{PURPOSES[facts.get('purpose', 'generation')]}, drafts in {where}"
    return what if list(drafters) == [facts["channel"]] else f"{what}, for {counted(drafters)}"


def ends(facts: Facts) -> Message:
    """To the owner, two weeks before the end, and at the end."""
    handle = quoted(facts["handle"])
    if facts.get("outside"):
        return ends_outside(facts)
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


def ends_outside(facts: Facts) -> Message:
    """The same about somebody who is not in Slack, to the steward and the admins."""
    handle, owner = quoted(facts["handle"]), quoted(facts["outside"])
    if facts["until"]:
        return plain(
            f"{owner}'s consent was attested again: *{handle}* may draft and learn until {day(facts['until'])}."
        )
    text = (
        f"{owner}'s consent to *{handle}* ended on {day(facts['at'])}. It drafts, locks and trains nothing until an "
        "admin attests it again, with a new signed note."
        if facts["ended"]
        else f"{owner}'s consent to *{handle}* ends on {day(facts['at'])}. Then it stops drafting and learning, "
        "unless an admin attests it again, with a new signed note."
    )
    press = buttons(button("Attach…", ATTACH, facts["consent_id"], style="primary"))
    return Message(text=f"{facts['outside']}'s consent to {facts['handle']}", blocks=(section(text), press))


def attest(facts: Facts) -> Message:
    """In the voice's thread."""
    if facts.get("answer"):
        return plain(vouched_for(facts))
    text = (
        "I can't ask this person in Slack. An admin can attest consent and attach the signed note; the card will show "
        f"who attested. You can add and clean samples meanwhile. Until then I send nothing to a training provider and "
        f"write nothing as {quoted(facts['owner'])}."
    )
    return Message(text=text, blocks=(section(text), attach_button(facts)))


def attest_direct(facts: Facts) -> Message:
    """To an admin: what the signed note has to say."""
    handle, owner = quoted(facts["handle"]), quoted(facts["owner"])
    text = (
        f"{person(facts['steward'])} wants to build a writing voice, *{handle}*, from the posts of {owner}, whom I "
        "can't ask in Slack. You can attest that they agreed: attach their signed note, to this:\n"
        f"• *What it is for:* {PURPOSES[facts.get('purpose', 'generation')]}.\n"
        "• *What it learns from:* texts the steward adds.\n"
        f"{use_and_data(facts)}"
        f"• *They can stop it any time:* an admin types `/voice consent {handle}` — drafting stops within a minute.\n"
        "The card will show who attested. Consent lasts 12 months at the most."
    )
    foot = context(vouched_for(facts)) if facts.get("answer") else attach_button(facts)
    return Message(text=f"Did {facts['owner']} agree to {facts['handle']}?", blocks=(section(text), foot))


def attach_button(facts: Facts) -> Block:
    return buttons(button("Attach…", ATTACH, facts["consent_id"], style="primary"))


def vouched_for(facts: Facts) -> str:
    """Who answered for an owner outside Slack, and when."""
    owner, by, at = quoted(facts["owner"]), person(facts["by"]), moment(facts["at"])
    if facts["answer"] == "given":
        return f"✅ {by} attested {owner}'s consent · {at}{limits_told(facts)} · {note_of(facts)}"
    return f"{by} took {owner}'s consent back · {at}"


def note_of(facts: Facts) -> str:
    return f"the signed note “{quoted(facts['note'])}” (SHA-256 `{quoted(facts['note_sha256'][:NOTE_SIGNS])}…`)"


def note_not_kept(facts: Facts) -> Message:
    handle, owner = quoted(facts["handle"]), quoted(facts["owner"])
    if facts["why"] == "late":
        return plain(
            f"{owner}'s consent to *{handle}* was answered meanwhile, or you are no admin any more, so your note "
            f"“{quoted(facts['name'])}” was not needed and I kept nothing of it."
        )
    return plain(
        f"Slack didn't give me “{quoted(facts['name'])}”, so {owner}'s consent to *{handle}* is not attested. Nothing "
        "was kept. Press *Attach…* again."
    )


def widen(facts: Facts) -> Message:
    """To the owner: more people than they agreed to."""
    handle, agreed, after = quoted(facts["handle"]), may_draft(facts["agreed"]), may_draft(facts["after"])
    outside = not is_slack_user(facts["owner"])
    yours = f"{quoted(facts['owner'])} agreed" if outside else "You agreed"
    text = (
        f"{person(facts['by'])} wants more people to draft with *{handle}*: {after}. {yours} to less: {agreed}. Until "
        "you answer it stays as it is."
    )
    answers = {
        "agreed": f"✅ {person(facts['answered_by'])} agreed; it holds from now on.",
        "refused": f"{person(facts['answered_by'])} said no; it stays as it was.",
        "dropped": "Nobody asks for this any more; nothing changed by it.",
    }
    foot: Block = (
        context(answers[facts["answer"]])
        if facts["answer"]
        else buttons(
            button("I agree", WIDEN_YES, facts["question"], style="primary"),
            button("No, leave it", WIDEN_NO, facts["question"]),
        )
    )
    return Message(text=f"May more people draft with {facts['handle']}?", blocks=(section(text), foot))


def widened(facts: Facts) -> Message:
    """In the voice's thread."""
    who = person(facts["by"])
    if facts["agrees"]:
        return plain(f"{who} agreed: from now on {counted(facts['after'])} may draft.")
    return plain(
        f"{who} said no to {counted(facts['after'])}. It stays as it was: {counted(facts['before'])} may draft."
    )


def ended(facts: Facts) -> Message:
    owner = person(facts["owner"])
    until = "they agree" if is_slack_user(facts["owner"]) else "an admin attests it again"
    return plain(
        f"{owner}'s consent ended on {day(facts['at'])}. I asked again. Until {until} "
        f"*{quoted(facts['handle'])}* drafts, locks and trains nothing."
    )


def refused(facts: Facts) -> Message:
    return plain(
        f"{person(facts['owner'])} declined. I deleted the {facts['samples']:,} samples collected so far and closed "
        f"*{escape(facts['handle'])}*. The decision isn't up for a vote; please talk to them, not to me."
    )


def withdrawn(facts: Facts) -> Message:
    who = f"{person(facts['owner'])} withdrew consent"
    if facts.get("by", facts["owner"]) != facts["owner"]:
        who = f"{person(facts['by'])} took {quoted(facts['owner'])}'s consent back"
    text = f"{who} on {moment(facts['at'])}. *{escape(facts['handle'])}* no longer trains or writes."
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


TEMPLATES = {
    CONSENT_REQUEST: request,
    ATTEST: attest,
    ATTEST_DIRECT: attest_direct,
    NOT_KEPT: note_not_kept,
    GIVEN: given,
    REFUSED: refused,
    WITHDRAWN: withdrawn,
    ENDS: ends,
    ENDED: ended,
    WIDEN: widen,
    WIDENED: widened,
}


def consent_page(now: ConsentNow) -> tuple[str, tuple[Block, ...]]:
    """What the owner sees, and the button to withdraw while there is something to withdraw."""
    voice, consent = now.voice, now.consent
    whose = "your" if voice.owner_is_here else f"{quoted(voice.owner)}'s"
    if consent is None:
        text = f"Nobody asked for {whose} consent to *{voice.handle}* yet."
        return text, (section(text),)
    until = f" It lasts until {day(consent.expires_at)}." if consent.expires_at and consent.state == "given" else ""
    where = f"It drafts in {channel(voice.channel_id)} only, for {may_draft(voice.drafters)}."
    text = f"*{voice.handle}*: {whose} consent is *{consent.state}*.{until} {where}"
    told = {"not_before": consent.not_before.isoformat() if consent.not_before else None, "limits": consent.limits}
    text += f"\nLimits:{limits_told(told).removeprefix(' ·')}." if limits_told(told) else ""
    if now.attestation is not None:
        said = vouched(now.attestation)
        text += f"\nAttested by {person(said['attested_by'])} on {day(now.attestation.at)}, with {note_of(said)}."
    if consent.state == "asked":
        text += f" {where_asked(voice)}"
    if consent.state != "given" or not now.may_end:
        return text, (section(text),)
    confirm = ConfirmObject(
        title="Withdraw consent?",
        text=f"{voice.handle} stops training and writing at once.",
        confirm="Withdraw",
        deny="Back",
    )
    press = button("Withdraw consent", WITHDRAW, consent.consent_id, style="danger", confirm=confirm)
    return text, (section(text), buttons(press))


def where_asked(voice: Voice) -> str:
    if voice.owner_is_here:
        return "My question is in your direct messages with me."
    return "An admin can attest it: the button *Attach…* is in the voice's thread."
