"""What reactions on a draft come to. Emoji are state, not events: only what is still there counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from pipeline.domain.drafting import Reaction

MeaningName = Literal["use", "not this", "fix", "never train", "sounds right", "sounds like AI", "example", "alarm"]
VerdictState = Literal["held", "contested", "good", "bad", "thin"]
Polarity = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one emoji says. holds: the draft is never trained on while it is there."""

    name: MeaningName
    polarity: Polarity = 0
    holds: bool = False


MEANINGS: Final[Mapping[str, Meaning]] = {
    "+1": Meaning("use", polarity=1),
    "-1": Meaning("not this", polarity=-1),
    "pencil2": Meaning("fix"),
    "no_entry_sign": Meaning("never train", holds=True),
    "dart": Meaning("sounds right", polarity=1),
    "robot_face": Meaning("sounds like AI", polarity=-1),
    "star": Meaning("example", polarity=1),
    "rotating_light": Meaning("alarm", holds=True),
}
BY_NAME: Final[Mapping[str, Meaning]] = {meaning.name: meaning for meaning in MEANINGS.values()}
TAUGHT: Final[tuple[MeaningName, ...]] = ("use", "not this", "fix", "never train")  # what stands under every draft
SEEDED: Final[tuple[MeaningName, ...]] = ("use", "not this", "fix")  # what the bot puts there for people to press
ALIASES: Final[Mapping[str, str]] = {"thumbsup": "+1", "thumbsdown": "-1"}
SKIN_TONE: Final = "::skin-tone-"  # Slack sends "+1::skin-tone-3"

DECIDING_MARGIN: Final = 2  # of P over N or N over P; one member alone decides nothing
CONTESTED_FROM: Final = 2  # both P and N


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a person's word counts. Source: docs/reference/emoji.md."""

    owner: int = 3
    editor: int = 2
    member: int = 1


DEFAULT_WEIGHTS: Final = Weights()


@dataclass(frozen=True, slots=True)
class Voters:
    """Who is who on a draft. ignored: bots, ourselves, guests and outsiders; it wins over the other roles."""

    owner: str
    editors: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    def weight(self, user: str, weights: Weights) -> int:
        if user == self.owner:
            return weights.owner
        return weights.editor if user in self.editors else weights.member


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a draft's reactions come to. positive, negative: weighted sums, both zero or more.

    example: an editor or the owner wants it as an example. held_by, alarmed_by, fixers: users in order of their ids.
    sounds_right, sounds_like_ai: how many people say so, unweighted. in_favour, against: who, in order of their ids.
    """

    state: VerdictState
    positive: int = 0
    negative: int = 0
    owner_polarity: Polarity = 0
    example: bool = False
    held_by: tuple[str, ...] = ()
    alarmed_by: tuple[str, ...] = ()
    fixers: tuple[str, ...] = ()
    sounds_right: int = 0
    sounds_like_ai: int = 0
    in_favour: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def read_meanings(stored: Mapping[str, str]) -> dict[str, Meaning]:
    """Emoji by their names, with what they mean; names of meanings that are not known are left out."""
    return {canonical(name): BY_NAME[meant] for name, meant in stored.items() if meant in BY_NAME}


def written_meanings(meanings: Mapping[str, Meaning]) -> dict[str, str]:
    return {name: meaning.name for name, meaning in meanings.items()}


def canonical(name: str) -> str:
    """The emoji's one name: without skin tone, aliases folded."""
    plain = name.strip(":").split(SKIN_TONE, 1)[0]
    return ALIASES.get(plain, plain)


def fold(reactions: Iterable[Reaction]) -> list[Reaction]:
    """One reaction for each (message, user, name as sent): the newest, in whatever order they came.

    At the same instant presence wins, so that a hold is not lost to a tie.
    """
    newest: dict[tuple[str, ...], Reaction] = {}
    for reaction in reactions:
        key = (reaction.team_id, reaction.channel_id, reaction.ts, reaction.user, reaction.name)
        known = newest.get(key)
        if known is None or _age_key(known) < _age_key(reaction):
            newest[key] = reaction
    return list(newest.values())


def mended(
    stored: Iterable[Reaction], there: Mapping[str, Iterable[str]], *, message: tuple[str, str, str], at: str
) -> list[Reaction]:
    """What has to be recorded so that what is stored says what Slack shows.

    there: who reacted, by emoji name, as Slack showed it at `at` or a little later. message: team, channel, ts.
    What is stored from after `at` stands: Slack may have been asked before it happened.
    """
    known = {(one.user, one.name): one for one in fold(stored)}
    shown = {(user, name) for name, users in there.items() for user in users}
    missed = [
        Reaction(*message, user, name, present=True, event_ts=at)
        for user, name in sorted(shown)
        if (user, name) not in known or not known[user, name].present
    ]
    gone = [one for key, one in known.items() if one.present and key not in shown]
    missed += [replace(one, present=False, event_ts=at) for one in gone]
    return [one for one in missed if _is_older(known.get((one.user, one.name)), at)]


def verdict(
    reactions: Iterable[Reaction],
    *,
    voters: Voters,
    weights: Weights = DEFAULT_WEIGHTS,
    meanings: Mapping[str, Meaning] = MEANINGS,
    holds_cleared_at: str | None = None,
) -> Verdict:
    """The verdict of one draft from the reactions on it, in any order and with repeats.

    holds_cleared_at: Slack's time of the steward's clearing; holds up to then no longer count.
    """
    present = [
        (reaction, meaning)
        for reaction in fold(reactions)
        if reaction.present and reaction.user not in voters.ignored
        if (meaning := meanings.get(canonical(reaction.name))) is not None
    ]
    polarity = _polarities(present)
    positive = sum(voters.weight(user, weights) for user, sign in polarity.items() if sign > 0)
    negative = sum(voters.weight(user, weights) for user, sign in polarity.items() if sign < 0)
    cleared = Decimal(holds_cleared_at) if holds_cleared_at is not None else None
    holds = [(r, m) for r, m in present if m.holds and (cleared is None or Decimal(r.event_ts) > cleared)]
    owner_polarity = polarity.get(voters.owner, 0)
    return Verdict(
        state="held" if holds else _state(positive, negative, owner_negative=owner_polarity < 0),
        positive=positive,
        negative=negative,
        owner_polarity=owner_polarity,
        example=any(user == voters.owner or user in voters.editors for user in _users(present, "example")),
        held_by=_in_order(reaction.user for reaction, _ in holds),
        alarmed_by=_in_order(_users(holds, "alarm")),
        fixers=_in_order(_users(present, "fix")),
        sounds_right=len(_users(present, "sounds right")),
        sounds_like_ai=len(_users(present, "sounds like AI")),
        in_favour=_in_order(user for user, sign in polarity.items() if sign > 0),
        against=_in_order(user for user, sign in polarity.items() if sign < 0),
    )


def taught(meanings: Mapping[str, Meaning]) -> dict[MeaningName, str]:
    """One emoji for each meaning that is taught, the first that has it; meanings without any are left out."""
    first = {meaning.name: emoji for emoji, meaning in reversed(list(meanings.items()))}
    return {name: first[name] for name in TAUGHT if name in first}


def _age_key(reaction: Reaction) -> tuple[Decimal, bool]:
    return Decimal(reaction.event_ts), reaction.present


def _is_older(known: Reaction | None, at: str) -> bool:
    return known is None or Decimal(known.event_ts) < Decimal(at)


def _polarities(present: Iterable[tuple[Reaction, Meaning]]) -> dict[str, Polarity]:
    """Each person's latest word that is still there; at the same instant the no counts."""
    polar = [(reaction, meaning.polarity) for reaction, meaning in present if meaning.polarity]
    polar.sort(key=lambda said: (Decimal(said[0].event_ts), -said[1]))
    return {reaction.user: polarity for reaction, polarity in polar}


def _state(positive: int, negative: int, *, owner_negative: bool) -> VerdictState:
    if positive >= CONTESTED_FROM and negative >= CONTESTED_FROM:
        return "contested"
    if positive - negative >= DECIDING_MARGIN and not owner_negative:
        return "good"
    return "bad" if negative - positive >= DECIDING_MARGIN else "thin"


def _users(said: Iterable[tuple[Reaction, Meaning]], name: MeaningName) -> set[str]:
    return {reaction.user for reaction, meaning in said if meaning.name == name}


def _in_order(users: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(users)))
