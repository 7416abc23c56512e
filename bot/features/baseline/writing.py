"""The worker's side: picks the requests, then writes one draft at a time, each an idempotent step that pays once."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.features.baseline.sayings import say_asked, say_pair, say_standing
from bot.features.baseline.usecase import SENDS
from bot.few_shot import COMPARED_TOKENS, FewShots
from bot.readiness import only_writing
from bot.slack.failures import sentence_for
from pipeline.blind import alike
from pipeline.domain.baselines import Baseline, BaselineId, HeldOut, Pair, PairId
from pipeline.domain.drafting import Shot, Written
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import (
    AppError,
    ProviderBusy,
    ProviderUnavailable,
    TooFewToCompare,
)
from pipeline.few_shot import COPIED_WORDS, MIN_PAIRS, MIN_WORDS
from pipeline.ports import ArtifactStore, Clock, Database, LivenessLocks, Providers, Transaction

TEMPERATURE: Final = 0.7  # as a draft's own default
MAX_TRIES: Final = 8  # with the waits below about four minutes: a sleeping model needs 90 s to wake
LONGEST_WAIT_S: Final = 60
ELSEWHERE_WAIT_S: Final = 5


@dataclass(frozen=True, slots=True)
class Case:
    """What a comparison is about."""

    baseline: Baseline
    voice: Voice
    round: Round
    dataset: Dataset


@dataclass(frozen=True, slots=True)
class PickRequests:
    """The first step: which held-out requests are judged. A repetition picks the same ones."""

    database: Database
    shots: FewShots
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            case = await load(tx, BaselineId(int(item.subject)))
        held_out = await self.shots.held_out(case.dataset)
        now = self.clock()
        async with self.database.begin() as tx:
            case = await load(tx, case.baseline.baseline_id)
            if case.baseline.state == "drafting" and len(held_out) < MIN_PAIRS:
                await fail(tx, case, TooFewToCompare(len(held_out), MIN_PAIRS), self.clock)
            elif case.baseline.state == "drafting":
                await tx.baseline_pairs.fill(case.baseline, [one.prompt for one in held_out])
                case = await load(tx, case.baseline.baseline_id)
                for pair in case.baseline.pairs:
                    await tx.work.enqueue("baseline-draft", pair.pair_id, item.team_id, run_at=now)
                await say_standing(tx, case.baseline, case.voice, case.round)
            await tx.work.finish(item)


@dataclass(frozen=True, slots=True)
class WriteFewShot:
    """One draft. The send is counted before it is made, so that no crash makes the bill larger than what is held."""

    database: Database
    artifacts: ArtifactStore
    providers: Providers
    shots: FewShots
    locks: LivenessLocks
    clock: Clock
    system: Callable[[Voice], str]

    async def __call__(self, item: WorkItem) -> None:
        async with self.locks.hold(f"baseline-draft:{item.subject}") as is_mine:
            if not is_mine:  # another worker, perhaps one whose lease ran out, is paying for this draft right now
                await self.later(item, wait_s=ELSEWHERE_WAIT_S)
                return
            try:
                await self.draft(item)
            except AppError as error:  # no price, no permission, a definite no: no other draft would fare better
                async with self.database.begin() as tx:
                    await fail(tx, await of_pair(tx, item), error, self.clock)
                    await tx.work.finish(item)

    async def draft(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            case = await of_pair(tx, item)
        pair = pair_of(case, item)
        held_out = (await self.shots.held_out(case.dataset))[pair.number - 1]
        facts = case.baseline.facts
        posts = await self.shots.shots(
            case.dataset, held_out.prompt, provider=facts.provider, base=facts.base, max_tokens=COMPARED_TOKENS
        )
        sent = await self.begin(item)
        if sent is not None:
            await self.write(item, case, sent, held_out, posts)

    async def begin(self, item: WorkItem) -> Pair | None:
        """The send is on record before anything leaves. None: there is nothing to write (any more).

        Raises ConsentMissing, ConsentWithdrawn, VoiceNotReady.
        """
        async with self.database.begin() as tx:
            case = await of_pair(tx, item)
            pair = pair_of(case, item)
            if case.baseline.state != "drafting" or pair.state != "asked":
                await tx.work.finish(item)
                return None
            await only_writing(tx, case.voice, self.clock())
            if pair.sends >= SENDS or item.attempts > MAX_TRIES:
                await self.ended(tx, item, replace(pair, state="skipped"))
                return None
            sent = replace(pair, sends=pair.sends + 1)
            await tx.baseline_pairs.update(sent)
            await tx.work.keep(item)
            return sent

    async def write(self, item: WorkItem, case: Case, pair: Pair, held_out: HeldOut, posts: tuple[Shot, ...]) -> None:
        facts = case.baseline.facts
        try:
            written = await self.providers.writing(facts.provider).write(
                model=facts.base,
                system=self.system(case.voice),
                brief=pair.prompt,
                max_tokens=COMPARED_TOKENS,
                temperature=TEMPERATURE,
                sensitivity=case.dataset.facts.sensitivity(case.voice),
                shots=posts,
            )
        except ProviderBusy:  # definite: nothing was taken, so nothing was sent
            await self.again(item, replace(pair, sends=pair.sends - 1), wait_s=min(LONGEST_WAIT_S, 2**item.attempts))
        except ProviderUnavailable:
            await self.again(item, pair, wait_s=min(LONGEST_WAIT_S, 2**item.attempts))
        except AppError:
            async with self.database.begin() as tx:
                await tx.baseline_pairs.update(replace(pair, answered=pair.answered + 1))  # answered, and free
                await tx.work.keep(item)
            raise
        else:
            await self.keep(item, case, pair, held_out, written)

    async def keep(self, item: WorkItem, case: Case, pair: Pair, held_out: HeldOut, written: Written) -> None:
        """The two texts as judges will read them; a copy, or too little to judge by, is thrown away."""
        paid = replace(pair, answered=pair.answered + 1, cost_microusd=pair.cost_microusd + written.cost_microusd)
        real, draft = alike(held_out.text, written.text)
        copied = await self.shots.longest_copy(case.dataset, draft, at_least=COPIED_WORDS)
        if copied or len(draft.split()) < MIN_WORDS:
            await self.again(item, paid, wait_s=0)
            return
        blob = await self.artifacts.put(json.dumps({"real": real, "draft": draft}, ensure_ascii=False).encode())
        async with self.database.begin() as tx:
            await self.ended(tx, item, replace(paid, state="written", shown_blob=blob))

    async def again(self, item: WorkItem, pair: Pair, *, wait_s: float) -> None:
        async with self.database.begin() as tx:
            await tx.baseline_pairs.update(pair)
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=wait_s))

    async def later(self, item: WorkItem, *, wait_s: float) -> None:
        async with self.database.begin() as tx:
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=wait_s))

    async def ended(self, tx: Transaction, item: WorkItem, pair: Pair) -> None:
        """This pair is done; after the last one the money is settled and the judges are asked."""
        await of_pair(tx, item)  # locks the comparison: of two last pairs, the later one sees both
        await tx.baseline_pairs.update(pair)
        case = await of_pair(tx, item)
        if case.baseline.state == "drafting" and all(one.state != "asked" for one in case.baseline.pairs):
            await self.ask_judges(tx, case)
        else:
            await say_standing(tx, case.baseline, case.voice, case.round)
        await tx.work.finish(item)

    async def ask_judges(self, tx: Transaction, case: Case) -> None:
        baseline = case.baseline
        if len(baseline.to_judge) < MIN_PAIRS:
            await fail(tx, case, TooFewToCompare(len(baseline.to_judge), MIN_PAIRS), self.clock)
            return
        await tx.baselines.end(baseline, "judging", bill_microusd=baseline.bill_microusd)
        baseline = await tx.baselines.by_id(baseline.baseline_id)
        for judge in baseline.facts.judges:
            await say_asked(tx, baseline, case.voice, judge)
            for pair in baseline.to_judge:
                await say_pair(tx, self.artifacts, baseline, pair, judge)
        await say_standing(tx, baseline, case.voice, case.round)
        after = {"bill_microusd": baseline.bill_microusd, "pairs": len(baseline.to_judge)}
        entry = AuditEntry(baseline.facts.team_id, "understudy", "baseline.drafted", case.round.card_key, after=after)
        await tx.audit.record(entry, now=self.clock())


async def fail(tx: Transaction, case: Case, error: AppError, clock: Clock) -> None:
    """Says why in the thread and settles what was spent so far; a comparison that ended before stays as it is."""
    baseline, failure = case.baseline, sentence_for(error)
    if baseline.state != "drafting":
        return
    await tx.baselines.end(baseline, "failed", bill_microusd=baseline.bill_microusd, failure=failure)
    await say_standing(tx, await tx.baselines.by_id(baseline.baseline_id), case.voice, case.round)
    after = {"why": type(error).__name__, "bill_microusd": baseline.bill_microusd}
    entry = AuditEntry(baseline.facts.team_id, "understudy", "baseline.failed", case.round.card_key, after=after)
    await tx.audit.record(entry, now=clock())


async def load(tx: Transaction, baseline_id: BaselineId) -> Case:
    baseline = await tx.baselines.by_id(baseline_id)
    facts = baseline.facts
    voice, round_ = await tx.voices.by_id(facts.voice_id), await tx.rounds.by_id(facts.round_id)
    return Case(baseline, voice, round_, await tx.datasets.by_id(facts.dataset_id))


async def of_pair(tx: Transaction, item: WorkItem) -> Case:
    return await load(tx, await tx.baseline_pairs.baseline_of(PairId(int(item.subject))))


def pair_of(case: Case, item: WorkItem) -> Pair:
    return next(pair for pair in case.baseline.pairs if pair.pair_id == int(item.subject))
