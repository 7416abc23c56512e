"""The steward has the feedback so far become texts of the next round; later feedback counts for the one after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.adding import Incoming, add_sources
from bot.cards import round_thread
from bot.features.rounds.usecase import Gathered, PreviewRound
from bot.lookup import only_collecting, only_steward
from bot.next_round import BOT, open_next
from bot.readiness import only_writing
from pipeline.domain.feedback import RoundFeedback, UsedRow
from pipeline.domain.voices import Origin, Round, Voice, VoiceId
from pipeline.domain.work import AuditEntry, Saying, WorkItem
from pipeline.errors import NoFeedback
from pipeline.feedback_rows import kto_lines, sft_lines
from pipeline.pairs_file import PairsFile
from pipeline.ports import ArtifactStore, Clock, Database, Transaction
from pipeline.round_rows import PairRow, RoundPreview, SftRow
from pipeline.verdicts import written_meanings

TAKEN: Final = "rounds.taken"
VERSIONS_FILE: Final = "better-versions.jsonl"
STARRED_FILE: Final = "starred-drafts.jsonl"
FILES: Final[dict[Origin, str]] = {"slack_message": VERSIONS_FILE, "own_draft": STARRED_FILE}


class PairMaker(Protocol):
    async def file(self, pairs: Sequence[PairRow], system: str) -> PairsFile:
        """Away from the event loop."""
        ...


@dataclass(frozen=True, slots=True)
class Blobs:
    """SHA-256 (hex) and size of the files for training, by origin; and the other rows, kept beside them."""

    texts: dict[Origin, tuple[str, int]]
    sft: str
    pairs: str
    kto: str
    pairs_file: PairsFile


@dataclass(frozen=True, slots=True)
class AskToTake:
    """Puts the work into the queue. Raises NotSteward, ConsentMissing, ConsentWithdrawn, VoiceNotReady."""

    database: Database
    clock: Clock

    async def __call__(self, voice_id: VoiceId, team_id: str, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await tx.voices.by_id(voice_id)
            if voice.team_id != team_id:
                raise NoFeedback(voice.handle)
            only_steward(voice, user)
            await only_writing(tx, voice, now)
            await tx.work.enqueue("take-feedback", f"{voice_id}:{user}", team_id, run_at=now)


@dataclass(frozen=True, slots=True)
class TakeFeedback:
    """The worker's step: files out of the feedback as it stands, and the open round reads them.

    Feedback that comes while the files are written is seen again before anything is kept: what was counted is what
    went in. All of the voice's feedback goes into the files anew, so that what was withdrawn since is left out.
    """

    database: Database
    artifacts: ArtifactStore
    preview: PreviewRound
    clock: Clock
    system: Callable[[Voice], str]
    pairs: PairMaker

    async def __call__(self, item: WorkItem) -> None:
        voice_id, user = item.subject.split(":")
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(VoiceId(int(voice_id)))
            gathered = await self.preview.gather(tx, voice)
        if not gathered.seen.sft and not gathered.seen.pairs:
            await self.nothing(item, voice, user)
            return
        blobs = await self.store(gathered.seen, self.system(voice))
        async with self.database.begin() as tx:
            await only_collecting(tx, voice)
            if await self.preview.gather(tx, voice) != gathered:
                await tx.work.again(item, run_at=self.clock())
                return
            await self.take(tx, voice, user, gathered, blobs)
            await tx.work.finish(item)

    async def nothing(self, item: WorkItem, voice: Voice, user: str) -> None:
        async with self.database.begin() as tx:
            latest = await tx.rounds.latest(voice.voice_id)
            if latest is not None:
                facts = {"handle": voice.handle, "number": latest.number, "examples": 0, "pairs": 0, "by": user}
                key = f"round:{latest.round_id}:nothing:{item.work_id}"
                await tx.outbox.say(Saying(key, TAKEN, facts, round_thread(latest)))
            await tx.work.finish(item)

    async def store(self, seen: RoundPreview, system: str) -> Blobs:
        texts: dict[Origin, tuple[str, int]] = {}
        for origin in FILES:
            if content := sft_lines(row for row in seen.sft if origin_of(row) == origin):
                texts[origin] = (await self.artifacts.put(content), len(content))
        made = await self.pairs.file(seen.pairs, system)
        return Blobs(
            texts,
            sft=await self.artifacts.put(sft_lines(seen.sft)),
            pairs=await self.artifacts.put(made.content),
            kto=await self.artifacts.put(kto_lines(seen.kto, system)),
            pairs_file=made,
        )

    async def take(self, tx: Transaction, voice: Voice, user: str, gathered: Gathered, blobs: Blobs) -> None:
        now, seen = self.clock(), gathered.seen
        round_ = await open_next(tx, voice, self.clock)
        await self.replace_files(tx, voice, round_, blobs)
        feedback = RoundFeedback(
            round_id=round_.round_id,
            team_id=voice.team_id,
            taken_by=user,
            taken_at=now,
            sft_blob=blobs.sft,
            pairs_blob=blobs.pairs,
            kto_blob=blobs.kto,
            examples=len(seen.sft),
            pairs=blobs.pairs_file.pairs,
            used=used_rows(gathered),
            meanings=written_meanings(gathered.meanings),
            pair_tokens=blobs.pairs_file.tokens,
        )
        await tx.round_feedbacks.take(feedback)
        facts: dict[str, Any] = {
            "handle": voice.handle,
            "number": round_.number,
            "by": user,
            "examples": len(seen.sft),
            "pairs": feedback.pairs,
        }
        await tx.outbox.say(Saying(f"round:{round_.round_id}:taken", TAKEN, facts, round_thread(round_)))
        after = {"examples": len(seen.sft), "pairs": feedback.pairs, "sft": blobs.sft, "pairs_file": blobs.pairs}
        entry = AuditEntry(voice.team_id, user, "round.feedback_taken", round_.card_key, after=after)
        await tx.audit.record(entry, now=now)

    async def replace_files(self, tx: Transaction, voice: Voice, round_: Round, blobs: Blobs) -> None:
        """What an earlier round took in is in the new files, as it stands now."""
        names = set(FILES.values())
        for source in await tx.sources.of_round(round_.round_id):
            if source.name in names and source.state in ("waiting", "read"):
                await tx.sources.update(source.source_id, state="withdrawn")
        incoming = [
            Incoming(FILES[origin], size_bytes, origin, "slack", sha256=sha256)
            for origin, (sha256, size_bytes) in blobs.texts.items()
        ]
        await add_sources(tx, round_, voice, BOT, incoming, now=self.clock())


def origin_of(row: SftRow) -> Origin:
    return "own_draft" if row.by is None else "slack_message"


def used_rows(gathered: Gathered) -> tuple[UsedRow, ...]:
    """Which draft and which rewrite each example came from; drafts that only judge or compare have row 0."""
    rewrites = {(one.facts.draft_id, one.facts.text): one.rewrite_id for one in gathered.rewrites}
    rows = [
        UsedRow(row.draft_id, rewrites.get((row.draft_id, row.text)) if row.by else None, number)
        for number, row in enumerate(gathered.seen.sft, start=1)
    ]
    others = {pair.draft_id for pair in gathered.seen.pairs if pair.draft_id is not None}
    others -= {row.draft_id for row in rows}
    return (*rows, *(UsedRow(draft_id, None, 0) for draft_id in sorted(others)))
