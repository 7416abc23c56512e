"""The cost card, the approval card, and the lines they leave in the dataset thread."""

from datetime import date
from typing import Any, Final

from slack_sdk.models.blocks import Block

from bot.cards import APPROVAL_CARD
from bot.features.spending.asking import ASKED
from bot.features.spending.cost import COST
from bot.features.spending.readiness import NotReady
from bot.features.spending.sayings import SETTLED
from bot.features.spending.usecase import APPROVED, DECLINED
from bot.slack.audited import audited
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, moment, person, quoted, shortened, usd

ASK: Final = "spending.ask"
SHOW_COST: Final = "spending.show_cost"  # a button of the dataset thread
APPROVE: Final = "spending.approve"
DECLINE: Final = "spending.decline"
MOST_OFFERS: Final = 20  # sections on one card; a message takes 45 blocks
SHORT: Final = 80  # characters shown of a name that an operator or a person wrote
OPENAI: Final = "openai"
OPENAI_LAST_TRAINING_DAY: Final = date(2027, 1, 6)  # OpenAI's deprecations page: no new fine-tunes for anyone after it


def cost_card(facts: Facts) -> Message:
    title = f"💶 *{named(facts['handle'])}, round {facts['number']}* — what training would cost"
    held_back = f"{facts['texts'] - facts['train_texts']:,} are kept back to test the model."
    trained = f"{facts['train_texts']:,} of {facts['texts']:,} texts are trained on, {facts['train_tokens']:,} tokens"
    texts = f"{trained}; {held_back}"
    blocks: list[Block] = [section(f"{title}\n{texts}")]
    blocks += [section(offer_lines(offer, facts["drafts"])) for offer in facts["offers"][:MOST_OFFERS]]
    if notes := cost_notes(facts):
        blocks.append(context("\n".join(notes)))
    if facts["can_ask"]:
        blocks.append(buttons(button("Ask for approval", ASK, facts["handle"], style="primary")))
    first = facts["offers"][0]
    base, expected = named(first["base"]), usd(first["expected_microusd"])
    text = f"{facts['handle']}, round {facts['number']}: training on {base} {expected}"
    return Message(text=text, blocks=blocks)


def offer_lines(offer: dict[str, Any], drafts: int) -> str:
    low, expected, high = (usd(offer[f"{name}_microusd"]) for name in ("low", "expected", "high"))
    lines = [
        f"*{named(offer['base'])}* · {sees(offer)}",
        f"Training, {offer['epochs']} passes: *{expected}* ({low}–{high}), once",
        f"{drafts:,} drafts a month: {usd(offer['drafting_microusd'])} · "
        f"untrained with 5 posts in every prompt: {usd(offer['few_shot_microusd'])}",
        f"How long it lives: {lifetime(offer)}",
        f"Who sees the texts: {sees(offer)}",
        f"_Prices as of {day_words(offer['as_of'])}; source: {named(offer['source'], 200)}_",
    ]
    if not offer["is_exact"]:
        lines.append("I count with a near tokenizer, not the vendor's; ± 8 %.")
    if offer["is_stale"]:
        lines.append(
            f"⚠️ This price is {offer['age_days']} days old. Treat the amount as a rough guess; "
            "approval is closed until someone confirms it in the price table."
        )
    return "\n".join(lines)


def cost_notes(facts: Facts) -> list[str]:
    offers = facts["offers"]
    notes = [f"No price for {named(base)} at {named(provider)}; I won't guess." for provider, base in facts["unpriced"]]
    notes = notes[:MOST_OFFERS]
    if len(offers) > MOST_OFFERS:
        notes.append(f"{len(offers) - MOST_OFFERS} more bases: `/voice cost {facts['handle']} base=…` shows them.")
    notes.append("Asking costs nothing: nothing is sent or paid until an approver says yes.")
    return notes


def sees(offer: Facts) -> str:
    provider = named(offer["provider"])
    return f"{provider}, your own server" if offer["is_own"] else provider


def lifetime(offer: Facts) -> str:
    if offer["shutdown_on"] is None:
        return "as long as you run it" if offer["is_own"] else "no end announced"
    until = day_words(offer["shutdown_on"])
    if offer["days_left"] <= 0:
        return f"*{until}: it is turned off already*"
    lasting = f"*{until} — {offer['days_left']} days*. You'd pay for {offer['days_left']} days."
    if offer["provider"] == OPENAI:
        return f"{lasting} OpenAI takes no new fine-tunes after {OPENAI_LAST_TRAINING_DAY:%-d %b %Y}."
    return lasting


def request_card(facts: Facts) -> Message:
    ceiling = usd(facts["ceiling_microusd"])
    title = f"🔐 *{facts['label']} · {named(facts['handle'])} round {facts['number']}*"
    low, expected, high = (usd(facts[f"{name}_microusd"]) for name in ("low", "expected", "high"))
    lines = [
        f"{title} — {person(facts['user'])} asks for *up to {ceiling}*",
        f"Training {expected} ({low}–{high}), paid once · how long it lives: {lifetime(facts)}",
        f"{facts['texts']:,} texts{audits(facts)} · {rehearsal(facts['rehearsal'])} · consent ✅ · "
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
    COST: cost_card,
    ASKED: asked_line,
    APPROVAL_CARD: request_card,
    SETTLED: settled_card,
    APPROVED: approved_line,
    DECLINED: declined_line,
}


def not_ready(outcome: NotReady) -> str:
    if outcome.reason == "preparing":
        return "I'm still working the last change into the texts. Ask again when the dataset card has settled."
    return f"There are no texts yet. `/voice data {outcome.handle}` opens the dataset thread; drop files there."


def named(text: str, length: int = SHORT) -> str:
    return quoted(shortened(text, length))


def day_words(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %b %Y}"
