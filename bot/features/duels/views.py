"""The card of a duel, two texts to vote on, how it ended, and what can be done then."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement

from bot.features.duels.automatic import NOT_STARTED
from bot.features.duels.promoting import PROMOTED, RETIRED
from bot.features.duels.sayings import BOUT, CARD, RESULT, SHORT
from bot.features.duels.voting import Voted
from bot.slack.message import Facts, Message, button, buttons, context, divider, plain, section
from bot.slack.mrkdwn import inert, listed, moment, person, quoted, shortened, usd
from pipeline.duels import MIN_VOTES

BLOCKED: Final = "duels.blocked"
VOTE: Final = "duels.vote."
CLOSE_NOW: Final = "duels.close_now"
CLOSE_SHORT: Final = "duels.close_short"
EXTEND: Final = "duels.extend"
MORE: Final = "duels.more"
LOST_BRIEFS: Final = "duels.lost_briefs"
PROMOTE: Final = "duels.promote"
OVERRIDE: Final = "duels.override"
RETIRE: Final = "duels.retire"
KEEP: Final = "duels.keep"
CHOICES: Final = {"A": "A", "B": "B", "equal": "Equal", "bad": "Both bad"}
NO_EMOJI: Final = "Votes are secret, so reactions don't count here — use the buttons."
BRIEF_CHARS: Final = 400
SIDE_CHARS: Final = 2_900  # of 250 words; a section takes 3,000
SHOWN_CHARS: Final = 300
LITTLE_LONGER: Final = 0.05  # nobody notices less


def card(facts: Facts) -> Message:
    title = f"🥊 *Which sounds more like {person(facts['owner'])}?*"
    if facts["is_automatic"]:
        title += f" {quoted(facts['names'][0])} is trained and meets {quoted(facts['names'][1])}."
    match facts["state"]:
        case "writing":
            done = f"{facts['written']} of {facts['texts']} texts written"
            return plain(f"{title} {rounds(facts['briefs'])}, {done}; at most {usd(facts['held_microusd'])} …")
        case "failed":
            return plain(f"🛑 The duel stopped. {facts['failure']} Paid: {usd(facts['bill_microusd'])}.")
        case "open":
            return opened(facts, title)
        case "short":
            return plain(f"{title} The time is over with {number(facts['votes'], 'vote')}; see the thread.")
        case "gone":
            return plain(f"🥊 The duel of {pair(facts)} ended early: a version was retired.")
    return plain(f"🥊 The duel of {pair(facts)} is over; its result stands in the thread.")


def opened(facts: Facts, title: str) -> Message:
    text = (
        f"{title} {rounds(facts['bouts'])}, names hidden, sides shuffled. "
        f"Votes are secret until {moment(facts['closes_at'])}."
    )
    notes = [f"Votes: {listed(facts['voters'])}. Texts cost {usd(facts['bill_microusd'])}."]
    notes += [same(each) for each in facts["same"]]
    lost = facts["briefs"] - facts["bouts"] - len(facts["same"])
    if lost:
        notes.append(f"On {number(lost, 'brief')} one of the two wrote nothing to judge; I left it out.")
    blocks: list[Block] = [section(text), context("\n".join(notes))]
    if facts["is_complete"]:
        blocks.append(section("Everybody has voted on everything."))
        blocks.append(buttons(button("Close now", CLOSE_NOW, facts["duel_id"])))
    return Message(text, blocks)


def same(brief: int) -> str:
    return f"A and B came out identical for brief {brief} (temperature 0?). I left it out."


def bout(facts: Facts) -> Message:
    head = f"*{facts['place']} of {facts['bouts']}* · _{asked_for(facts['brief'])}_"
    blocks: list[Block] = [section(head)]
    names = facts["names"] or ["", ""]
    for side, name in zip(("a", "b"), names, strict=True):
        was = f" — {quoted(name)}" if name else ""
        blocks.append(section(f"*{side.upper()}*{was}\n{inert(clip(facts[side]))}"))
    if facts["is_open"]:
        value = f"{facts['duel_id']}:{facts['number']}"
        blocks.append(buttons(*(button(label, VOTE + name, value) for name, label in CHOICES.items())))
    blocks.append(divider())
    return Message(f"Brief {facts['place']} of {facts['bouts']}: A or B?", blocks)


def asked_for(brief: str) -> str:
    one_line = " ".join(brief.replace("\n- ", " • ").split())
    return quoted(shortened(one_line, BRIEF_CHARS)).replace("_", " ")


def clip(text: str) -> str:
    """At a word, where both sides end with the same sign."""
    return text if len(text) <= SIDE_CHARS else text[:SIDE_CHARS].rsplit(" ", 1)[0] + " …"


def short(facts: Facts) -> Message:
    if facts["state"] == "open":
        return plain(f"Open again until {moment(facts['closes_at'])}; votes so far still count.")
    if facts["state"] != "short":
        return plain("Closed without a verdict.")
    votes = "1 vote" if facts["votes"] == 1 else f"{facts['votes']} votes"
    text = f"Only {votes}; I need {MIN_VOTES} for a verdict. Leave it open for two days more?"
    extend = button("Extend", EXTEND, facts["duel_id"], style="primary")
    return Message(
        text, (section(text), buttons(extend, button("Close without verdict", CLOSE_SHORT, facts["duel_id"])))
    )


def result(facts: Facts) -> Message:
    head = headline(facts)
    blocks: list[Block] = [section(head)]
    if facts["votes"]:
        blocks.append(context("\n".join(filter(None, [how_sure(facts), agreement(facts), authors(facts)]))))
    actions = what_now(facts)
    if actions:
        blocks += [context(gate_line(facts)), buttons(*actions)]
    elif facts.get("kept_by"):
        blocks.append(context(f"{person(facts['kept_by'])} keeps {quoted(facts['better']['name'])} on trial."))
    return Message(head, blocks)


def headline(facts: Facts) -> str:
    one, other = (f"*{quoted(name)}*" for name in facts["names"])
    match facts["verdict"]:
        case _ if facts["state"] == "gone":
            gone = " and ".join(f"v{version}" for version in facts["retired"]) or "A version"
            return f"{gone} was retired during the duel. I closed it; {number(facts['votes'], 'vote')} are kept."
        case "won":
            return f"🥊 {one} beat {other}: {score(facts)}."
        case "lost":
            return f"🥊 {other} won {facts['lost']} – {facts['won']} against {one}{rest(facts)}."
        case "undecided":
            better = max(facts["chance"], 1 - facts["chance"])
            return (
                f"🥊 {one} against {other}: {facts['won']} – {facts['lost']}. {toss(better)} I won't call a winner. "
                "More votes or different briefs would help."
            )
    return f"🥊 {one} against {other} was closed without a verdict: {number(facts['votes'], 'vote')}."


def toss(better: float) -> str:
    percent = f"{better:.0%}".replace("%", " %")
    near = better < 2 / 3
    return f"That's a coin toss ({percent})." if near else f"That may be chance: {percent} is not enough."


def score(facts: Facts) -> str:
    return f"{facts['won']} – {facts['lost']}{rest(facts)}"


def rest(facts: Facts) -> str:
    equal = f", {facts['equal']} equal" if facts["equal"] else ""
    bad = f", {facts['bad']} both bad" if facts["bad"] else ""
    who = f"{number(facts['voters'], 'voter')}, {number(facts['votes'], 'vote')}"
    return f"{equal}{bad} ({who})"


def how_sure(facts: Facts) -> str:
    """As the better one sees it."""
    sign = -1 if facts["verdict"] == "lost" else 1
    points, low, high = (sign * each for each in facts["strength"])
    low, high = min(low, high), max(low, high)
    chance = facts["chance"] if sign > 0 else 1 - facts["chance"]
    name = quoted(facts["names"][0 if sign > 0 else 1])
    told = "over 99 %" if chance > 0.99 else f"{chance:.0%}".replace("%", " %")
    return (
        f"Chance {name} is really better: *{told}* (strength {points:+.0f}, likely between {low:+.0f} and "
        f"{high:+.0f}). {length(facts)}"
    )


def length(facts: Facts) -> str:
    longer = facts["longer_share"]
    if abs(longer) < LITTLE_LONGER:
        return "Both wrote about equally long texts."
    name, much = (facts["names"][0], longer) if longer > 0 else (facts["names"][1], 1 / (1 + longer) - 1)
    told = f"{quoted(name)}'s texts were {much:.0%} longer".replace("%", " %")
    if facts["even_length"] is None:
        return f"{told}; too few votes to correct for that."
    return f"{told}; at equal length the strength would be {facts['even_length']:+.0f} for {quoted(facts['names'][0])}."


def agreement(facts: Facts) -> str:
    return f"Voters agreed on {facts['agreed']} of {number(facts['briefs'], 'brief')}."


def authors(facts: Facts) -> str:
    won, lost = facts["by_authors"]
    if not won + lost:
        return ""
    return f"Of these votes {won} – {lost} came from people whose own versions were trained on."


def gate_line(facts: Facts) -> str:
    gate, marks = facts["gate"], {True: "✅", False: "❌"}
    through = f" (it beat {quoted(gate['through'])}, which did)" if gate.get("through") else ""
    checks = [f"beats plain {marks[gate['plain']]}{through}"]
    if gate["current"] is not None:
        checks.append(f"beats {quoted(gate['name'])} {marks[gate['current']]}")
    checks.append(f"consent {marks[facts['has_consent']]}")
    return f"Gate for {quoted(facts['better']['name'])}: {' · '.join(checks)}"


def what_now(facts: Facts) -> list[ButtonElement]:
    if facts["state"] == "gone" or facts["kept_by"]:
        return []
    better, worse = facts["better"], facts["worse"]
    more = button("More rounds…", MORE, facts["duel_id"])
    if facts["is_promoted"]:
        return [more]
    if facts["verdict"] == "lost" and worse["version"] not in facts["retired"]:
        use = (
            f"Retire v{worse['version']}, use {'few-shot' if not better['version'] else shortened(better['name'], 30)}"
        )
        retire = button(use, RETIRE, worse["model_id"], style="primary")
        return [retire, button("Look at lost briefs", LOST_BRIEFS, facts["duel_id"])]
    keep = button("Keep on trial", KEEP, facts["duel_id"])
    if facts["verdict"] == "won" and facts["is_open"]:
        return [button(f"Promote v{better['version']}", PROMOTE, better["model_id"], style="primary"), more, keep]
    return [more, button(f"Promote v{better['version']} — say why…", OVERRIDE, better["model_id"]), keep]


def voted(done: Voted) -> str:
    said = {"A": "A", "B": "B", "equal": "equal", "bad": "both bad"}[done.pressed]
    return f"Counted: {said} for brief {done.place}. You can change it until {moment(done.closes_at)}."


def lost_briefs(briefs: Sequence[tuple[str, int, int]]) -> str:
    """(brief, votes for the loser, votes against)."""
    if not briefs:
        return "No single brief was lost clearly; the votes are spread over all of them."
    lines = [f"• {asked_for(brief)} — {won} : {lost}" for brief, won, lost in briefs]
    return "\n".join(["These briefs were lost; both texts stand in the duel's thread:", *lines])


def promoted(facts: Facts) -> Message:
    handle, version = quoted(facts["handle"]), facts["version"]
    before = f" Before it was v{facts['before']}, which still writes as `{handle}@v{facts['before']}`."
    text = (
        f"🏅 *{handle} → v{version}*, by {person(facts['by'])}. Drafts asked for as `{handle}` come from it."
        f"{before if facts['before'] is not None else ''}"
    )
    return plain(
        f"{text}\n⚠️ It hasn't beaten all others; why all the same: “{quoted(facts['reason'])}”"
        if facts["reason"]
        else text
    )


def retired(facts: Facts) -> Message:
    handle = quoted(facts["handle"])
    now = f"`{handle}` means v{facts['now']} now." if facts["now"] is not None else "No version is left to draft."
    return plain(f"🗄️ {person(facts['by'])} retired *{handle} v{facts['version']}*: it drafts no more. {now}")


def blocked(facts: Facts) -> Message:
    override = button("Override…", OVERRIDE, facts["model_id"])
    return Message(facts["sentence"], (section(facts["sentence"]), buttons(override)))


def not_started(facts: Facts) -> Message:
    handle, (new, old) = quoted(facts["handle"]), facts["versions"]
    return plain(
        f"🥊 v{new} should meet v{old} now, but I couldn't start the duel: {facts['why']} "
        f"`/voice duel {handle}@v{new} vs v{old}` starts it when that is settled."
    )


def pair(facts: Facts) -> str:
    return " and ".join(f"*{quoted(name)}*" for name in facts["names"])


def rounds(briefs: int) -> str:
    return "1 round" if briefs == 1 else f"{briefs} rounds"


def number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


TEMPLATES = {
    CARD: card,
    BOUT: bout,
    SHORT: short,
    RESULT: result,
    PROMOTED: promoted,
    RETIRED: retired,
    BLOCKED: blocked,
    NOT_STARTED: not_started,
}
