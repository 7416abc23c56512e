"""The approval card, and the lines it leaves in the dataset thread."""

from datetime import date
from typing import Final

from slack_sdk.models.blocks import Block

from bot.cards import APPROVAL_CARD, ASK
from bot.features.spending.asking import ASKED
from bot.features.spending.sayings import SETTLED
from bot.features.spending.usecase import APPROVED, DECLINED
from bot.slack.audited import audited
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, moment, person, quoted, usd
from bot.slack.offer_words import lifetime, named, sees

APPROVE: Final = "spending.approve"
DECLINE: Final = "spending.decline"


def request_card(facts: Facts) -> Message:
    ceiling = usd(facts["ceiling_microusd"])
    title = f"🔐 *{facts['label']} · {named(facts['handle'])} round {facts['number']}*"
    low, expected, high = (usd(facts[f"{name}_microusd"]) for name in ("low", "expected", "high"))
    lines = [
        f"{title} — {person(facts['user'])} asks for *up to {ceiling}*",
        f"Training {expected} ({low}–{high}), paid once · how long it lives: {lifetime(facts)}",
        f"{facts['texts']:,} texts{audits(facts)} · {rehearsal(facts['rehearsal'])} · "
        f"{baseline(facts.get('baseline'))}consent ✅ · "
        f"texts go to *{sees(facts)}*",
        f"{month_name(facts['month'])} so far: {usd(facts['spent_microusd'])} of {usd(facts['limit_microusd'])}",
        f"Bound to dataset `{facts['dataset_hash']}`, base {named(facts['base'])}, {facts['epochs']} passes",
    ]
    if facts["open_blockers"]:
        lines.append(f"Still in the texts: {quoted(', '.join(facts['open_blockers']))} (your own server may see them)")
    if facts["note"]:
        lines.append(f"“{quoted(facts['note'])}”")
    actions = buttons(
        button(f"Approve {ceiling}", APPROVE, facts["request_id"], style="primary"),
        button("Decline…", DECLINE, facts["request_id"]),
    )
    text = f"{facts['label']}: approve up to {ceiling} for {facts['handle']} round {facts['number']}?"
    return Message(text=text, blocks=[section("\n".join(lines)), actions])


def rehearsal(standing: Facts) -> str:
    if standing["by"] is None:
        return "rehearsal ✅"
    return f"⚠️ rehearsal overridden by {person(standing['by'])}: “{quoted(standing['reason'])}”"


def baseline(standing: Facts | None) -> str:
    """None: asked for before plain prompting was looked at."""
    if standing is None:
        return ""
    told = f"few-shot told apart in {standing['right']} of {standing['answers']} · " if standing["answers"] else ""
    if standing["by"] is None:
        return told
    return f"{told}⚠️ {person(standing['by'])} trains anyway: “{quoted(standing['reason'])}” · "


def audits(facts: Facts) -> str:
    said = audited(facts.get("audits", ()))
    return f", {said}" if said else ""


def month_name(month: str) -> str:
    """ "2026-11" as "November 2026"."""
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def settled_card(facts: Facts) -> Message:
    title = f"*{facts['label']} · {named(facts['handle'])} round {facts['number']}*"
    bound = (
        f"Asked by {person(facts['user'])} · {named(facts['provider'])}, {named(facts['base'])}, "
        f"{facts['epochs']} passes · dataset `{facts['dataset_hash']}`"
    )
    blocks: list[Block] = [section(f"{title}\n{outcome(facts)}"), context(bound)]
    if facts["state"] in ("void", "expired"):
        blocks.append(buttons(button("New request", ASK, facts["handle"])))
    return Message(text=f"{facts['label']}: {facts['state']}", blocks=blocks)


def outcome(facts: Facts) -> str:
    who = person(facts["by"]) if facts["by"] else "nobody"
    when = moment(facts["at"]) if facts["at"] else ""
    match facts["state"]:
        case "approved":
            return f"✅ Approved by {who} {when}, up to {usd(facts['ceiling_microusd'])}."
        case "declined":
            return f"✋ Declined by {who} {when}{reason(facts)}. Nothing was paid."
        case "void":
            texts = f"{facts['texts_then']:,} → {facts['texts_now']:,} texts"
            return (
                f"The dataset changed after this request ({texts}), so approval no longer fits. "
                f"I closed {facts['label']}; nothing was paid."
            )
        case _:
            return f"Closed {when}; nothing was paid."


def reason(facts: Facts) -> str:
    return f": “{quoted(facts['reason'])}”" if facts["reason"] else ""


def asked_line(facts: Facts) -> Message:
    approvers = " or ".join(person(user) for user in facts["approvers"][:10])
    return plain(
        f"{person(facts['user'])} asked for up to {usd(facts['ceiling_microusd'])} ({facts['label']}, in "
        f"{channel(facts['channel'])}). {approvers} can approve. Nothing is sent or paid before."
    )


def approved_line(facts: Facts) -> Message:
    return plain(
        f"{person(facts['user'])} approved up to {usd(facts['ceiling_microusd'])}. "
        f"{named(facts['handle'])} is number {facts['place_in_queue']} in the queue."
    )


def declined_line(facts: Facts) -> Message:
    why = reason(facts)
    return plain(f"{person(facts['user'])} declined {facts['label']}{why}. The texts and all choices are kept.")


TEMPLATES = {
    ASKED: asked_line,
    APPROVAL_CARD: request_card,
    SETTLED: settled_card,
    APPROVED: approved_line,
    DECLINED: declined_line,
}
