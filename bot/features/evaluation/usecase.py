"""The worker tries a new version on held-out requests: one draft a step, each counted before it is sent for."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Protocol, get_args

from bot.cards import round_thread
from bot.few_shot import TOKENS_PER_WORD, FewShots
from bot.offers import prices_in_force
from bot.readiness import only_with_consent
from pipeline.domain.baselines import HeldOut
from pipeline.domain.drafting import Shot, Written
from pipeline.domain.evaluations import Contender, Evaluation, Try
from pipeline.domain.spending import Price
from pipeline.domain.training import VoiceModel, VoiceModelId
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.domain.work import AuditEntry, Saying, WorkItem
from pipeline.drift import Shape, drifted
from pipeline.errors import AppError, ConsentError, ProviderBusy, ProviderUnavailable
from pipeline.ports import ArtifactStore, Clock, Database, LivenessLocks, Providers, Transaction

EVALUATED: Final = "evaluation.told"
WORDS: Final = 700  # of a draft: at this length likeness means what it says
TEMPERATURE: Final = 0.7  # as a draft's own default
SENDS: Final = 4  # for each draft; a sleeping model takes 90 s to wake
WAIT_S: Final = 30
ELSEWHERE_WAIT_S: Final = 5
P95: Final = 0.95
BOT: Final = "understudy"


class Evaluator(Protocol):
    """Judges away from the event loop. blobs: of a dataset, as FewShots names them. Raises UnreadableFile."""

    async def evaluate(self, blobs: Sequence[bytes], drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Case:
    """What is evaluated. evaluation: None before its requests are picked."""

    model: VoiceModel
    voice: Voice
    round: Round
    dataset: Dataset
    evaluation: Evaluation | None
    before: VoiceModel | None


@dataclass(frozen=True, slots=True)
class EvaluateModel:
    """What the worker calls for kind "evaluate". A version that nobody could try is no failure: it drafts all the same.

    system: the same sentence the voice's training rows begin with.
    """

    database: Database
    artifacts: ArtifactStore
    providers: Providers
    shots: FewShots
    evaluator: Evaluator
    locks: LivenessLocks
    clock: Clock
    system: Callable[[Voice], str]

    async def __call__(self, item: WorkItem) -> None:
        async with self.locks.hold(f"evaluate:{item.subject}") as is_mine:
            if not is_mine:  # another worker, perhaps one whose lease ran out, is paying for a draft right now
                return await self.again(item, ELSEWHERE_WAIT_S)
            async with self.database.read() as tx:
                case = await load(tx, VoiceModelId(int(item.subject)))
            if case is None:
                return await self.finish(item)
            if case.evaluation is None:
                return await self.pick(item, case)
            if (pending := case.evaluation.next) is not None:
                return await self.draft(item, case, pending)
            await self.tell(item, case, case.evaluation)

    async def pick(self, item: WorkItem, case: Case) -> None:
        try:
            held_out = await self.shots.held_out(case.dataset)
        except AppError:  # its texts can't be read any more: there is nothing to try it on
            return await self.finish(item)
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            new = Evaluation(item.team_id, case.model.voice_model_id, self.clock(), tries_for(held_out))
            await tx.evaluations.start(new)
            if held_out:
                await tx.work.again(item, run_at=self.clock())
            else:
                await tx.work.finish(item)

    async def draft(self, item: WorkItem, case: Case, pending: Try) -> None:
        sent = await self.begin(item, case, pending)
        if sent is None:
            return
        try:
            written = await self.write(case, sent)
        except (ProviderBusy, ProviderUnavailable):
            await self.keep(item, case, sent if sent.sends < SENDS else replace(sent, state="skipped"), WAIT_S)
        except AppError:  # a definite no, no price: the others are tried all the same
            await self.keep(item, case, replace(sent, state="skipped"), 0)
        else:
            blob = await self.artifacts.put(written.text.encode())
            await self.keep(item, case, kept(sent, written, blob), 0)

    async def begin(self, item: WorkItem, case: Case, pending: Try) -> Try | None:
        """The send is on record before anything leaves. None: the voice may not write any more."""
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            voice = await tx.voices.by_id(case.voice.voice_id)
            try:
                await only_with_consent(tx, voice, self.clock())
            except ConsentError:
                await tx.work.finish(item)
                return None
            if voice.state != "active":
                await tx.work.finish(item)
                return None
            sent = replace(pending, sends=pending.sends + 1, state="asked" if pending.sends < SENDS else "skipped")
            await tx.evaluations.update(with_try(await standing(tx, case), sent))
            if sent.state == "skipped":  # it took the process down every time
                await tx.work.again(item, run_at=self.clock())
                return None
            return sent

    async def write(self, case: Case, sent: Try) -> Written:
        model, dataset = case.model, case.dataset
        max_tokens = math.ceil(WORDS * TOKENS_PER_WORD)
        return await self.providers.writing(model.provider).write(
            model=model.model_name if sent.contender == "voice" else model.base,
            system=self.system(case.voice),
            brief=sent.prompt,
            max_tokens=max_tokens,
            temperature=TEMPERATURE,
            sensitivity=dataset.facts.sensitivity(case.voice),
            shots=await self.posts(case, sent, max_tokens),
            price=await self.price(case),
        )

    async def posts(self, case: Case, sent: Try, max_tokens: int) -> tuple[Shot, ...]:
        if sent.contender != "few-shot":
            return ()
        model = case.model
        return await self.shots.shots(
            case.dataset, sent.prompt, provider=model.provider, base=model.base, max_tokens=max_tokens
        )

    async def price(self, case: Case) -> Price:
        """Raises NoPrice."""
        async with self.database.read() as tx:
            prices = await prices_in_force(tx, case.voice.team_id, self.shots.prices)
        return prices.find(case.model.provider, case.model.base)

    async def keep(self, item: WorkItem, case: Case, done: Try, wait_s: float) -> None:
        async with self.database.begin() as tx:
            await tx.evaluations.update(with_try(await standing(tx, case), done))
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=wait_s))

    async def tell(self, item: WorkItem, case: Case, evaluation: Evaluation) -> None:
        drafts = {name: await self.texts(evaluation, name) for name in get_args(Contender)}
        if not drafts["voice"]:
            return await self.finish(item)
        told = await self.evaluator.evaluate(await self.shots.blobs(case.dataset), drafts)
        told |= pace(evaluation)
        async with self.database.begin() as tx:
            before = await tx.evaluations.of_model(case.before.voice_model_id) if case.before else None
            told["drift"] = list(drifted(shape(before.told), shape(told))) if before and before.told else []
            await tx.evaluations.update(replace(evaluation, told=told))
            facts = {"handle": case.voice.handle, "version": case.model.version, **told}
            key = f"evaluation:{case.model.voice_model_id}"
            await tx.outbox.say(Saying(key, EVALUATED, facts, round_thread(case.round)))
            after = {"cost_microusd": evaluation.cost_microusd, "drafts": told["drafts"]}
            subject = f"{case.voice.handle}@v{case.model.version}"
            entry = AuditEntry(case.voice.team_id, BOT, "evaluation.told", subject, after=after)
            await tx.audit.record(entry, now=self.clock())
            await tx.work.finish(item)

    async def texts(self, evaluation: Evaluation, contender: Contender) -> list[str]:
        blobs = [one.blob for one in evaluation.tries if one.contender == contender and one.blob]
        return [(await self.artifacts.get(blob)).decode() for blob in blobs]

    async def again(self, item: WorkItem, wait_s: float) -> None:
        async with self.database.begin() as tx:
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=wait_s))

    async def finish(self, item: WorkItem) -> None:
        async with self.database.begin() as tx:
            await tx.work.finish(item)


async def load(tx: Transaction, voice_model_id: VoiceModelId) -> Case | None:
    """None for what was never trained, and for what was told already."""
    model = await tx.voice_models.by_id(voice_model_id)
    evaluation = await tx.evaluations.of_model(voice_model_id)
    if model.tuning_job_id is None or (evaluation is not None and evaluation.told is not None):
        return None
    job = await tx.tuning_jobs.by_id(model.tuning_job_id)
    older = [one for one in await tx.voice_models.of_voice(model.voice_id) if one.version < model.version]
    return Case(
        model,
        await tx.voices.by_id(model.voice_id),
        await tx.rounds.by_id(job.round_id),
        await tx.datasets.by_id(job.dataset_id),
        evaluation,
        older[-1] if older else None,
    )


async def standing(tx: Transaction, case: Case) -> Evaluation:
    found = await tx.evaluations.of_model(case.model.voice_model_id)
    assert found is not None  # it was there when the step began, and none is ever deleted
    return found


def tries_for(held_out: Sequence[HeldOut]) -> tuple[Try, ...]:
    """All contenders write for the same requests."""
    names: tuple[Contender, ...] = get_args(Contender)
    return tuple(Try(name, number, one.prompt) for name in names for number, one in enumerate(held_out, start=1))


def with_try(evaluation: Evaluation, done: Try) -> Evaluation:
    def same(one: Try) -> bool:
        return (one.contender, one.number) == (done.contender, done.number)

    return replace(evaluation, tries=tuple(done if same(one) else one for one in evaluation.tries))


def kept(sent: Try, written: Written, blob: str) -> Try:
    return replace(
        sent,
        state="written" if written.text.strip() else "skipped",
        blob=blob if written.text.strip() else None,
        cost_microusd=written.cost_microusd,
        latency_ms=written.latency_ms,
        completion_tokens=written.completion_tokens,
    )


def pace(evaluation: Evaluation) -> dict[str, Any]:
    """How long the new version's drafts took, and what all of them cost."""
    own = [one for one in evaluation.tries if one.contender == "voice" and one.state == "written"]
    took = sorted(one.latency_ms for one in own)
    seconds = sum(took) / 1000
    return {
        "drafts": len(own),
        "p50_s": statistics.median(took) / 1000,
        "p95_s": took[math.ceil(P95 * len(took)) - 1] / 1000,
        "tokens_per_s": sum(one.completion_tokens for one in own) / seconds if seconds else None,
        "draft_microusd": round(statistics.fmean(one.cost_microusd for one in own)),
        "cost_microusd": evaluation.cost_microusd,
    }


def shape(told: Mapping[str, Any]) -> Shape:
    return Shape(told["words"], told["sameness"])
