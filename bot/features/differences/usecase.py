"""Somebody asks what changed; the worker compares the two stored datasets and tells that person alone."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from bot.cards import round_thread
from pipeline.domain.differences import Seen
from pipeline.domain.voices import DatasetId, NewDataset, RecipeStep, Round, RoundId
from pipeline.domain.work import Place, Saying, WorkItem
from pipeline.errors import NothingToCompare
from pipeline.ports import ArtifactStore, Clock, Database, Transaction

SHOWN: Final = "differences.shown"
SAMPLES: Final = 3  # texts in one message, word by word


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to see it, and where. delivery: of the press, so that a repeated one shows it once."""

    team_id: str
    channel_id: str
    user: str
    delivery: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two datasets of one voice. since: the number of the round the first is from; 0 is the version just before.

    offset: how many examples were shown already.
    """

    round_id: RoundId
    before: DatasetId
    after: DatasetId
    since: int
    offset: int = 0

    def as_text(self) -> str:
        return ".".join(str(number) for number in (self.round_id, self.before, self.after, self.since, self.offset))

    @classmethod
    def of_text(cls, text: str) -> "Comparison":
        round_id, before, after, since, offset = map(int, text.split("."))
        return cls(RoundId(round_id), DatasetId(before), DatasetId(after), since, offset)


class Comparer(Protocol):
    """Compares away from the event loop. Raises UnreadableFile."""

    async def compare(self, before: tuple[bytes, ...], after: tuple[bytes, ...], offset: int, samples: int) -> Seen:
        """before, after: recipe, fates and the rows of train, validation and test, as they are stored."""
        ...


@dataclass(frozen=True, slots=True)
class AskWhatChanged:
    """Since the version just before, or since the round before. Raises NothingToCompare."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, wish: Wish, *, since_last_round: bool) -> None:
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(round_id)
            earlier = await tx.rounds.before(round_) if since_last_round else None
            before = earlier.dataset_id if earlier else None if since_last_round else round_.previous_dataset_id
            await self.only_comparable(tx, round_, wish, before)
            assert before is not None
            assert round_.dataset_id is not None
            since = earlier.number if earlier else 0
            await self.enqueue(tx, Comparison(round_id, before, round_.dataset_id, since), wish)

    async def more(self, comparison: Comparison, wish: Wish) -> None:
        async with self.database.begin() as tx:
            await self.only_comparable(tx, await tx.rounds.by_id(comparison.round_id), wish, comparison.before)
            await self.enqueue(tx, comparison, wish)

    async def only_comparable(self, tx: Transaction, round_: Round, wish: Wish, before: DatasetId | None) -> None:
        if round_.team_id != wish.team_id or before is None or round_.dataset_id is None:
            raise NothingToCompare
        for dataset_id in (before, round_.dataset_id):
            if not (await tx.datasets.by_id(dataset_id)).facts.fates_blob:
                raise NothingToCompare

    async def enqueue(self, tx: Transaction, comparison: Comparison, wish: Wish) -> None:
        where = (wish.channel_id, wish.thread_ts or "", wish.user, wish.delivery)
        subject = "|".join([comparison.as_text(), *where])
        await tx.work.enqueue("difference", subject, wish.team_id, run_at=self.clock())


@dataclass(frozen=True, slots=True)
class ShowWhatChanged:
    """The worker's side."""

    database: Database
    artifacts: ArtifactStore
    comparer: Comparer

    async def __call__(self, item: WorkItem) -> None:
        comparison, wish = read_subject(item)
        async with self.database.read() as tx:
            round_ = await tx.rounds.by_id(comparison.round_id)
            handle = (await tx.voices.by_id(round_.voice_id)).handle
            datasets = [await tx.datasets.by_id(one) for one in (comparison.before, comparison.after)]
            who = doers(await tx.recipe_steps.of_round(round_.round_id))
        before, after = [await self.blobs(dataset.facts) for dataset in datasets]
        seen = await self.comparer.compare(before, after, comparison.offset, SAMPLES)
        facts = facts_of(comparison, seen, who) | {"handle": handle, "number": round_.number}
        async with self.database.begin() as tx:
            await tx.outbox.say(saying(item, wish, round_, facts))
            await tx.work.finish(item)

    async def blobs(self, facts: NewDataset) -> tuple[bytes, ...]:
        names = (facts.recipe_blob, facts.fates_blob, facts.train_blob, facts.validation_blob, facts.test_blob)
        return tuple([await self.artifacts.get(name) for name in names])


def read_subject(item: WorkItem) -> tuple[Comparison, Wish]:
    compared, channel_id, thread_ts, user, delivery = item.subject.split("|", 4)
    return Comparison.of_text(compared), Wish(item.team_id, channel_id, user, delivery, thread_ts or None)


def saying(item: WorkItem, wish: Wish, round_: Round, facts: dict[str, Any]) -> Saying:
    pressed_in = Place(wish.team_id, channel_id=wish.channel_id, thread_ts=wish.thread_ts)
    place = pressed_in if wish.channel_id else round_thread(round_)
    return Saying(f"difference:{item.subject}", SHOWN, facts, place, only_for=wish.user)


def doers(steps: Iterable[RecipeStep]) -> dict[str, str]:
    """Who made the newest choice about what; see pipeline.difference_words.Line."""
    who: dict[str, str] = {}
    for step in steps:
        by = (step.undone_by or step.by) if step.undone_at else step.by
        about = f"excluded\n{step.excluded}" if step.excluded else step.rule or "filters"
        who[about] = by
    return who


def facts_of(comparison: Comparison, seen: Seen, who: dict[str, str]) -> dict[str, Any]:
    shown = comparison.offset + len(seen.samples)
    further = Comparison(comparison.round_id, comparison.before, comparison.after, comparison.since, shown)
    return {
        "since": comparison.since,
        "offset": comparison.offset,
        "lines": [{"text": line.text, "by": who.get(line.about)} for line in seen.lines],
        "samples": [asdict(sample) for sample in seen.samples],
        "left": seen.rewritten - shown,
        "more": further.as_text(),
    }
