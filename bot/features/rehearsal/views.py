"""The rehearsal report, all its phrases, and its samples."""

import math
from collections.abc import Collection, Iterable
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement

from bot.features.rehearsal.usecase import Accepted, NotYet
from bot.rehearsal_gate import REPORT
from bot.slack.message import SECTION_CHARS, Facts, Message, button, buttons, plain, section
from bot.slack.mrkdwn import channel, clipped, person, quoted, shortened
from pipeline.rehearsal.rehearse import COPIED_WORDS, MAX_COPIED, MAX_DRAFTS, MAX_LINES, MIN_TEXTS

RUN: Final = "rehearsal.run"
PHRASES: Final = "rehearsal.phrases"
SAMPLES: Final = "rehearsal.samples"
OVERRIDE: Final = "rehearsal.override"
# Buttons that other features answer: the cost card, the form that asks for approval, and a cleaning rule's fix.
COST: Final = "costs.show"
ASK: Final = "spending.ask"
FIX: Final = "datasets.fix."

GOOD: Final = (
    "🎭 *Rehearsal — free, on our own machine.* This shows defects your data would teach. "
    "It does not show final quality."
)
BY_HAND: Final = (
    "Cleaning took out what it could; leave those texts out with *Change filters*, or correct them and drop them again."
)
PHRASE_CHARS: Final = 50
PROMPT_CHARS: Final = 150
SAMPLE_CHARS: Final = 700
# Rule: its name, what a draft's lines have, what a training text has, the fix's button.
PROBLEMS: Final = {
    "link": ("Links", "hold a web address", "them", "Remove links"),
    "markup": ("HTML", "hold left-over code", "it", "Take it out"),
    "shortcode": ("Shortcodes", "hold a shortcode", "them", "Take them out"),
    "email": ("E-mail addresses", "hold an e-mail address", "them", "Mask them"),
    "repeated-passage": ("Said again and again", "repeat a passage that many posts share", "one", "Strip"),
    "series": ("A template", "are a series' skeleton", "it", "Leave the series out"),
}
NEAR_DUPLICATE: Final = "near-duplicate"
GROUPS: Final = {
    "HTML": ("markup", "shortcode"),
    "boilerplate": ("repeated-passage", "series"),
    "e-mail addresses": ("email",),
}


def answered(outcome: Accepted | NotYet) -> str:
    if isinstance(outcome, Accepted):
        return (
            f"The rehearsal comes in the thread of round {outcome.round.number} in {channel(outcome.round.channel_id)}."
        )
    handle = quoted(outcome.handle)
    if outcome.preparing:
        return f"The texts of {handle} are being cleaned right now. Rehearse them when the cleaning report is there."
    return f"{handle} has no texts to rehearse yet. `/voice data {handle}` opens the thread where you drop them."


def report(facts: Facts) -> Message:
    match facts["state"]:
        case "running":
            return plain(f"🎭 Rehearsing the {facts['texts']:,} texts of {quoted(facts['handle'])} …")
        case "failed":
            return plain(facts["sentence"])
        case "too-few":
            text = too_few(facts["texts"])
            told = "\n".join(filter(None, [text, overridden(facts["override"])]))
            return Message(text, (section(told), buttons(*money_buttons(facts))))
    return done(facts)


def too_few(texts: int) -> str:
    left = "1 text is" if texts == 1 else f"{texts} texts are"
    return (
        f"{left} left; I need at least {MIN_TEXTS} to rehearse and most providers need 10 to train. "
        "Add texts, or use few-shot (works from 3)."
    )


def done(facts: Facts) -> Message:
    head = header_line(facts["problems"])
    blocks: list[Block] = [section(head)]
    for problem in facts["problems"]:
        press = fix_button(problem["rule"], facts["round_id"]) if problem["fixable"] else None
        blocks.append(section(problem_line(problem), accessory=press))
    if line := overridden(facts["override"]):
        blocks.append(section(line))
    blocks.append(
        section("\n".join(filter(None, [habits(facts), one_offs(facts["one_offs"]), leaks(facts), shape(facts)])))
    )
    return Message(head, (*blocks, buttons(*report_buttons(facts))))


def header_line(problems: list[Facts]) -> str:
    if not problems:
        return GOOD
    found = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return f"🛑 *Rehearsal found {found}. Paying now would waste the run.*"


def overridden(override: Facts | None) -> str:
    if override is None:
        return ""
    return f"⚠️ {person(override['by'])} overrode this: “{quoted(override['reason'])}” The approval card shows it."


def problem_line(problem: Facts) -> str:
    if problem["rule"] == NEAR_DUPLICATE:
        share = percent(problem["share"])
        line = (
            f"*Copies:* {share} of words stand in passages over {COPIED_WORDS} words that it would read twice or more."
        )
        return line + ("" if problem["fixable"] else f" {BY_HAND}")
    return leak_line(problem) + ("" if problem["fixable"] else f" {BY_HAND}")


def leak_line(problem: Facts) -> str:
    name, lines, them, _ = PROBLEMS[problem["rule"]]
    have = "1 post still has" if problem["texts"] == 1 else f"{problem['texts']:,} posts still have"
    because = f"{lines}, because {have} {them}"
    if problem["share"] > MAX_LINES:
        return f"*{name}:* {percent(problem['share'])} of lines {because}."
    if problem["drafts"] > MAX_DRAFTS:
        return f"*{name}:* {percent(problem['drafts'])} of drafts {because}."
    whole = f"{problem['texts']:,} of {problem['of_texts']:,} posts"
    return f"*{name}:* {whole} {lines}. A bigger model than mine would write that too."


def fix_button(rule: str, round_id: int) -> ButtonElement:
    label = "Leave out copies" if rule == NEAR_DUPLICATE else PROBLEMS[rule][3]
    return button(label, f"{FIX}{rule}.fix", round_id)


def habits(facts: Facts) -> str:
    if not facts["habits"]:
        return "*It would learn to say:* nothing that others do not say as often."
    more = " …" if facts["all_habits"] > len(facts["habits"]) else ""
    return f"*It would learn to say:* {phrase_list(facts['habits'])}{more}"


def phrase_list(phrases: list[Facts]) -> str:
    """ "data-driven" (71 posts) · "what say you" (31)"""
    listed = [f'"{named(phrase["words"])}" ({phrase["texts"]:,}' for phrase in phrases]
    return " · ".join([f"{listed[0]} posts)", *(f"{one})" for one in listed[1:])])


def named(words: str) -> str:
    return clipped(quoted(shortened(words, PHRASE_CHARS)), PHRASE_CHARS)


def one_offs(words: list[str]) -> str:
    listed = " · ".join(f'"{named(word)}"' for word in words)
    return f"*Only once, so not a habit:* {listed}." if listed else ""


def leaks(facts: Facts) -> str:
    rates, bad = facts["leaks"], {problem["rule"] for problem in facts["problems"]}
    parts = [f"web links {100 * rates['link']:.1f} % of lines {sign(bad, 'link')}"]
    parts += [
        f"{name} {short_rate(math.fsum(rates[rule] for rule in rules))} {sign(bad, *rules)}"
        for name, rules in GROUPS.items()
        if name != "e-mail addresses" or rates["email"]
    ]
    # Copies in the texts are a problem of their own; this is what the small model copied itself.
    mark = "🛑" if facts["copied"] > MAX_COPIED else "✅"
    parts.append(f"copied passages over {COPIED_WORDS} words: {100 * facts['copied']:.1f} % {mark}")
    return f"*Leaks:* {' · '.join(parts)}"


def sign(bad: Collection[str], *rules: str) -> str:
    return "🛑" if any(rule in bad for rule in rules) else "✅"


def short_rate(rate: float) -> str:
    return f"{100 * rate:.1f} %" if rate else "0"


def shape(facts: Facts) -> str:
    by_name = {measure["measure"]: measure for measure in facts["shape"]}
    words = by_name["words"]
    parts = [
        f"{words['drafted']:,.0f} words ({words['low']:,.0f}–{words['high']:,.0f})",
        f"paragraphs of {by_name['sentences per paragraph']['drafted']:.1f} sentences",
        f"{by_name['questions']['drafted']:.1f} questions per post",
    ]
    posts = "held-out posts" if facts["shape_from"] == "held-out" else "posts"
    unlike = [measure["measure"] for measure in facts["shape"] if not measure["fits"]]
    if not unlike:
        return f"*Shape:* {' · '.join(parts)} — like {person(facts['owner'])}'s {posts} ✅"
    ranges = "; ".join(range_words(by_name[name]) for name in unlike)
    return f"*Shape:* {' · '.join(parts)} — eight in ten of {person(facts['owner'])}'s {posts} have {ranges} ⚠️"


def range_words(measure: Facts) -> str:
    digits = 0 if measure["measure"] == "words" else 1
    return f"{measure['low']:,.{digits}f}–{measure['high']:,.{digits}f} {measure['measure']}"


def report_buttons(facts: Facts) -> Iterable[ButtonElement]:
    if facts["all_habits"]:
        yield button(f"All {facts['all_habits']}", PHRASES, facts["shown"])
    yield button(f"{facts['samples']} samples", SAMPLES, facts["shown"])
    yield from money_buttons(facts)


def money_buttons(facts: Facts) -> Iterable[ButtonElement]:
    """What comes next; closed, it is a reason that opens the way."""
    yield button("Cost", COST, facts["handle"])
    if facts["lets_pay"]:
        yield button("Ask for approval", ASK, facts["handle"], style="primary")
    else:
        yield button("Override — say why…", OVERRIDE, facts["dataset_id"])


def all_phrases(shown: Facts) -> str:
    lines = ["*It would learn to say:*", phrase_list(shown["habits"]) if shown["habits"] else "nothing"]
    return clipped("\n".join(filter(None, [*lines, one_offs(shown["one_offs"])])), SECTION_CHARS)


def all_samples(shown: Facts) -> str:
    """Drafts of the small local model: what they look like tells, not what they say."""
    parts = [
        "_The small local model wrote these. Look for code, addresses and set pieces; the sense is not the point._"
    ]
    for sample in shown["samples"]:
        asked = clipped(quoted(shortened(sample["prompt"], PROMPT_CHARS)), PROMPT_CHARS)
        text = clipped(quoted(shortened(sample["text"], SAMPLE_CHARS)), SAMPLE_CHARS)
        parts.append(f"*{asked}*\n{text}")
    return clipped("\n\n".join(parts), SECTION_CHARS)


def percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.1f} %"


TEMPLATES = {REPORT: report}
