"""An admin vouches that an owner outside Slack agreed: the signed note is kept first, only then consent is given."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.cards import say_voice_card
from bot.features.consent.ending import ends_soon, say_renewed
from bot.features.consent.usecase import answered, give, vouched
from bot.owners import only_attestant, told_for_owner
from pipeline.domain.attestations import Attestation, AttestationId, NewAttestation
from pipeline.domain.voices import Consent, ConsentId, Voice
from pipeline.domain.work import Place, Saying, WorkItem
from pipeline.errors import AlreadyDecided, ConsentError, DataError, NotTheOwner
from pipeline.ports import Clock, Database, Deciders, ErasableStore, FileFetcher, Transaction

NOT_KEPT: Final = "consent.note_not_kept"


@dataclass(frozen=True, slots=True)
class CheckAttestant:
    """Before the form is opened. Raises OwnerIsOutside, OwnAttestation, AlreadyDecided."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, consent_id: ConsentId, user: str) -> Voice:
        async with self.database.read() as tx:
            voice, _ = await attestable(tx, self.people, consent_id, user, self.clock())
        return voice


@dataclass(frozen=True, slots=True)
class AttestConsent:
    """Writes down who vouches and for what; the worker fetches the note. Raises what CheckAttestant raises."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, said: NewAttestation) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            await attestable(tx, self.people, said.consent_id, said.by, now)
            attestation = await tx.attestations.add(said, now=now)
            await tx.work.enqueue("keep-note", attestation.attestation_id, said.team_id, run_at=now)


@dataclass(frozen=True, slots=True)
class KeepNote:
    """item.subject: the attestation. A note that Slack does not give attests nothing; its admin is told."""

    database: Database
    artifacts: ErasableStore
    files: FileFetcher
    people: Deciders
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            attestation = await tx.attestations.by_id(AttestationId(int(item.subject)))
        try:
            async with self.files.fetch(attestation.said.slack_file_id) as note:
                blob = await self.artifacts.put_file(note.path)
        except DataError:
            blob = None
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            given = blob is not None and await self.settle(tx, replace(attestation, note_blob=blob))
            if not given:
                await self.drop(tx, attestation, "late" if blob else "file")
            if blob is not None and not given:
                await self.leave(tx, blob)
            await tx.work.finish(item)

    async def settle(self, tx: Transaction, attestation: Attestation) -> bool:
        """Whether it counts: another admin may have been first."""
        said, now = attestation.said, self.clock()
        try:
            voice, consent = await attestable(tx, self.people, said.consent_id, said.by, now)
        except (AlreadyDecided, ConsentError):
            return False
        new = consent if consent.state == "asked" else await tx.consents.ask(voice.voice_id, voice.owner, now=now)
        await tx.attestations.keep(attestation.attestation_id, attestation.note_blob or "", new.consent_id)
        until = said.limits.until or now
        await tx.consents.decide(
            new.consent_id, expected="asked", state="given", at=now, until=until, limits=said.limits
        )
        await give(tx, voice, until, said.limits, self.clock, vouched=vouched(attestation))
        await answered(tx, voice, new, "given", now, said.limits, by=said.by, vouched=vouched(attestation))
        if consent is not new:
            await say_renewed(tx, told_for_owner(self.people, voice), voice, consent, until)
        await say_voice_card(tx, voice, now=now)
        return True

    async def drop(self, tx: Transaction, attestation: Attestation, why: str) -> None:
        said = attestation.said
        await tx.attestations.drop(attestation.attestation_id)
        consent = await tx.consents.by_id(said.consent_id)
        voice = await tx.voices.by_id(consent.voice_id)
        facts = {"handle": voice.handle, "owner": voice.owner, "name": said.name, "why": why}
        direct = Place(team_id=said.team_id, user_id=said.by)
        key = f"attestation:{attestation.attestation_id}:not-kept"
        await tx.outbox.say(Saying(key, NOT_KEPT, facts, direct))

    async def leave(self, tx: Transaction, blob: str) -> None:
        """Before the step is done: a process that dies here comes back and deletes it then."""
        if blob not in await tx.whole_voices.blobs_in_use([blob]):
            await self.artifacts.delete(blob)


async def attestable(
    tx: Transaction, people: Deciders, consent_id: ConsentId, user: str, now: datetime
) -> tuple[Voice, Consent]:
    """Consent that waits, or that ends soon or has ended.

    Raises NotTheOwner where the owner is asked, OwnerIsOutside, OwnAttestation, AlreadyDecided.
    """
    consent = await tx.consents.by_id(consent_id)
    voice = await tx.voices.by_id(consent.voice_id)
    if voice.owner_is_here:
        raise NotTheOwner(voice.owner)
    only_attestant(people, voice, user)
    newest = await tx.consents.newest(voice.voice_id) or consent
    if newest.consent_id != consent_id or not (newest.state == "asked" or ends_soon(newest, now)):
        raise AlreadyDecided(newest.state, newest.owner, newest.decided_at)
    return voice, newest
