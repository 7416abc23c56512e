"""The cost card: what each base would cost, how long it lives, who sees the texts."""

from typing import Any, Final

from slack_sdk.models.blocks import Block

from bot.cards import ASK
from bot.features.costs.usecase import COST
from bot.slack.message import Facts, Message, button, buttons, context, section
from bot.slack.mrkdwn import usd
from bot.slack.offer_words import day_words, lifetime, named, sees

SHOW_COST: Final = "costs.show"  # a button of the dataset thread
MOST_OFFERS: Final = 20  # sections on one card; a message takes 45 blocks


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


TEMPLATES = {COST: cost_card}
