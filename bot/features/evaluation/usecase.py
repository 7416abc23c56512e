"""The worker tries a new version on held-out requests: one draft a step, within what was approved for its training."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Protocol

from bot.features.evaluation.case import Case, load, same_try, standing
from bot.features.evaluation.sayings import NotTried, audited, say_not_tried, say_told
from bot.few_shot import FewShots
from bot.measuring import Measures
from bot.paid_texts import TEMPERATURE, PaidTexts
from bot.readiness import only_writing
from pipeline.domain.drafting import Shot, Written
from pipeline.domain.evaluations import Contender, Evaluation, Try
from pipeline.domain.paid import SENDS
from pipeline.domain.spending import Price
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import Voice
from pipeline.domain.work import WorkItem
from pipeline.drift import Shape, drifted
from pipeline.errors import AppError, NoPrice
from pipeline.few_shot import PAIRS
from pipeline.ports import ArtifactStore, Clock, Database, Providers, Transaction
from pipeline.trials import CONTENDERS, TRIAL_TOKENS, most_of_request, tries_for

GIVEN_UP_AFTER: Final = timedelta(hours=2)  # of a provider that takes nothing; what is there by then is told
P95: Final = 0.95


class Evaluator(Protocol):
    """Judges away from the event loop. blobs: of a dataset, as FewShots names them. Raises UnreadableFile."""

    async def evaluate(self, blobs: Sequence[bytes], drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]: ...


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
    texts: PaidTexts
    clock: Clock
    system: Callable[[Voice], str]
    measures: Measures

    async def __call__(self, item: WorkItem) -> None:
        async with self.texts.alone(item) as is_mine:
            if not is_mine:
                return
            async with self.database.read() as tx:
                case = await load(tx, VoiceModelId(int(item.subject)))
            if case is None:
                async with self.database.begin() as tx:
                    await tx.work.finish(item)
            elif case.evaluation is None:
                await self.pick(item, case)
            elif (pending := case.evaluation.next) is not None:
                await self.draft(item, case, pending)
            else:
                await self.tell(item, case, case.evaluation)

    async def pick(self, item: WorkItem, case: Case) -> None:
        """Holds the money for as many requests as the approval is enough for."""
        planned = await self.plan(case)
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            if isinstance(planned, Evaluation):
                if await tx.evaluations.start(planned) is not None:
                    return await tx.work.again(item, run_at=self.clock())
                planned = "budget"
            await say_not_tried(tx, case, planned)
            await self.finish(tx, item)

    async def plan(self, case: Case) -> Evaluation | NotTried:
        try:
            held_out, price = await self.shots.trials(case.dataset), await self.price(case)
        except NoPrice:
            return "no-price"
        except AppError:  # its texts can't be read any more: there is nothing to try it on
            return "no-texts"
        told = PAIRS * most_of_request(price)  # what the cost card showed at the most
        tries = tries_for(held_out, price, min(told, case.left_microusd(told)))
        if not tries:
            return "ceiling" if held_out else "no-texts"
        now = self.clock()
        return Evaluation(
            team_id=case.voice.team_id,
            voice_model_id=case.model.voice_model_id,
            voice_id=case.voice.voice_id,
            started_at=now,
            month=f"{now:%Y-%m}",
            asked_by=case.request.requested_by,
            held_microusd=SENDS * sum(one.send_microusd for one in tries),
            tries=tries,
        )

    async def draft(self, item: WorkItem, case: Case, pending: Try) -> None:
        sent = await self.begin(item, case, pending)
        if sent is None:
            return
        try:
            came = await self.texts.answer(item, sent, self.ask(case, sent), case.save)
        except AppError:  # a definite no, no price: the others are tried all the same
            await self.skip(item, case, sent)
        else:
            if came is not None:
                await self.keep(item, case, *came)

    async def begin(self, item: WorkItem, case: Case, pending: Try) -> Try | None:
        """The send is on record before anything leaves. None: nothing is sent now."""
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            evaluation = await standing(tx, case.model.voice_model_id)
            try:
                await only_writing(tx, await tx.voices.by_id(case.voice.voice_id), self.clock())
            except AppError:
                await tx.evaluations.end(evaluation)
                await say_not_tried(tx, case, "stopped", paid_microusd=evaluation.bill_microusd)
                await tx.work.finish(item)
                return None
            if pending.sends >= SENDS or self.clock() > evaluation.started_at + GIVEN_UP_AFTER:
                await case.save(tx, replace(pending, state="skipped"))
                await tx.work.again(item, run_at=self.clock())
                return None
            sent = replace(pending, sends=pending.sends + 1)
            await case.save(tx, sent)
            return sent

    async def ask(self, case: Case, sent: Try) -> Written:
        model = case.model
        return await self.providers.writing(model.provider).write(
            model=model.model_name if sent.contender == "voice" else model.base,
            system=self.system(case.voice),
            brief=sent.prompt,
            max_tokens=TRIAL_TOKENS,
            temperature=TEMPERATURE,
            sensitivity=case.dataset.facts.sensitivity(case.voice),
            shots=await self.posts(case, sent),
            price=await self.price(case),
        )

    async def posts(self, case: Case, sent: Try) -> tuple[Shot, ...]:
        if sent.contender != "few-shot":
            return ()
        model = case.model
        return await self.shots.shots(
            case.dataset, sent.prompt, provider=model.provider, base=model.base, max_tokens=TRIAL_TOKENS
        )

    async def price(self, case: Case) -> Price:
        """Raises NoPrice."""
        return await self.shots.price(case.voice.team_id, case.model.provider, case.model.base)

    async def skip(self, item: WorkItem, case: Case, sent: Try) -> None:
        async with self.database.begin() as tx:
            refused = same_try(await standing(tx, case.model.voice_model_id), sent)
            await case.save(tx, replace(refused, state="skipped"))
            await tx.work.again(item, run_at=self.clock())

    async def keep(self, item: WorkItem, case: Case, paid: Try, written: Written) -> None:
        blob = await self.artifacts.put(written.text.encode()) if written.text.strip() else None
        done = replace(
            paid,
            state="written" if blob else "skipped",
            blob=blob,
            latency_ms=written.latency_ms,
            completion_tokens=written.completion_tokens,
        )
        async with self.database.begin() as tx:
            await case.save(tx, done)
            await tx.work.again(item, run_at=self.clock())

    async def tell(self, item: WorkItem, case: Case, evaluation: Evaluation) -> None:
        drafts = {name: await self.written(evaluation, name) for name in CONTENDERS}
        told = await self.judged(case, evaluation, drafts) if drafts["voice"] else None
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            if told is None:
                await say_not_tried(tx, case, "no-drafts", paid_microusd=evaluation.bill_microusd)
            else:
                told["drift"] = await drift_of(tx, case, told)
                await tx.evaluations.update(replace(evaluation, told=told))
                await say_told(tx, case, told)
            await tx.evaluations.end(evaluation)
            after = {"cost_microusd": evaluation.bill_microusd, "drafts": len(drafts["voice"])}
            await tx.audit.record(audited(case, "evaluation.told", after), now=self.clock())
            await self.finish(tx, item)

    async def judged(
        self, case: Case, evaluation: Evaluation, drafts: Mapping[Contender, Sequence[str]]
    ) -> dict[str, Any]:
        told = await self.evaluator.evaluate(await self.shots.blobs(case.dataset), drafts) | pace(evaluation)
        return told | await self.measures(case.voice, case.model, case.dataset, evaluation)

    async def written(self, evaluation: Evaluation, contender: Contender) -> list[str]:
        blobs = [one.blob for one in evaluation.tries if one.contender == contender and one.blob]
        return [(await self.artifacts.get(blob)).decode() for blob in blobs]

    async def finish(self, tx: Transaction, item: WorkItem) -> None:
        """What the version meets next is paid from what this left over."""
        await tx.work.enqueue("auto-duel", item.subject, item.team_id, run_at=self.clock())
        await tx.work.finish(item)


async def drift_of(tx: Transaction, case: Case, told: Mapping[str, Any]) -> list[str]:
    before = await tx.evaluations.of_model(case.before.voice_model_id) if case.before else None
    return list(drifted(shape(before.told), shape(told))) if before and before.told else []


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
        "cost_microusd": evaluation.bill_microusd,
    }


def shape(told: Mapping[str, Any]) -> Shape:
    return Shape(told["words"], told["sameness"])
