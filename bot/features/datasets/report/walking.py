"""One by one: every finding that offers a choice, looked at in turn by one person, together with what others chose."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.features.datasets.changing import standing_choices
from bot.features.datasets.report.looking import StoredFindings
from pipeline.domain.documents import Choice
from pipeline.domain.voices import RoundId


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the walk a form is, carried by the form itself: it goes on after a restart.

    at: index into rules; len(rules) is the end, where the sum is shown.
    """

    round_id: RoundId
    rules: tuple[str, ...]
    at: int

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Place":
        facts = json.loads(text)
        return cls(RoundId(facts["round_id"]), tuple(facts["rules"]), facts["at"])

    def moved(self, steps: int) -> "Place":
        return Place(self.round_id, self.rules, max(0, min(len(self.rules), self.at + steps)))


@dataclass(frozen=True, slots=True)
class Stop:
    """What stands at a place. finding: None at the end. choices: all that was chosen, by anybody, up to now."""

    place: Place
    finding: Mapping[str, Any] | None
    choices: Mapping[str, Choice]


@dataclass(frozen=True, slots=True)
class Walk:
    """Anybody may look; choosing is ChooseFix."""

    findings: StoredFindings

    async def begin(self, round_id: RoundId) -> Stop:
        """Open ones first and blockers before others, as in the report; then those that were decided before."""
        offered = [one for one in await self.findings.of(round_id) if one["fixes"] and one["rule"] != "empty"]
        rules = [
            one["rule"] for one in sorted(offered, key=lambda one: (not one["is_open"], one["severity"] != "blocker"))
        ]
        return await self.stop(Place(round_id, tuple(rules), 0))

    async def stop(self, place: Place) -> Stop:
        """A finding that a newer report no longer has is passed over."""
        findings = {one["rule"]: one for one in await self.findings.of(place.round_id)}
        choices = await self.choices(place.round_id, findings.values())
        while place.at < len(place.rules) and place.rules[place.at] not in findings:
            place = place.moved(1)
        finding = findings[place.rules[place.at]] if place.at < len(place.rules) else None
        return Stop(place, finding, choices)

    async def choices(self, round_id: RoundId, findings: Iterable[Mapping[str, Any]]) -> dict[str, Choice]:
        async with self.findings.database.read() as tx:
            chosen = standing_choices(await tx.recipe_steps.of_round(round_id))
        choices: dict[str, Choice] = {one["rule"]: "fix" for one in findings if one["automatic"]}
        choices.update({str(rule): choice for rule, choice in chosen.items()})
        return choices
