"""The worker's side: picks the requests, then writes one draft at a time, each an idempotent step that pays once."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.features.baseline.sayings import say_asked, say_pair, say_standing
from bot.few_shot import COMPARED_TOKENS, FewShots
from bot.paid_texts import TEMPERATURE, PaidTexts, may_send
from bot.readiness import only_writing
from bot.slack.failures import sentence_for
from pipeline.blind import alike
from pipeline.domain.baselines import Baseline, BaselineId, HeldOut, Pair, PairId
from pipeline.domain.drafting import Shot, Written
from pipeline.domain.spending import Price
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import AppError, TooFewToCompare
from pipeline.few_shot import COPIED_WORDS, MIN_PAIRS, MIN_WORDS
from pipeline.ports import ArtifactStore, Clock, Database, Providers, Transaction


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
    """One draft."""

    database: Database
    artifacts: ArtifactStore
    providers: Providers
    shots: FewShots
    texts: PaidTexts
    clock: Clock
    system: Callable[[Voice], str]

    async def __call__(self, item: WorkItem) -> None:
        async with self.texts.alone(item) as is_mine:
            if not is_mine:
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
        price = await self.shots.price(facts.team_id, facts.provider, facts.base)
        sent = await self.begin(item)
        if sent is None:
            return
        asked = self.ask(case, sent, posts, price)
        came = await self.texts.answer(item, sent, asked, save)
        if came is not None:
            await self.keep(item, case, held_out, *came)

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
            if not may_send(item, pair):
                await self.ended(tx, item, replace(pair, state="skipped"))
                return None
            sent = replace(pair, sends=pair.sends + 1)
            await tx.baseline_pairs.update(sent)
            await tx.work.keep(item)
            return sent

    async def ask(self, case: Case, pair: Pair, posts: tuple[Shot, ...], price: Price) -> Written:
        facts = case.baseline.facts
        return await self.providers.writing(facts.provider).write(
            model=facts.base,
            system=self.system(case.voice),
            brief=pair.prompt,
            max_tokens=COMPARED_TOKENS,
            temperature=TEMPERATURE,
            sensitivity=case.dataset.facts.sensitivity(case.voice),
            shots=posts,
            price=price,
        )

    async def keep(self, item: WorkItem, case: Case, held_out: HeldOut, paid: Pair, written: Written) -> None:
        """The two texts as judges will read them; a copy, or too little to judge by, is thrown away."""
        real, draft = alike(held_out.text, written.text)
        copied = await self.shots.longest_copy(case.dataset, draft, at_least=COPIED_WORDS)
        if copied or len(draft.split()) < MIN_WORDS:
            async with self.database.begin() as tx:
                await save(tx, paid)
                await tx.work.again(item, run_at=self.clock())
            return
        blob = await self.artifacts.put(json.dumps({"real": real, "draft": draft}, ensure_ascii=False).encode())
        async with self.database.begin() as tx:
            await self.ended(tx, item, replace(paid, state="written", shown_blob=blob))

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


async def save(tx: Transaction, pair: Pair) -> None:
    await tx.baseline_pairs.update(pair)


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
