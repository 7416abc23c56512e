"""The way to plain prompting, how far it is, two texts before a judge, and the honest no."""

from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement

from bot.baseline_gate import OFFER, START
from bot.cards import ASK
from bot.features.baseline.deciding import USED
from bot.features.baseline.sayings import ASKED, PAIR, RESULT, STANDING
from bot.slack.message import Facts, Message, button, buttons, context, divider, plain, section
from bot.slack.mrkdwn import inert, listed, person, quoted, shortened, usd
from pipeline.estimate import FEW_SHOT_POSTS
from pipeline.few_shot import PAIRS

GUESS: Final = "baseline.guess."
OVERRIDE: Final = "baseline.override"
USE: Final = "baseline.use"
CLOSE: Final = "baseline.close"
PROMPT_CHARS: Final = 400
BASE_CHARS: Final = 80
HANDLE_CHARS: Final = 30
GUESSES: Final = {"A": "A", "B": "B", "unsure": "Can't tell"}
SURE_TO: Final = 100  # chances are told as "in N of 100 tries"


def offer(facts: Facts) -> Message:
    text = (
        f"⚖️ *Before you pay: few-shot hasn't been tried.* A model that nobody trained writes {PAIRS} drafts with "
        f"{FEW_SHOT_POSTS} of *{quoted(facts['handle'])}*'s posts in the prompt; the owner and whoever you name say "
        "blind which text is real. If they can't, training may not be worth it."
    )
    if line := trained_anyway(facts):
        return Message(text, (section(text), section(line), buttons(ask_button(facts, style="primary"))))
    if facts["is_started"]:
        return plain(f"⚖️ Few-shot for *{quoted(facts['handle'])}* is being tried: see below.")
    start = button(f"Make {PAIRS} few-shot drafts…", START, facts["handle"], style="primary")
    return Message(text, (section(text), buttons(start, override_button(facts))))


def trained_anyway(facts: Facts) -> str:
    if facts["by"] is None:
        return ""
    return f"⚠️ {person(facts['by'])} trains anyway: “{quoted(facts['reason'])}” The approval card shows it."


def override_button(facts: Facts) -> ButtonElement:
    return button("Train anyway — say why…", OVERRIDE, facts["dataset_id"])


def ask_button(facts: Facts, *, style: str | None = None) -> ButtonElement:
    return button("Ask for approval", ASK, facts["handle"], style=style)


def use_button(facts: Facts, *, style: str | None = None) -> ButtonElement:
    label = f"Use few-shot as {shortened(facts['handle'], HANDLE_CHARS)} v0"
    return button(label, USE, facts["baseline_id"], style=style)


def standing(facts: Facts) -> Message:
    base, provider = (quoted(shortened(facts[name], BASE_CHARS)) for name in ("base", "provider"))
    where = f"`{base}` at {provider}"
    match facts["state"]:
        case "drafting" if not facts["pairs"]:
            return plain(f"⚖️ Choosing {PAIRS} posts of *{quoted(facts['handle'])}* that no model will be trained on …")
        case "drafting":
            return plain(f"⚖️ Few-shot drafts on {where}: {facts['written']} of {facts['pairs']} written …")
        case "failed":
            text = f"🛑 The few-shot drafts stopped. {facts['failure']}{paid(facts)}"
            again = button("Make them again…", START, facts["handle"])
            return Message(text, (section(text), buttons(again, override_button(facts))))
        case "judging":
            return judging(facts, where)
    return plain(f"⚖️ {facts['written']} few-shot drafts on {where} were judged; the outcome stands below.")


def judging(facts: Facts, where: str) -> Message:
    people = listed(facts["judges"])
    owed = " · ".join(f"{person(judge)}: {left} of {facts['written']}" for judge, left in facts["waits_for"])
    left_out = f" {facts['skipped']} more were copies or came to nothing." if facts["skipped"] else ""
    text = (
        f"⚖️ {facts['written']} few-shot drafts on {where} lie beside real posts, in the direct messages of {people}."
        f"{left_out}{paid(facts)}\n*Still to answer:* {owed}. Nobody sees an answer before the end."
    )
    blocks: list[Block] = [section(text)]
    if len(facts["waits_for"]) < len(facts["judges"]):
        blocks.append(buttons(button("Close without waiting", CLOSE, facts["baseline_id"])))
    return Message(text, blocks)


def paid(facts: Facts) -> str:
    return f" Paid: {usd(facts['bill_microusd'])}."


def result(facts: Facts) -> Message:
    head = outcome(facts)
    blocks: list[Block] = [section(head), context(how_sure(facts))]
    if line := trained_anyway(facts):
        blocks += [section(line), buttons(ask_button(facts, style="primary"), use_button(facts))]
    elif facts["is_worth_training"]:
        blocks.append(buttons(ask_button(facts, style="primary"), use_button(facts)))
    else:
        blocks.append(buttons(use_button(facts, style="primary"), override_button(facts)))
    return Message(head, blocks)


def outcome(facts: Facts) -> str:
    people, cases = listed(facts["judges"]), facts["answers"]
    unsure = f" and couldn't tell in {facts['unsure']}" if facts["unsure"] else ""
    if facts["is_worth_training"]:
        return (
            f"⚖️ With {FEW_SHOT_POSTS} posts in the prompt, {people} told the draft from the real post in "
            f"{facts['right']} of {cases} cases. *Training may be worth it.*"
        )
    if facts["right"] * 2 > cases:
        return (
            f"⚖️ With {FEW_SHOT_POSTS} posts in the prompt, {people} told the draft from the real post in "
            f"{facts['right']} of {cases} cases, which may be chance. *Training may not be worth it.*"
        )
    return (
        f"⚖️ With {FEW_SHOT_POSTS} posts in the prompt, {people} took the draft for real in {facts['fooled']} of "
        f"{cases} cases{unsure}. *Training may not be worth it.*"
    )


def how_sure(facts: Facts) -> str:
    """What a coin would do, and what this few answers cannot say."""
    tries = facts["by_chance"] * SURE_TO
    chance = "less than 1" if tries < 1 else f"{tries:.0f}"
    told = f"The real post was found in {facts['right']} of {facts['answers']}; "
    memory = " Owners may remember what they wrote." if facts["owner"] in facts["judges"] else ""
    few = "" if facts["is_worth_training"] else " So few answers don't show that the drafts are as good."
    return f"{told}somebody tossing a coin does as well in {chance} of {SURE_TO} tries.{few}{memory}"


def asked(facts: Facts) -> Message:
    is_owner = facts["judge"] == facts["owner"]
    whose = "you wrote" if is_owner else f"{person(facts['owner'])} wrote"
    sound = "how it sounds, not by what you remember" if is_owner else "how it sounds"
    return plain(
        f"⚖️ {person(facts['steward'])} asks which text *{whose}*: {facts['pairs']} pairs for "
        f"*{quoted(facts['handle'])}*, one real and one by an untrained model each, ten minutes in all. Both are cut "
        f"to the same length and lose their formatting.\nGo by {sound}. You can change answers until all judges are "
        "done; nobody sees yours before."
    )


def pair(facts: Facts) -> Message:
    head = f"*{facts['place']} of {facts['pairs']}* · asked for: _{asked_for(facts['prompt'])}_"
    blocks: list[Block] = [section(head)]
    for name in ("a", "b"):
        blocks.append(section(f"*{name.upper()}*\n{inert(facts[name])}"))
    blocks.append(context(said(facts)))
    if facts["is_open"]:
        value = f"{facts['baseline_id']}:{facts['number']}"
        blocks.append(buttons(*(button(label, GUESS + guess, value) for guess, label in GUESSES.items())))
    blocks.append(divider())
    return Message(f"Pair {facts['place']} of {facts['pairs']}: which one is real?", blocks)


def asked_for(prompt: str) -> str:
    one_line = " ".join(prompt.replace("\n- ", " • ").split())
    return quoted(shortened(one_line, PROMPT_CHARS)).replace("_", " ")


def said(facts: Facts) -> str:
    if facts["real"] is not None:
        guess = facts["guess"]
        answer = {None: "You didn't answer.", "unsure": "You couldn't tell."}.get(guess, f"You said {guess}.")
        return f"*{facts['real']}* is the real one. {answer}"
    if facts["guess"] is None:
        return "Which one is real?"
    return f"Your answer: *{GUESSES[facts['guess']]}*. You can change it until the end."


def used(facts: Facts) -> Message:
    handle = quoted(facts["handle"])
    return plain(
        f"{person(facts['user'])} made few-shot *{handle} v0*: `{quoted(facts['base'])}` with {FEW_SHOT_POSTS} posts "
        f"in each prompt, not trained. `/voice draft {handle}` uses it until a trained version is there."
    )


TEMPLATES = {OFFER: offer, STANDING: standing, RESULT: result, ASKED: asked, PAIR: pair, USED: used}
