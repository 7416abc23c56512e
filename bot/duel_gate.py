"""Whether a version may write for the voice's name: what it beat, and what stands in its way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.versions import in_force, name_of
from pipeline.domain.duels import Duel
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Voice, VoiceId
from pipeline.duels import outcome
from pipeline.ports import Transaction


@dataclass(frozen=True, slots=True)
class Gate:
    """beats_plain: whether plain prompting lost a duel against it, or against a version that it beat; through: that
    version's name. beats_current: the same against the version in force; None where there is no other. current: its
    name."""

    beats_plain: bool
    through: str | None
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


@dataclass(frozen=True, slots=True)
class Proof:
    """The duel that plain prompting lost, and the version that won it."""

    winner: VoiceModel
    duel: Duel


async def proof_of(tx: Transaction, voice_id: VoiceId) -> Proof | None:
    """Why a voice's texts need no comparison with plain prompting any more: what the promoted version has beaten."""
    models, duels = await tx.voice_models.of_voice(voice_id), await tx.duels.of_voice(voice_id)
    force = in_force(models)
    return proof(duels, force, models) if force is not None and force.state == "promoted" else None


def proof(duels: list[Duel], model: VoiceModel, models: list[VoiceModel]) -> Proof | None:
    """A version that beat one that beat plain prompting has beaten it too, unless it met plain prompting itself.

    duels, models: of one voice, oldest first.
    """
    plain = [each for each in models if each.version == 0 and each.version != model.version]
    met = [duel for each in plain if (duel := deciding(duels, model, each)) is not None]
    if met:
        return Proof(model, met[-1]) if is_won(met[-1], model) else None
    older = [each for each in models if 0 < each.version < model.version and beats(duels, model, each)]
    found = (proof(duels, each, models) for each in reversed(older))
    return next((each for each in found if each is not None), None)


def beats(duels: list[Duel], model: VoiceModel, rival: VoiceModel) -> bool:
    """Whether the newest duel of the two that has a verdict was won. duels: oldest first."""
    duel = deciding(duels, model, rival)
    return duel is not None and is_won(duel, model)


def deciding(duels: list[Duel], model: VoiceModel, rival: VoiceModel) -> Duel | None:
    of_both = {model.voice_model_id, rival.voice_model_id}
    closed = [duel for duel in duels if duel.state == "closed" and {duel.facts.one, duel.facts.other} == of_both]
    return next((duel for duel in reversed(closed) if outcome(duel).verdict in ("won", "lost")), None)


def is_won(duel: Duel, model: VoiceModel) -> bool:
    return (outcome(duel).verdict == "won") == (duel.facts.one == model.voice_model_id)


async def gate_of(tx: Transaction, voice: Voice, model: VoiceModel) -> Gate:
    models, duels = await tx.voice_models.of_voice(voice.voice_id), await tx.duels.of_voice(voice.voice_id)
    force = in_force(models)
    rival = (
        force if force is not None and force.state == "promoted" and force.version not in (0, model.version) else None
    )
    known = proof(duels, model, models)
    return Gate(
        beats_plain=model.version == 0 or known is not None,
        through=name_of(voice, known.winner) if known and known.winner.version != model.version else None,
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
        "gate": {
            "plain": gate.beats_plain,
            "through": gate.through,
            "current": gate.beats_current,
            "name": gate.current,
        },
        "is_open": gate.is_open,
        "better": {"model_id": better.voice_model_id, "name": name_of(voice, better), "version": better.version},
        "worse": {"model_id": worse.voice_model_id, "name": name_of(voice, worse), "version": worse.version},
        "is_promoted": better.state == "promoted",
        "retired": [each.version for each in (one, other) if each.state == "retired"],
        "has_consent": consent is not None and consent.covers(now),
    }
