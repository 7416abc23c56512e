"""The worker's step for one draft: write it once, look again whether it may be shown, say it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from bot.draft_places import thread_of
from bot.emoji_meanings import meanings_in_force
from bot.features.drafting.pieces import in_pieces
from bot.features.drafting.progress import LOOK_S, say_progress, unless_closed
from bot.features.drafting.usecase import DRAFT_FAILED, DRAFT_TEXT, check_voice_writes
from bot.few_shot import FewShots
from bot.offers import prices_in_force
from bot.slack.failures import sentence_for
from pipeline.domain.drafting import Draft, DraftId, Shot, Written
from pipeline.domain.spending import Price
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Dataset, Sensitivity, Voice
from pipeline.domain.work import AuditEntry, Saying, WorkItem
from pipeline.draft_checks import Clean, SeenBefore, cleaned, is_cut, length_off
from pipeline.errors import (
    AppError,
    ConsentError,
    DraftCopied,
    DraftError,
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
)
from pipeline.ports import Clock, Database, LivenessLocks, People, Providers, Transaction
from pipeline.trials import TOKENS_PER_WORD
from pipeline.verdicts import SEEDED, taught

MIN_TOKENS: Final = 200
MAX_UNKNOWN: Final = 3  # times a draft is sent when no answer comes; each may have been charged
MAX_TRIES: Final = 8  # with the waits below about four minutes: a sleeping model needs 90 s to wake
LONGEST_WAIT_S: Final = 60
ELSEWHERE_WAIT_S: Final = 5
MAX_COPIES: Final = 2  # texts thrown away as copies before people are told
CONTINUE: Final = "Go on where this text stops, without saying any of it again."
GONE: Final = frozenset({"model_not_found", "http_404"})


@dataclass(frozen=True, slots=True)
class Task:
    """Everything a draft is written from. dataset: whose posts stand in the prompt; None for a trained model.

    learned: the texts that the model knows, from training or from its prompt. so_far: what the draft goes on from.
    """

    draft: Draft
    voice: Voice
    model: VoiceModel
    dataset: Dataset | None
    learned: Dataset | None
    so_far: str = ""

    @property
    def sensitivity(self) -> Sensitivity:
        """With real posts in the prompt, what is sent is as private as those."""
        return self.dataset.facts.sensitivity(self.voice) if self.dataset else self.voice.sensitivity


@dataclass(frozen=True, slots=True)
class WriteDraft:
    """One idempotent step. system: the same sentence the voice's training rows begin with.

    look_s: between looks at consent while the model writes.
    """

    database: Database
    providers: Providers
    locks: LivenessLocks
    people: People
    clock: Clock
    system: Callable[[Voice], str]
    shots: FewShots
    look_s: float = LOOK_S

    async def __call__(self, item: WorkItem) -> None:
        async with self.locks.hold(f"draft:{item.subject}") as is_mine:
            if not is_mine:  # another worker, perhaps one whose lease ran out, is paying for this draft right now
                await self.later(item, wait_s=ELSEWHERE_WAIT_S)
                return
            task = await self.begin(item)
            if task is not None:
                await self.write(item, task)

    async def begin(self, item: WorkItem) -> Task | None:
        """The try is on record before anything is sent. None: there is nothing to write (any more)."""
        async with self.database.begin() as tx:
            task = await load(tx, item)
            if task.draft.state != "asked":
                await tx.work.finish(item)
                return None
            refusal = await why_closed(tx, task, self) or too_many_tries(task, item)
            if refusal is not None:
                await self.fail(tx, item, task, refusal)
                return None
            await tx.work.keep(item)
            await self.record(tx, task, "draft.sent", {"try": item.attempts, "model": task.model.model_name})
            await say_progress(tx, task.draft, "anew" if task.draft.thrown_away else "writing", self.clock())
            return task

    async def price(self, task: Task) -> Price:
        """Raises NoPrice."""
        async with self.database.read() as tx:
            prices = await prices_in_force(tx, task.voice.team_id, self.shots.prices)
        return prices.find(task.model.provider, task.model.base)

    async def write(self, item: WorkItem, task: Task) -> None:
        try:
            written = await unless_closed(self.answer(task), partial(self.why_closed, task), look_s=self.look_s)
        except ProviderBusy as error:
            await self.retry(item, task, error, most=MAX_TRIES)
        except ProviderUnavailable as error:
            await self.retry(item, task, error, most=MAX_UNKNOWN)
        except AppError as error:
            async with self.database.begin() as tx:
                await self.fail(tx, item, task, error)
        else:
            await self.check(item, task, written)

    async def answer(self, task: Task) -> Written:
        asked = task.draft.asked
        max_tokens = max(MIN_TOKENS, math.ceil(asked.words * TOKENS_PER_WORD))
        return await self.providers.writing(task.model.provider).write(
            model=task.model.model_name,
            system=self.system(task.voice),
            brief=CONTINUE if task.so_far else asked.brief,
            max_tokens=max_tokens,
            temperature=asked.temperature,
            sensitivity=task.sensitivity,
            shots=await self.posts(task, max_tokens),
            price=await self.price(task),
        )

    async def why_closed(self, task: Task) -> AppError | None:
        async with self.database.read() as tx:
            return await why_closed(tx, task, self)

    async def posts(self, task: Task, max_tokens: int) -> tuple[Shot, ...]:
        """What stands before the request: real posts for an untrained model, and the text that it goes on from."""
        brief, base = task.draft.asked.brief, task.model.base
        so_far = (Shot(brief, task.so_far),) if task.so_far else ()
        if task.dataset is None:
            return so_far
        room = max_tokens + math.ceil(len(task.so_far.split()) * TOKENS_PER_WORD)
        posts = await self.shots.shots(task.dataset, brief, provider=task.model.provider, base=base, max_tokens=room)
        return (*posts, *so_far)

    async def check(self, item: WorkItem, task: Task, written: Written) -> None:
        """Before anyone reads it. A copy of a post is thrown away and written once more; asked coldly, it would be
        the same again."""
        clean = cleaned(written.text)
        seen = await self.shots.seen_before(task.learned, clean.text) if task.learned else SeenBefore()
        if not seen.copied_words:
            await self.show(item, task, written, clean, seen)
            return
        thrown = task.draft.thrown_away + 1
        async with self.database.begin() as tx:
            await tx.drafts.throw_away(task.draft.draft_id, cost_microusd=written.cost_microusd)
            after = {"copied_words": seen.copied_words, "cost_microusd": written.cost_microusd}
            await self.record(tx, task, "draft.thrown_away", after)
            if thrown < MAX_COPIES and task.draft.asked.temperature > 0:
                await tx.work.again(item, run_at=self.clock())
            else:
                task = await load(tx, item)
                cost = task.draft.thrown_away_microusd
                await self.fail(tx, item, task, DraftCopied(seen.copied_words, seen.title), cost_microusd=cost)

    async def show(self, item: WorkItem, task: Task, written: Written, clean: Clean, seen: SeenBefore) -> None:
        """Consent may have been withdrawn while the model wrote: then nobody sees the text."""
        written = replace(
            written, text=clean.text, cost_microusd=written.cost_microusd + task.draft.thrown_away_microusd
        )
        async with self.database.begin() as tx:
            now_standing = await load(tx, item)
            refusal = await why_closed(tx, task, self)
            if refusal is None and not clean.text:
                refusal = ProviderRefused(task.model.provider, "empty_answer", "")
            if now_standing.draft.state != "asked":
                await tx.work.finish(item)
            elif refusal is not None:
                await self.fail(tx, item, task, refusal, cost_microusd=written.cost_microusd)
            else:
                await tx.drafts.written(task.draft.draft_id, written)
                await self.say_text(tx, task, written, clean, seen)
                spent = {"cost_microusd": written.cost_microusd, "latency_ms": written.latency_ms}
                await self.record(tx, task, "draft.posted", spent)
                await say_progress(tx, task.draft, "done", self.clock(), latency_ms=written.latency_ms)
                await tx.work.finish(item)

    async def say_text(self, tx: Transaction, task: Task, written: Written, clean: Clean, seen: SeenBefore) -> None:
        draft, pieces, words = task.draft, in_pieces(clean.text), len(clean.text.split())
        is_long = len(pieces) > 1
        emoji = taught(await meanings_in_force(tx, draft.asked.team_id))
        facts = about(task) | {
            "emoji": emoji,
            "text": pieces[0],
            "is_long": is_long,
            "by": draft.asked.requested_by,
            "owner": self.name_of(task.voice.owner),
            "words": words,
            "asked_words": draft.asked.words,
            "length_off": None if draft.asked.continues else length_off(words, draft.asked.words),
            "cost_microusd": written.cost_microusd,
            "thrown_away": draft.thrown_away,
            "links": clean.links,
            "markup": clean.markup,
            "repeated": list(seen.repeated),
            "in_posts": seen.in_posts,
            "posts": seen.posts,
            "tone": list(seen.tone),
            "cut": is_cut(clean.text, written.finish_reason),
            "continues": draft.asked.continues,
        }
        seeds = tuple(emoji[name] for name in SEEDED if name in emoji)
        await tx.outbox.say(Saying(draft.text_key, DRAFT_TEXT, facts, thread_of(draft), seeds=seeds))
        if is_long:
            await tx.work.enqueue("draft-file", draft.draft_id, draft.asked.team_id, run_at=self.clock())

    def name_of(self, owner: str) -> str | None:
        """None when there is only the id: a mention would ring the owner's bell at every draft."""
        name = self.people.name(owner)
        return name if name != owner else None

    async def retry(self, item: WorkItem, task: Task, error: AppError, *, most: int) -> None:
        async with self.database.begin() as tx:
            if item.attempts >= most:
                await self.fail(tx, item, task, error)
                return
            run_at = self.clock() + timedelta(seconds=min(LONGEST_WAIT_S, 2**item.attempts))
            await tx.work.again(item, run_at=run_at)
            said = {"why": reason_for(error), "provider": task.model.provider, "tried": item.attempts, "most": most}
            await say_progress(tx, task.draft, "waiting", run_at, **said)

    async def later(self, item: WorkItem, *, wait_s: float) -> None:
        async with self.database.begin() as tx:
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=wait_s))

    async def fail(
        self, tx: Transaction, item: WorkItem, task: Task, error: AppError, *, cost_microusd: int = 0
    ) -> None:
        draft, why = task.draft, reason_for(error)
        await tx.drafts.failed(draft.draft_id, why)
        facts = about(task) | {"why": why, "provider": task.model.provider, "sentence": sentence_for(error)}
        await tx.outbox.say(Saying(f"draft:{draft.draft_id}:failed", DRAFT_FAILED, facts, thread_of(draft)))
        await say_progress(tx, draft, "failed", self.clock())
        await self.record(tx, task, "draft.failed", {"why": why, "cost_microusd": cost_microusd})
        await tx.work.finish(item)

    async def record(self, tx: Transaction, task: Task, what: str, after: dict[str, Any]) -> None:
        asked = task.draft.asked
        entry = AuditEntry(asked.team_id, asked.requested_by, what, task.draft.label, after=after)
        await tx.audit.record(entry, now=self.clock())


async def load(tx: Transaction, item: WorkItem) -> Task:
    draft = await tx.drafts.by_id(DraftId(int(item.subject)))
    voice = await tx.voices.by_id(draft.asked.voice_id)
    model = await tx.voice_models.by_id(draft.asked.voice_model_id)
    dataset = await tx.datasets.by_id(model.dataset_id) if model.dataset_id else None
    return Task(draft, voice, model, dataset, dataset or await trained_on(tx, model), await text_so_far(tx, draft))


async def trained_on(tx: Transaction, model: VoiceModel) -> Dataset | None:
    if model.tuning_job_id is None:
        return None
    job = await tx.tuning_jobs.by_id(model.tuning_job_id)
    return await tx.datasets.by_id(job.dataset_id)


async def text_so_far(tx: Transaction, draft: Draft) -> str:
    """Of all drafts that it goes on from, in order."""
    texts: list[str] = []
    while draft.asked.continues is not None:
        draft = await tx.drafts.by_id(draft.asked.continues)
        texts.insert(0, draft.written.text if draft.written else "")
    return "\n\n".join(texts)


async def why_closed(tx: Transaction, task: Task, step: WriteDraft) -> AppError | None:
    try:
        await check_voice_writes(tx, await tx.voices.by_id(task.voice.voice_id), now=step.clock())
    except (ConsentError, DraftError) as error:
        return error
    return None


def too_many_tries(task: Task, item: WorkItem) -> AppError | None:
    """A draft that takes the process down every time must not be paid for every time."""
    return ProviderUnavailable(task.model.provider) if item.attempts > MAX_TRIES else None


def reason_for(error: AppError) -> str:
    """timeout, busy, model_gone, copied have sentences of their own; others are told as everywhere."""
    match error:
        case ProviderUnavailable():
            return "timeout"
        case ProviderBusy():
            return "busy"
        case ProviderRefused(code=code) if code in GONE:
            return "model_gone"
        case DraftCopied():
            return "copied"
    return type(error).__name__


def about(task: Task) -> dict[str, Any]:
    return {
        "draft_id": task.draft.draft_id,
        "label": task.draft.label,
        "handle": task.voice.handle,
        "version": task.model.version,
    }
