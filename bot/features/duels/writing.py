"""The worker's side: one text at a time, each an idempotent step that pays once; after the last one people vote."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bot.features.duels.sayings import say_bouts, say_duel
from bot.features.duels.usecase import ANSWER_TOKENS, MIN_BRIEFS
from bot.few_shot import FewShots
from bot.offers import prices_in_force
from bot.paid_texts import TEMPERATURE, PaidTexts, may_send
from bot.readiness import only_writing
from bot.slack.failures import sentence_for
from bot.versions import dataset_of
from pipeline.domain.drafting import Shot, Written
from pipeline.domain.duels import Duel, DuelText, DuelTextId
from pipeline.domain.spending import Price
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Dataset, Sensitivity, Voice
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import AppError, TooFewBouts
from pipeline.ports import Clock, Database, Providers, Transaction

MIN_WORDS: Final = 20  # of a text that can be judged


@dataclass(frozen=True, slots=True)
class Case:
    """What one text is written from. dataset: whose posts stand in the prompt; None for a trained model."""

    text: DuelText
    voice: Voice
    model: VoiceModel
    dataset: Dataset | None
    price: Price

    @property
    def sensitivity(self) -> Sensitivity:
        return self.dataset.facts.sensitivity(self.voice) if self.dataset else self.voice.sensitivity


@dataclass(frozen=True, slots=True)
class WriteDuelText:
    database: Database
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
                await self.attempt(item)
            except AppError as error:  # no price, no permission, a definite no: no other text would fare better
                async with self.database.begin() as tx:
                    await fail(tx, await of_text(tx, item), error, self.clock)
                    await tx.work.finish(item)

    async def attempt(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            case = await self.load(tx, item)
        posts = await self.posts(case)
        text = await self.begin(item)
        if text is not None:
            await self.write(item, replace(case, text=text), posts)

    async def load(self, tx: Transaction, item: WorkItem) -> Case:
        duel = await of_text(tx, item)
        text, voice = text_of(duel, item), await tx.voices.by_id(duel.facts.voice_id)
        of = duel.facts.one if text.wanted.contender == "one" else duel.facts.other
        model = await tx.voice_models.by_id(of)
        dataset = await dataset_of(tx, model) if model.version == 0 else None
        prices = await prices_in_force(tx, voice.team_id, self.shots.prices)
        return Case(text, voice, model, dataset, prices.find(model.provider, model.base))

    async def begin(self, item: WorkItem) -> DuelText | None:
        """The send is on record before anything leaves. None: there is nothing to write (any more).

        Raises ConsentMissing, ConsentWithdrawn, VoiceNotReady.
        """
        async with self.database.begin() as tx:
            duel = await of_text(tx, item)
            text = text_of(duel, item)
            if duel.state != "writing" or text.state != "asked":
                await tx.work.finish(item)
                return None
            voice = await tx.voices.by_id(duel.facts.voice_id)
            await only_writing(tx, voice, self.clock())
            if not may_send(item, text):
                await self.ended(tx, item, voice, replace(text, state="skipped"))
                return None
            sent = replace(text, sends=text.sends + 1)
            await tx.duel_texts.update(sent)
            await tx.work.keep(item)
            return sent

    async def write(self, item: WorkItem, case: Case, posts: tuple[Shot, ...]) -> None:
        asked = self.providers.writing(case.model.provider).write(
            model=case.model.model_name,
            system=self.system(case.voice),
            brief=case.text.wanted.brief,
            max_tokens=ANSWER_TOKENS,
            temperature=TEMPERATURE,
            sensitivity=case.sensitivity,
            shots=posts,
            price=case.price,
        )
        came = await self.texts.answer(item, case.text, asked, save)
        if came is not None:
            await self.keep(item, case, *came)

    async def posts(self, case: Case) -> tuple[Shot, ...]:
        if case.dataset is None:
            return ()
        model, brief = case.model, case.text.wanted.brief
        return await self.shots.shots(
            case.dataset, brief, provider=model.provider, base=model.base, max_tokens=ANSWER_TOKENS
        )

    async def keep(self, item: WorkItem, case: Case, paid: DuelText, written: Written) -> None:
        """Too little to judge by is thrown away."""
        async with self.database.begin() as tx:
            if len(written.text.split()) < MIN_WORDS:
                await save(tx, paid)
                await tx.work.again(item, run_at=self.clock())
                return
            await self.ended(tx, item, case.voice, replace(paid, state="written", text=written.text.strip()))

    async def ended(self, tx: Transaction, item: WorkItem, voice: Voice, text: DuelText) -> None:
        """This text is done; after the last one the money is settled and people may vote."""
        await of_text(tx, item)  # locks the duel: of two last texts, the later one sees both
        await tx.duel_texts.update(text)
        duel = await of_text(tx, item)
        if duel.state == "writing" and all(one.state != "asked" for one in duel.texts):
            await self.open(tx, duel, voice)
        elif duel.state == "writing":
            await say_duel(tx, duel, voice)
        await tx.work.finish(item)

    async def open(self, tx: Transaction, duel: Duel, voice: Voice) -> None:
        if len(duel.bouts) < MIN_BRIEFS:
            await fail(tx, duel, TooFewBouts(len(duel.bouts), MIN_BRIEFS), self.clock)
            return
        await tx.duels.end(duel, "open", bill_microusd=duel.bill_microusd)
        duel = await tx.duels.by_id(duel.duel_id)
        await say_duel(tx, duel, voice)
        await say_bouts(tx, duel, voice)
        after = {"bill_microusd": duel.bill_microusd, "bouts": len(duel.bouts)}
        entry = AuditEntry(duel.facts.team_id, "understudy", "duel.opened", duel.key, after=after)
        await tx.audit.record(entry, now=self.clock())


async def save(tx: Transaction, text: DuelText) -> None:
    await tx.duel_texts.update(text)


async def fail(tx: Transaction, duel: Duel, error: AppError, clock: Clock) -> None:
    """Says why on the card and settles what was spent so far; a duel that ended before stays as it is."""
    if duel.state != "writing":
        return
    await tx.duels.end(duel, "failed", bill_microusd=duel.bill_microusd, failure=sentence_for(error))
    voice = await tx.voices.by_id(duel.facts.voice_id)
    await say_duel(tx, await tx.duels.by_id(duel.duel_id), voice)
    after = {"why": type(error).__name__, "bill_microusd": duel.bill_microusd}
    entry = AuditEntry(duel.facts.team_id, "understudy", "duel.failed", duel.key, after=after)
    await tx.audit.record(entry, now=clock())


async def of_text(tx: Transaction, item: WorkItem) -> Duel:
    return await tx.duels.by_id(await tx.duel_texts.duel_of(DuelTextId(int(item.subject))))


def text_of(duel: Duel, item: WorkItem) -> DuelText:
    return next(text for text in duel.texts if text.text_id == int(item.subject))
