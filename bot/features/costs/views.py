"""The cost card: what each base would cost, how long it lives, who sees the texts."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement

from bot.baseline_gate import START
from bot.cards import ASK
from bot.features.costs.price_views import price_button
from bot.features.costs.usecase import COST
from bot.slack.course_words import auto_words, closed_words, course_words, pairs_words
from bot.slack.machine_words import machine_words, measured_by
from bot.slack.message import Facts, Message, button, buttons, context, section
from bot.slack.mrkdwn import usd
from bot.slack.offer_words import closing, day_words, lifetime, named, refused_words, sees, unmeasured_words
from pipeline.few_shot import PAIRS
from pipeline.round_rows import PAIRS_FOR_PREFERENCE

SHOW_COST: Final = "costs.show"  # a button of the dataset thread
MOST_OFFERS: Final = 20  # sections on one card; a message takes 45 blocks
MOST_UNPRICED: Final = 3
SOURCE_CHARS: Final = 120
CHECKED: Final = {
    "key": "key valid",
    "training": "may train",
    "base": "base offered",
    "life": "lives long enough",
    "funds": "balance enough",
}


def cost_card(facts: Facts) -> Message:
    title = f"💶 *{named(facts['handle'])}, round {facts['number']}* — what training would cost"
    held_back = f"{facts['texts'] - facts['train_texts']:,} are kept back to test the model."
    trained = f"{facts['train_texts']:,} of {facts['texts']:,} texts are trained on, {facts['train_tokens']:,} tokens"
    blocks: list[Block] = [section(f"{title}\n{trained}; {held_back}")]
    blocks += [offer_section(offer, facts) for offer in facts["offers"][:MOST_OFFERS]]
    blocks += [unpriced_section(provider, base, facts) for provider, base in facts["unpriced"][:MOST_UNPRICED]]
    if notes := cost_notes(facts):
        blocks.append(context("\n".join(notes)))
    if facts["can_ask"]:
        blocks.append(buttons(*money_buttons(facts)))
    first = facts["offers"][0]
    text = f"{facts['handle']}, round {facts['number']}: training on {named(first['base'])} {usd(first['training'][1])}"
    return Message(text=text, blocks=blocks)


def money_buttons(facts: Facts) -> list[ButtonElement]:
    """First what may save the money."""
    ask, microusd = button("Ask for approval", ASK, facts["handle"], style="primary"), facts.get("comparing_microusd")
    if microusd is None:
        return [ask]
    return [button(f"Make {PAIRS} few-shot drafts, ≈ {usd(microusd)}", START, facts["handle"]), ask]


def offer_section(offer: Facts, facts: Facts) -> Block:
    confirm = price_button(offer["provider"], offer["base"], facts["handle"], label="Confirm price")
    return section(offer_lines(offer, facts), confirm if offer["is_stale"] else None)


def unpriced_section(provider: str, base: str, facts: Facts) -> Block:
    said = f"I have no price for `{named(base)}` at {named(provider)}. An approver can add it. I won't guess."
    return section(said, price_button(provider, base, facts["handle"], label="Add price"))


def other_ways(offer: Facts, facts: Facts) -> list[str]:
    """Cards of an earlier time have none."""
    lines = []
    for way in offer.get("ways", ()):
        words = course_words(way["way"], version=facts["version"], pairs=facts["pairs"])
        lines.append(f"Instead, from {words}: {training(way)} · {tokens(way)}")
    return lines


def offer_lines(offer: Facts, facts: Facts) -> str:
    drafts = facts["drafts"]
    lines = [
        f"*{named(offer['base'])}* · {named(offer['provider'])}",
        f"Training: {training(offer)} · {tokens(offer)}",
        *other_ways(offer, facts),
        trial(offer),
        f"Hosting: {hosting(offer)}",
        f"{drafts:,} drafts a month: {amount(offer['drafting'])}",
        f"The same untrained, with 5 posts in every prompt: {amount(offer['few_shot'])}",
        break_even(offer, drafts),
        f"Lifetime: {lifetime(offer)}{day_of_life(offer)}",
        f"Who sees the texts: {sees(offer)}",
        preflight(offer),
        *filter(None, (closing(offer), own_error(offer), tokenizer(offer), stale(offer), unmeasured(offer))),
        f"_Prices as of {day_words(offer['as_of'])}; source: {named(offer['source'], SOURCE_CHARS)}_",
    ]
    return "\n".join(filter(None, lines))


def amount(low_expected_high: Sequence[int]) -> str:
    low, expected, high = map(usd, low_expected_high)
    return f"*{expected}*" if low == expected == high else f"*{expected}* ({low}–{high})"


def training(offer: Facts) -> str:
    """What it costs; cards of an earlier time have no machine."""
    machine = offer.get("machine")
    if machine is None:
        return f"{amount(offer['training'])}, once"
    if machine["seconds"] is None:
        return "hours of your own machine; I don't know yet how many, the first run tells"
    return f"{', '.join(machine_words(machine))}, {amount(offer['training'])}, once · {measured_by(machine)}"


def unmeasured(offer: Facts) -> str:
    """Why approval is closed, where hours that nobody has measured would cost something."""
    machine = offer.get("machine")
    if machine is None or machine["seconds"] is not None or machine["is_free"]:
        return ""
    return f"🛑 {unmeasured_words(offer['provider'], offer['base'])}"


def trial(offer: Facts) -> str:
    """What is paid after training without another yes; cards of an earlier time have none."""
    if "trial" not in offer:
        return ""
    return f"Trying it on {PAIRS} requests that it never saw, beside its base: {amount(offer['trial'])}, once"


def tokens(offer: Facts) -> str:
    """What is billed: "219,936 + 24,300 tokens in 3 passes"."""
    validation = f" + {offer['validation_tokens'] * offer['epochs']:,}" if offer["validation_tokens"] else ""
    return f"{offer['train_tokens'] * offer['epochs']:,}{validation} tokens in {passes(offer['epochs'])}"


def passes(count: int) -> str:
    return "1 pass" if count == 1 else f"{count} passes"


def hosting(offer: Facts) -> str:
    if not any(offer["hosting"]):
        return "none"
    asleep = f", asleep {offer['leash_minutes']} minutes after a draft" if offer["leash_minutes"] else ""
    return f"≈ {amount(offer['hosting'])} a month{asleep}"


def break_even(offer: Facts, drafts: int) -> str:
    """Against posts in every prompt, over the life of the model."""
    needed = offer["break_even_drafts"]
    if needed is None:
        return "Cheaper than posts in every prompt: never; training must pay off by how it writes"
    return f"Cheaper than posts in every prompt: from {needed:,} drafts a month{' ✅' if drafts >= needed else ''}"


def day_of_life(offer: Facts) -> str:
    each, days = offer["day_of_life_microusd"], offer["days_left"]
    return f", {usd(each)} of training a day" if each is not None and days and days > 0 else ""


def preflight(offer: Facts) -> str:
    """What the provider itself answered: what it said yes to, then what not."""
    answers = offer["preflight"]
    if answers is None:
        return f"⏳ I'm asking {named(offer['provider'])} whether it would train this …"
    refused = [name for name in answers if answers[name] == "refused"]
    if refused:
        return "\n".join(f"🛑 {refused_words(offer['provider'], offer['base'], name)}" for name in refused)
    agreed = [words for name, words in CHECKED.items() if answers.get(name) == "ok"]
    said = f"✅ Asked {named(offer['provider'])}: {', '.join(agreed)}" if agreed else ""
    silent = [words for name, words in CHECKED.items() if answers.get(name) == "unknown" and name != "funds"]
    unsaid = f"It doesn't say: {', '.join(silent)}" if silent else ""
    short = "⚠️ This model would live less than 30 days" if answers.get("life") == "warning" else ""
    return " · ".join(filter(None, (said, unsaid, short)))


def own_error(offer: Facts) -> str:
    """ "My estimates were off by −3 … +6 % over the last 5 runs." """
    known = offer["own_error"]
    if known is None:
        return ""
    spread = f"{signed(known['lowest_percent'])} … {signed(known['highest_percent'])}"
    if known["lowest_percent"] == known["highest_percent"]:
        spread = signed(known["lowest_percent"])
    over = "the last run" if known["runs"] == 1 else f"the last {known['runs']} runs"
    return f"My estimates were off by {spread} % over {over}."


def signed(percent: int) -> str:
    return f"{percent:+d}".replace("-", "−") if percent else "0"


def tokenizer(offer: Facts) -> str:
    return "" if offer["is_exact"] else "I count with a near tokenizer, not the vendor's; ± 8 %."


def stale(offer: Facts) -> str:
    if not offer["is_stale"]:
        return ""
    return (
        f"⚠️ This price is {offer['age_days']} days old. Treat the amount as a rough guess; "
        "approval is closed until someone confirms it."
    )


def cost_notes(facts: Facts) -> list[str]:
    offers = facts["offers"]
    notes = []
    if (more := len(facts["unpriced"]) - MOST_UNPRICED) > 0:
        notes.append(f"{more} more bases have no price either.")
    if len(offers) > MOST_OFFERS:
        notes.append(f"{len(offers) - MOST_OFFERS} more bases: `/voice cost {facts['handle']} base=…` shows them.")
    if (pairs := facts.get("pairs", 0)) and all(offer.get("pairs_closed") for offer in offers):
        first = offers[0]
        on = (first["provider"], first["base"])
        closed = closed_words(first["pairs_closed"], *on, version=facts["version"], pairs=pairs)
        notes.append(f"This round has {pairs_words(pairs)}. {closed}")
    elif 0 < pairs < PAIRS_FOR_PREFERENCE:
        notes.append(auto_words(pairs, version=facts["version"], takes_pairs=False))
    if facts.get("comparing_microusd") is not None:
        notes.append("Before you pay: few-shot hasn't been tried on these texts. Judges tell whether it is enough.")
    notes.append("Asking costs nothing: nothing is sent or paid until an approver says yes.")
    return notes


TEMPLATES = {COST: cost_card}
