"""Whether a version may write for the voice's name: what it beat, and what stands in its way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.versions import in_force, name_of
from pipeline.domain.duels import Duel
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Voice
from pipeline.duels import outcome
from pipeline.ports import Transaction


@dataclass(frozen=True, slots=True)
class Gate:
    """beats_plain: whether a closed duel against plain prompting was won. beats_current: the same against the version
    in force; None where there is no other. current: its name."""

    beats_plain: bool
    beats_current: bool | None
    current: str | None

    @property
    def unbeaten(self) -> str:
        """What it has not beaten, in words."""
        current = (self.current or "") if self.beats_current is False else ""
        return " and ".join(filter(None, ["" if self.beats_plain else "plain", current]))

    @property
    def is_open(self) -> bool:
        return self.beats_plain and self.beats_current is not False


def beats(duels: list[Duel], model: VoiceModel, rival: VoiceModel) -> bool:
    """Whether the newest duel of the two that has a verdict was won. duels: oldest first."""
    of_both = {model.voice_model_id, rival.voice_model_id}
    for duel in reversed(duels):
        if duel.state == "closed" and {duel.facts.one, duel.facts.other} == of_both:
            found = outcome(duel).verdict
            if found in ("won", "lost"):
                return (found == "won") == (duel.facts.one == model.voice_model_id)
    return False


async def gate_of(tx: Transaction, voice: Voice, model: VoiceModel) -> Gate:
    models, duels = await tx.voice_models.of_voice(voice.voice_id), await tx.duels.of_voice(voice.voice_id)
    plain = [each for each in models if each.version == 0 and each.version != model.version]
    force = in_force(models)
    rival = (
        force if force is not None and force.state == "promoted" and force.version not in (0, model.version) else None
    )
    return Gate(
        beats_plain=model.version == 0 or any(beats(duels, model, each) for each in plain),
        beats_current=beats(duels, model, rival) if rival else None,
        current=name_of(voice, rival) if rival else None,
    )


async def gate_facts(tx: Transaction, duel: Duel, voice: Voice, *, now: datetime) -> dict[str, Any]:
    """What the result card adds to the votes. The gate is the winner's; where nobody won, the first's."""
    one, other = await tx.voice_models.by_id(duel.facts.one), await tx.voice_models.by_id(duel.facts.other)
    better = other if outcome(duel).verdict == "lost" else one
    worse = one if better is other else other
    gate = await gate_of(tx, voice, better)
    consent = await tx.consents.newest(voice.voice_id)
    return {
        "gate": {"plain": gate.beats_plain, "current": gate.beats_current, "name": gate.current},
        "is_open": gate.is_open,
        "better": {"model_id": better.voice_model_id, "name": name_of(voice, better), "version": better.version},
        "worse": {"model_id": worse.voice_model_id, "name": name_of(voice, worse), "version": worse.version},
        "is_promoted": better.state == "promoted",
        "retired": [each.version for each in (one, other) if each.state == "retired"],
        "has_consent": consent is not None and consent.covers(now),
    }
