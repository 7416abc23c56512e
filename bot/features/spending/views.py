"""The approval card, and the lines it leaves in the dataset thread."""

from collections.abc import Iterable
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.approver_buttons import APPROVE, DECLINE, QUESTION, RAISE
from bot.cards import APPROVAL_CARD, ASK
from bot.features.spending.asking import ASKED
from bot.features.spending.sayings import SETTLED
from bot.features.spending.signing import APPROVED
from bot.features.spending.usecase import DECLINED
from bot.slack.audited import audited
from bot.slack.course_words import course_meaning, course_words
from bot.slack.failures.approvals import budget_name, changed_words, first_day
from bot.slack.machine_words import machine_words
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, moment, person, quoted, usd
from bot.slack.offer_words import lifetime, named, sees

MOST_QUESTIONS: Final = 5  # shown; the thread has all


def request_card(facts: Facts) -> Message:
    ceiling = usd(facts["ceiling_microusd"])
    title = f"🔐 *{facts['label']} · {named(facts['handle'])} round {facts['number']}*"
    low, expected, high = (usd(facts[f"{name}_microusd"]) for name in ("low", "expected", "high"))
    lines = [
        f"{title} — {person(facts['user'])} asks for *up to {ceiling}*",
        f"Training {machine(facts)}{expected} ({low}–{high}), paid once{trial(facts)} · lifetime: {lifetime(facts)}",
        f"{facts['texts']:,} texts{audits(facts)} · {rehearsal(facts['rehearsal'])} · "
        f"{baseline(facts.get('baseline'), facts['handle'])}consent ✅ · "
        f"texts go to *{sees(facts)}*",
        f"{first_day(facts['month']):%B %Y} so far: {usd(facts['spent_microusd'])} of {usd(facts['limit_microusd'])}",
        f"Bound to dataset `{facts['dataset_hash']}`, base {named(facts['base'])}, {facts['epochs']} passes"
        f"{bound_further(facts)}",
        *taught(facts),
    ]
    if facts["open_blockers"]:
        lines.append(f"Still in the texts: {quoted(', '.join(facts['open_blockers']))} (your own server may see them)")
    if facts["note"]:
        lines.append(f"“{quoted(facts['note'])}”")
    blocks: list[Block] = [section("\n".join(lines))]
    if standing := so_far(facts):
        blocks.append(section("\n".join(standing)))
    text = f"{facts['label']}: approve up to {ceiling} for {facts['handle']} round {facts['number']}?"
    return Message(text=text, blocks=[*blocks, decision_buttons(facts), context(until(facts))])


def taught(facts: Facts) -> list[str]:
    """What it learns from, where that is not just the texts on the base; cards of an earlier time always did that."""
    way, version = facts.get("way", "examples"), facts.get("parent_version")
    if way == "examples":
        return []
    return [
        f"Learns from *{course_words(way, version=version, pairs=facts['pairs'])}*. {course_meaning(way, version)}",
    ]


def bound_further(facts: Facts) -> str:
    pairs, version = facts.get("pairs_hash"), facts.get("parent_version")
    return (f", pairs `{pairs}`" if pairs else "") + (f", version v{version}" if version else "")


def machine(facts: Facts) -> str:
    """ "about 2 h of your machine (1.8–2.3 h), ≈ 0.6 kWh, "; nothing where training is paid by the token."""
    known = facts.get("machine")
    return "".join(f"{words}, " for words in machine_words(known)) if known and known["seconds"] else ""


def trial(facts: Facts) -> str:
    """Cards of an earlier time have none."""
    if "trial" not in facts:
        return ""
    expected, high = map(usd, facts["trial"])
    return f" · then trying it on requests that it never saw ≈ {expected}, at most {high}"


def so_far(facts: Facts) -> list[str]:
    """What was said since it was asked for; cards asked for earlier have none of these facts."""
    lines = [over_line(over) for over in facts.get("over", ())]
    if lines:
        lines.append("It needs a second approver and a raised budget.")
    signed = facts.get("signed", ())
    lines += [f"✅ {number} of {facts['needed']}: {signature(one)}" for number, one in enumerate(signed, start=1)]
    if not signed and not lines and facts.get("needed", 1) > 1:
        lines.append(f"Two approvers must say yes to {usd(facts['ceiling_microusd'])}.")
    asked = facts.get("questions", ())[-MOST_QUESTIONS:]
    lines += [f"❓ {person(one['user'])} asked something in the dataset thread, {moment(one['at'])}" for one in asked]
    return lines


def over_line(over: Facts) -> str:
    budget = budget_name(over["kind"], str(over["name"]), first_day(over["month"]))
    return f"⚠️ This would bring {budget} to {usd(over['would_be_microusd'])} of {usd(over['limit_microusd'])}."


def decision_buttons(facts: Facts) -> ActionsBlock:
    """The first says which of two yeses it is, once two are needed."""
    needed, signed, over = facts.get("needed", 1), facts.get("signed", ()), bool(facts.get("over"))
    counted = [one for one in signed if one["raises"]] if over else signed
    label = f"Approve {usd(facts['ceiling_microusd'])}" if needed == 1 else f"Approve {len(counted) + 1} of {needed}"
    return buttons(
        button(label, RAISE if over else APPROVE, facts["request_id"], style="primary"),
        button("Decline…", DECLINE, facts["request_id"]),
        button("Ask a question", QUESTION, facts["request_id"]),
    )


def until(facts: Facts) -> str:
    expires_at = facts.get("expires_at")
    if expires_at is None:
        return "Waits until an approver can be reached."
    return f"Expires {moment(expires_at)}."


def signature(one: Facts) -> str:
    """ "@approver 14:31", and for whom, if for somebody else."""
    stands_for = f" for {person(one['for'])}" if one["for"] else ""
    return f"{person(one['user'])}{stands_for}, {moment(one['at'])}"


def rehearsal(standing: Facts) -> str:
    if standing["by"] is None:
        return "rehearsal ✅"
    return f"⚠️ rehearsal overridden by {person(standing['by'])}: “{quoted(standing['reason'])}”"


def baseline(standing: Facts | None, handle: str) -> str:
    """None: asked for before plain prompting was looked at."""
    if standing is None:
        return ""
    if beaten := standing.get("beaten"):
        return f"{named(handle)} v{beaten['version']} beat few-shot {beaten['won']} – {beaten['lost']} ✅ · "
    told = f"few-shot told apart in {standing['right']} of {standing['answers']} · " if standing["answers"] else ""
    if standing["by"] is None:
        return told
    return f"{told}⚠️ {person(standing['by'])} trains anyway: “{quoted(standing['reason'])}” · "


def audits(facts: Facts) -> str:
    said = audited(facts.get("audits", ()))
    return f", {said}" if said else ""


def settled_card(facts: Facts) -> Message:
    title = f"*{facts['label']} · {named(facts['handle'])} round {facts['number']}*"
    bound = (
        f"Asked by {person(facts['user'])} · {named(facts['provider'])}, {named(facts['base'])}, "
        f"{facts['epochs']} passes · dataset `{facts['dataset_hash']}`{bound_further(facts)}"
    )
    blocks: list[Block] = [section(f"{title}\n{outcome(facts)}"), context(bound)]
    if facts["state"] == "void":
        blocks.append(buttons(button("New request", ASK, facts["handle"])))
    if facts["state"] == "expired":
        blocks.append(buttons(button("Ask again", ASK, facts["handle"])))
    return Message(text=f"{facts['label']}: {facts['state']}", blocks=blocks)


def outcome(facts: Facts) -> str:
    when = moment(facts["at"]) if facts["at"] else ""
    match facts["state"]:
        case "approved":
            return approved(facts, when)
        case "declined":
            who = person(facts["by"]) if facts["by"] else "nobody"
            return f"✋ Declined by {who} {when}{reason(facts)}. Nothing was paid."
        case "void":
            changed = changed_words(facts.get("changed"), facts["texts_then"], facts["texts_now"])
            return f"{changed}, so approval no longer fits. I closed {facts['label']}; nothing was paid."
        case _:
            return f"No answer in 72 h. I closed {facts['label']} {when}; nothing was spent."


def approved(facts: Facts, when: str) -> str:
    ceiling, signed = usd(facts["ceiling_microusd"]), facts.get("signed", ())
    for one in signed:
        if one["kind"] == "emergency":
            return (
                f"🚨 *Emergency approval* by {person(one['user'])} alone {when}, up to {ceiling}: "
                f"“{quoted(one['reason'])}”. All approvers were told."
            )
        if one["kind"] == "rule":
            return f"✅ Approved by a rule {when}, up to {ceiling}: nobody has to be asked for so little."
    if len(signed) > 1:
        return f"✅ Approved up to {ceiling} by {' and '.join(signature(one) for one in signed)}."
    who = person(facts["by"]) if facts["by"] else "nobody"
    stands_for = f" for {person(signed[0]['for'])}" if signed and signed[0]["for"] else ""
    return f"✅ Approved by {who}{stands_for} {when}, up to {ceiling}."


def reason(facts: Facts) -> str:
    return f": “{quoted(facts['reason'])}”" if facts["reason"] else ""


def asked_line(facts: Facts) -> Message:
    asked = f"{person(facts['user'])} asked for up to {usd(facts['ceiling_microusd'])} ({facts['label']}, in "
    if not facts["approvers"]:
        nobody = "No approver can be reached; the admins were told. Nothing is sent or paid before."
        return plain(f"{asked}{channel(facts['channel'])}). {nobody}")
    approvers = names(facts["approvers"][:10], "or")
    return plain(f"{asked}{channel(facts['channel'])}). {approvers} can approve. Nothing is sent or paid before.")


def approved_line(facts: Facts) -> Message:
    """users: whoever signed; facts of an earlier time have one user."""
    users = [user for user in facts.get("users", [facts.get("user")]) if user and user != "rule"]
    who = f"{names(users, 'and')} approved" if users else "Approved by a rule, without asking anybody:"
    return plain(
        f"{who} up to {usd(facts['ceiling_microusd'])}. "
        f"{named(facts['handle'])} is number {facts['place_in_queue']} in the queue."
    )


def names(users: Iterable[str], link: str) -> str:
    return f" {link} ".join(person(user) for user in users)


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
