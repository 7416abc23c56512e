"""The preview of the next round, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Final

from slack_sdk.models.blocks import ActionsBlock

from bot.dislikes import DISLIKES
from bot.features.rounds.deciding import CONTESTED
from bot.features.rounds.locking import LOCKED
from bot.features.rounds.taking import TAKEN
from bot.features.rounds.tracing import FORGOTTEN
from bot.features.rounds.usecase import PREVIEW
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, clipped, day, escape, listed, person, quoted, shortened
from pipeline.domain.voices import Round, is_slack_user
from pipeline.round_rows import PAIRS_FOR_PREFERENCE, Contradiction
from pipeline.rounds import OWN_TEXT_PERCENT

METHODS: Final = {"sft": "examples (SFT)", "dpo": "better-than pairs (DPO)"}
NOT_USED: Final = {
    "thin": "with &lt; 2 votes",
    "contested": "contested",
    "left out": "left out by the owner",
    "held": "on hold",
    "test brief": "test briefs",
    "withdrawn": "withdrawn",
    "paused": "while the voice is stopped",
}
SEE_DIFF: Final = "differences.since_last_round"  # another feature answers
RETIRE: Final = "duels.retire"  # another feature answers
TAKE: Final = "rounds.take"
TAKING: Final = "I take the feedback in as it stands now; the dataset thread says when it is there."
DECIDE: Final = "rounds.decide"
DECIDED: Final = "rounds.decided."  # + like, unlike, out
OPEN_BOTH: Final = "rounds.open_both"
SOURCES: Final = {
    "owner's rewrite": "the owner's version",
    "editor's rewrite": "the editor's version",
    "member's rewrite": "a member's version",
    "duel": "the duel",
    "verdicts": "the votes",
}
DRAFT_CHARS: Final = 2_500
OPENED: Final = 3
OPENED_CHARS: Final = 400
BRIEFS_SHOWN: Final = 5
BRIEF_CHARS: Final = 120


def asked(round_: Round | None) -> str:
    """None: it comes where it was asked for."""
    if round_ is None:
        return "The preview comes in this thread."
    return f"The preview comes in the thread of round {round_.number} in {channel(round_.channel_id)}."


def disliked(counts: Mapping[str, int]) -> str:
    """For whoever asked, alone: nobody's name, and nothing of it in the thread."""
    if not counts:
        return ""
    said = " · ".join(f"{DISLIKES.get(reason, reason)} {number}" for reason, number in counts.items())
    return f"\nWhy people pressed 👎, over all drafts (only you see this): {said}"


def round_preview(facts: Facts) -> Message:
    handle = quoted(facts["handle"])
    expired = [section(consent_expired(facts))] if facts.get("consent_ended") else []
    if is_empty(facts):
        text = empty(facts)
        return Message(text=text, blocks=(section(text), *expired, *what_now(facts), *diff_button(facts)))
    title = f"🔁 *{handle}, round {facts['number']} — if locked now*"
    lines = [title, rewrite_line(facts), *filter(None, [other_line(facts), thumbs_line(facts)]), sum_line(facts)]
    notes = [context(note) for note in filter(None, [not_used(facts), watch(facts), own_text(facts), both_ways(facts)])]
    text = f"{handle}, round {facts['number']} — if locked now"
    return Message(
        text=text, blocks=(section("\n".join(lines)), *expired, *notes, *what_now(facts), *diff_button(facts))
    )


def consent_expired(facts: Facts) -> str:
    until = "No lock until then." if is_slack_user(facts["owner"]) else "No lock until an admin attests it again."
    return f"🛑 {person(facts['owner'])}'s consent ended on {day(facts['consent_ended'])}. I asked again. {until}"


def what_now(facts: Facts) -> list[ActionsBlock]:
    voice_id, press = facts.get("voice_id"), []
    if undecided := facts.get("undecided", 0):
        press.append(button(f"Decide {undecided} contested", DECIDE, voice_id))
    if facts["contradictions"]:
        press.append(button("Open contradictions", OPEN_BOTH, voice_id))
    if facts.get("can_take"):
        press.append(button(f"Take it into round {facts['number']}", TAKE, voice_id, style="primary"))
    return [buttons(*press)] if press else []


def contested(facts: Facts) -> Message:
    label, handle = quoted(facts["label"]), quoted(facts["handle"])
    brief = f"_{quoted(shortened(' '.join(facts['brief'].split()), BRIEF_CHARS)).replace('_', ' ')}_"
    head = f"⚖️ People disagree about {label}, a draft of *{handle}*. Asked for: {brief}"
    said = [f"{mark} {listed(facts[who])}" for mark, who in (("👍", "in_favour"), ("👎", "against")) if facts[who]]
    mine = "me" if facts["owner"] is None else person(facts["owner"])
    value = facts["draft_id"]
    press = [button(f"Sounds like {'me' if facts['owner'] is None else 'them'}", f"{DECIDED}like", value)]
    press += [button("Doesn't", f"{DECIDED}unlike", value), button("Leave out", f"{DECIDED}out", value)]
    answers = {
        "like": f"*Sounds like {mine}*: it counts as a good draft.",
        "unlike": "*Doesn't*: it counts as a bad draft.",
        "out": "*Leave out*: it never trains.",
    }
    answer = answers.get(facts["decided"], "As long as nobody decides, it never trains.")
    if facts["decided"]:
        answer = f"You said {answer} You can change it until the feedback is taken in."
    if facts["verdict"] != "contested":
        answer += f" By now the votes alone say '{facts['verdict']}', and that counts."
    blocks = (section(head), section(f">>> {clipped(escape(facts['text']), DRAFT_CHARS)}"), context(" · ".join(said)))
    return Message(f"People disagree about {label}: does it sound right?", (*blocks, buttons(*press), context(answer)))


def asked_owner(decider: str, waiting: int) -> str:
    rest = "" if waiting == 1 else f" The other {waiting - 1} follow one by one."
    return f"{person(decider)} has {count(1, 'draft')} to decide in a direct message.{rest}"


def locked(facts: Facts) -> Message:
    number = facts["number"]
    late = facts["late"]
    came = f"{count(late, 'reaction')} came" if late == 1 else f"{late} reactions came"
    after = (
        f"\n{came} after the feedback was taken in: they count for round {number + 1}, and the hash that was approved "
        "hasn't changed."
        if late
        else ""
    )
    return plain(
        f"🔒 *Round {number} of {quoted(facts['handle'])} is locked*: {count(facts['examples'], 'example')}, hash "
        f"`{facts['dataset_hash']}`. Later reactions count for round {number + 1}.{after}"
    )


def taken(facts: Facts) -> Message:
    handle, number = quoted(facts["handle"]), facts["number"]
    if not facts["examples"] and not facts["pairs"]:
        return plain(f"Nothing to take in: no version of {handle}'s drafts is accepted any more.")
    pairs = f" and {count(facts['pairs'], 'better-than pair')}" if facts["pairs"] else ""
    return plain(
        f"🔒 *{handle}, round {number}* takes in {count(facts['examples'], 'example')} from feedback{pairs}, by "
        f"{person(facts['by'])}. Later reactions count for round {number + 1}, unless it is taken in once more before "
        "training. Next: look at the report below, then `/voice train`."
    )


def forgotten(facts: Facts) -> Message:
    where = f"row {facts['row']} of its better versions" if facts["row"] else "a comparison"
    text = (
        f"{facts['draft']} was withdrawn, and is in the training data of *{quoted(facts['name'])}* ({where}). "
        f"v{facts['version']} keeps working; the next round leaves it out."
    )
    again = button("Retrain without it", TAKE, facts["voice_id"])
    retire = button(f"Retire v{facts['version']}", RETIRE, facts["model_id"])
    return Message(text, (section(text), buttons(again, retire)))


def diff_button(facts: Facts) -> list[ActionsBlock]:
    compared = facts.get("compared")
    if not compared:
        return []
    return [buttons(button(f"See diff to round {compared['before']}", SEE_DIFF, compared["round_id"]))]


def is_empty(facts: Facts) -> bool:
    new = ("rewrites", "own", "good", "bad", "new_documents", "own_waiting")
    return not any(facts[name] for name in new) and not facts["pairs"] and not facts["contradictions"]


def empty(facts: Facts) -> str:
    nothing = f"Nothing new since round {facts['number'] - 1}" if facts["number"] > 1 else "Nothing new yet"
    help_most = "Reactions that help most: ✏️ with a better version."
    drafts = f"{facts['drafts']} {'draft' if facts['drafts'] == 1 else 'drafts'}"
    if not facts["drafts"]:
        command = escape(f"/voice draft {facts['handle']} <brief>")
        return f"{nothing}: no drafts. `{command}` makes one."
    if facts["not_used"].get("thin", 0) == facts["drafts"]:
        return f"{nothing}: {drafts}, all with fewer than 2 votes. {help_most}"
    reasons = ", ".join(f"{n} {in_number(NOT_USED[reason], n)}" for reason, n in facts["not_used"].items())
    return f"{nothing}: {drafts} ({reasons}). {help_most}"


def rewrite_line(facts: Facts) -> str:
    different = facts["different_articles"]
    apart = f" ({different} {'was a different article' if different == 1 else 'were different articles'})"
    return (
        f"+ {count(facts['rewrites'], 'rewrite')} → {count(facts['rewrites'], 'example')}, "
        f"{count(facts['pairs'].get('rewrite', 0), 'pair')}{apart if different else ''}"
    )


def other_line(facts: Facts) -> str:
    parts = {
        "duel pair": facts["pairs"].get("duel", 0),
        "same-brief pair": facts["pairs"].get("verdicts", 0),
        "own draft with ⭐": facts["own"],
        "new text": facts["new_documents"],
    }
    shown = [f"+ {count(number, what)}" for what, number in parts.items() if number]
    if facts["withdrawn_documents"]:
        shown.append(f"− {facts['withdrawn_documents']} withdrawn")
    return " · ".join(shown)


def thumbs_line(facts: Facts) -> str:
    if not facts["good"] and not facts["bad"]:
        return ""
    return f"Judged by emoji alone: {facts['good']} good · {facts['bad']} bad (kept for evaluation)"


def sum_line(facts: Facts) -> str:
    added = [facts["rewrites"] + facts["own"], facts["new_documents"]]
    parts = " + ".join(str(number) for number in [facts["dataset"], *added] if number)
    taken = f" − {facts['withdrawn_documents']}" if facts["withdrawn_documents"] else ""
    pairs = sum(facts["pairs"].values())
    advice = (
        "" if facts["method"] == "dpo" else f" {PAIRS_FOR_PREFERENCE} pairs are advised before preference training."
    )
    return (
        f"= {count(facts['examples'], 'example')} ({parts or 0}{taken}) · {count(pairs, 'pair')} → "
        f"*method: {METHODS[facts['method']]}*.{advice}"
    )


def not_used(facts: Facts) -> str:
    words = [
        f"{count(number, 'draft') if reason == 'thin' else number} {in_number(NOT_USED[reason], number)}"
        for reason in NOT_USED
        if (number := facts["not_used"].get(reason, 0))
    ]
    return f"Not used: {' · '.join(words)}" if words else ""


def in_number(words: str, number: int) -> str:
    return words.removesuffix("s") if number == 1 and words.endswith("briefs") else words


def watch(facts: Facts) -> str:
    parts = []
    if facts["longer_share"] is not None:
        parts.append(
            f"corrected texts are longer in {percent(facts['longer_share'])} of pairs — this would teach *longer*."
        )
    if facts["main_person"] is not None:
        parts.append(f"{percent(facts['main_person_share'])} of fixes are by {person(facts['main_person'])}.")
    return f"Watch: {' '.join(parts)}" if parts else ""


def own_text(facts: Facts) -> str:
    if not facts["own_waiting"]:
        return ""
    own = facts["own"] + facts["own_waiting"]
    share = percent(own / (own + facts["rewrites"]))
    return (
        f"{share} of new examples are my own drafts with ⭐. I keep {OWN_TEXT_PERCENT} % of the round; "
        f"the rest ({facts['own_waiting']}) wait. Rewrites count fully."
    )


def both_ways(facts: Facts) -> str:
    if not facts["contradictions"]:
        return ""
    lines = [
        f"Brief “{quoted(shortened(brief, BRIEF_CHARS))}”: {SOURCES[one]} says A over B, {SOURCES[other]} B over A. "
        "Left both out."
        for brief, one, other in facts["contradictions"][:BRIEFS_SHOWN]
    ]
    more = len(facts["contradictions"]) - len(lines)
    return "\n".join([*lines, *([f"And {more} more briefs like that."] if more else [])])


def both_texts(contradictions: Sequence[Contradiction]) -> str:
    """For whoever opens it."""
    if not contradictions:
        return "Nobody contradicts anybody any more: `/voice round` again."
    return "\n\n".join(
        f"*{quoted(shortened(one.brief, BRIEF_CHARS))}*\n*A*, better by {SOURCES[one.one_says]}:\n"
        f"{escape(shortened(one.one, OPENED_CHARS))}\n*B*, better by {SOURCES[one.other_says]}:\n"
        f"{escape(shortened(one.other, OPENED_CHARS))}"
        for one in contradictions[:OPENED]
    )


def count(number: int, what: str) -> str:
    """1 pair, 2 pairs; a what of several words takes its s at the noun's end."""
    if number == 1:
        return f"1 {what}"
    noun, space, rest = what.partition(" with ")
    return f"{number} {noun}s{space}{rest}"


def percent(share: float) -> str:
    return f"{round(100 * share)} %"


TEMPLATES = {
    PREVIEW: round_preview,
    CONTESTED: contested,
    TAKEN: taken,
    LOCKED: locked,
    FORGOTTEN: forgotten,
}
