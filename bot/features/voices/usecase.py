"""Decides whether a voice may be made, makes it, and tells about the ones there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.consent_request import ask_for_consent
from bot.drafters import ask_who_that_is, unseen_of
from bot.lookup import find_voice
from bot.owners import asked_to_attest
from pipeline.domain.drafting import Draft
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Consent, Dataset, NewVoice, Round, Voice
from pipeline.domain.work import AuditEntry
from pipeline.errors import VoiceTaken
from pipeline.ports import Clock, Database, Deciders, Membership


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """Everything `/voice show` tells. unseen: who was named to draft, and Slack does not tell who that is."""

    voice: Voice
    consent: Consent | None
    models: list[VoiceModel]
    round: Round | None
    dataset: Dataset | None
    drafts: list[Draft]
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckNewVoice:
    """Before the form is shown: is the name free? User groups to choose from, by id. Raises VoiceTaken."""

    database: Database
    people: Deciders

    async def __call__(self, team_id: str, handle: str) -> Mapping[str, str]:
        async with self.database.read() as tx:
            taken = await tx.voices.by_handle(team_id, handle)
        if taken is not None:
            raise VoiceTaken(handle, taken.steward)
        return self.people.groups(team_id)


@dataclass(frozen=True, slots=True)
class CreateVoice:
    """Makes the voice and asks its owner, or admins for one outside Slack, in one transaction. Raises VoiceTaken."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, new: NewVoice) -> Voice:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await tx.voices.add(new, now=now)
            await ask_for_consent(tx, voice, now=now, admins=asked_to_attest(self.people, voice))
            await ask_who_that_is(tx, voice, voice.drafters, now=now)
            after = {"owner": voice.owner, "drafters": voice.drafters}
            entry = AuditEntry(voice.team_id, new.steward, "voice.created", voice.handle, after=after)
            await tx.audit.record(entry, now=now)
        return voice


@dataclass(frozen=True, slots=True)
class ListVoices:
    database: Database

    async def __call__(self, team_id: str) -> list[tuple[Voice, Consent | None, list[VoiceModel]]]:
        async with self.database.read() as tx:
            return [
                (voice, await tx.consents.newest(voice.voice_id), await tx.voice_models.of_voice(voice.voice_id))
                for voice in await tx.voices.of_team(team_id)
            ]


@dataclass(frozen=True, slots=True)
class ShowVoice:
    """Raises UnknownVoice, with the nearest name."""

    database: Database
    people: Membership

    async def __call__(self, team_id: str, handle: str) -> VoiceFacts:
        async with self.database.read() as tx:
            voice = await find_voice(tx, team_id, handle)
            latest = await tx.rounds.latest(voice.voice_id)
            return VoiceFacts(
                voice=voice,
                consent=await tx.consents.newest(voice.voice_id),
                models=await tx.voice_models.of_voice(voice.voice_id),
                round=latest,
                dataset=await tx.datasets.by_id(latest.dataset_id) if latest and latest.dataset_id else None,
                drafts=await tx.drafts.of_voice(voice.voice_id),
                unseen=unseen_of(self.people, voice),
            )
