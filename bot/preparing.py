"""Reading and cleaning in other processes, so that no ack waits for a big file."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TypeVar

from bot.crew import MANY_DOCUMENTS, Crew, are_many
from bot.tally import Tally, told
from pipeline import origins
from pipeline.domain.documents import Recipe
from pipeline.domain.origins import Making, RowsFor, SourceUsed
from pipeline.domain.prepared import Example, Prepared
from pipeline.domain.preparing import FileRead, IfAccepted, PreparedFile, PreparedRound
from pipeline.domain.reading import Item
from pipeline.domain.voices import PRIVATE_ONLY, Purpose
from pipeline.errors import UnreadableFile
from pipeline.estimate import workload
from pipeline.examples import jsonl_lines
from pipeline.file_facts import look_through
from pipeline.findings import accept
from pipeline.models.tokens import Remembering, TokenCounter, token_counter
from pipeline.ports import Progress
from pipeline.report import report_json
from pipeline.runner import Target, decide
from pipeline.sources.reading import Limits, read_file
from pipeline.sources.speakers import of_speakers
from pipeline.survey import Corpus, selection, survey
from pipeline.tagging import TagOptions

T = TypeVar("T")

# What a worker process remembers: two, because taking markup out or leaving it in are tagged differently.
CORPORA_KEPT = 2
CORPORA: dict[Hashable, Corpus] = {}
# Together; one that is larger is remembered alone.
DOCUMENTS_KEPT = 50_000

SYSTEM_MESSAGE = "You write in the voice of {writer}."


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What rows are counted and cut for: one encoding for the dataset, priced per base afterwards."""

    encoding: str
    exact: bool
    context_tokens: int
    rank_cache: Path


@dataclass(frozen=True, slots=True)
class Workers:
    """life: closed, by end() or because the bot died, it ends the processes; left alone they would wait for ever."""

    executor: ProcessPoolExecutor
    life: Connection

    @classmethod
    def started(cls, processes: int) -> "Workers":
        # forkserver: forking a process that runs threads and an event loop may copy held locks.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])  # imported once, not by every worker (2 s each)
        theirs, ours = context.Pipe(duplex=False)
        crew = Crew(processes, context.Semaphore(1))
        executor = ProcessPoolExecutor(processes, mp_context=context, initializer=start, initargs=(theirs, crew))
        return cls(executor, ours)

    def end(self) -> None:
        self.life.close()
        self.executor.shutdown(wait=False, cancel_futures=True)


# Of this process; alone until start() says otherwise.
CREW = Crew(1, multiprocessing.Semaphore(1))


def start(life: Connection, crew: Crew) -> None:
    """Runs in a worker as it starts."""
    global CREW  # a worker is told once, before its first work
    CREW = crew
    threading.Thread(target=end_after, args=(life,), daemon=True).start()


def end_after(life: Connection) -> None:
    wait([life])
    os._exit(1)


class ProcessPool:
    """Worker processes that are started anew when one of them dies: a pool with a dead worker takes no more work."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self.workers = Workers.started(processes)

    async def run(self, work: Callable[[], T]) -> T:
        """Raises BrokenProcessPool when this very work kills its process.

        A dead worker fails everything its pool was doing; so each piece is tried once more, in a process of its own.
        """
        loop, workers = asyncio.get_running_loop(), self.workers
        try:
            return await loop.run_in_executor(workers.executor, work)
        except BrokenProcessPool:
            if self.workers is workers:
                workers.end()
                self.workers = Workers.started(self.processes)
        alone = Workers.started(1)
        try:
            return await loop.run_in_executor(alone.executor, work)
        finally:
            alone.end()

    def __enter__(self) -> "ProcessPool":
        return self

    def __exit__(self, *exception: object) -> None:
        self.workers.end()


@dataclass(frozen=True, slots=True)
class ExecutorPreparer:
    """Satisfies pipeline.ports.Preparer."""

    pool: ProcessPool
    limits: Limits
    rows: RowFacts

    async def read(self, file: PreparedFile, *, progress: Progress | None = None) -> FileRead:
        try:
            async with told(progress) as tally:
                return await self.pool.run(partial(file_read, file, self.limits, tally))
        except BrokenProcessPool as error:
            raise UnreadableFile(file.name) from error

    async def prepare(
        self,
        files: Sequence[PreparedFile],
        recipe: Recipe,
        *,
        writer: str,
        folder: Path,
        own_drafts: Sequence[str] = (),
        purpose: Purpose | None = None,
        progress: Progress | None = None,
    ) -> PreparedRound:
        job = PreparingJob(tuple(files), recipe, writer, self.limits, self.rows, folder, tuple(own_drafts), purpose)
        async with told(progress) as tally:
            return await self.pool.run(partial(prepared_round, job, tally))


@dataclass(frozen=True, slots=True)
class PreparingJob:
    """Everything a worker process is told. folder: where the rows are written."""

    files: tuple[PreparedFile, ...]
    recipe: Recipe
    writer: str
    limits: Limits
    rows: RowFacts
    folder: Path
    own_drafts: tuple[str, ...] = ()
    purpose: Purpose | None = None


def file_read(file: PreparedFile, limits: Limits, tally: Tally | None = None) -> FileRead:
    return look_through(file, limits, progress=tally.note if tally else None)


def items_of(files: Sequence[PreparedFile], limits: Limits) -> Iterator[Item]:
    for file in files:
        items = read_file(file.path, name=file.name, limits=limits, options=file.options)
        yield from of_speakers(items, file.options.speakers)


def prepared_round(job: PreparingJob, tally: Tally | None = None) -> PreparedRound:
    """Decides twice: as chosen and, while a fix is open, as if every fix were accepted."""
    count = Remembering(counter(job.rows))
    target = Target(
        SYSTEM_MESSAGE.format(writer=job.writer), job.rows.context_tokens, count, job.own_drafts, job.purpose
    )
    prepared = decided(job, job.recipe, target, tally)
    everything = accept(job.recipe, "all", prepared.findings)
    accepted = prepared
    if everything.choices != job.recipe.choices:
        accepted = decided(job, everything, target, None)
    making = Making(
        recipe=job.recipe,
        sources=tuple(SourceUsed(file.name, file.sha256, file.options) for file in job.files),
        rows_for=RowsFor(
            target.system, job.rows.encoding, job.rows.exact, job.rows.context_tokens, job.own_drafts, job.purpose
        ),
        rules=origins.rules_version(),
        content_hash=prepared.content_hash,
    )
    return as_round(prepared, IfAccepted(accepted.kept, accepted.tokens, accepted.words), making, job.folder)


def decided(job: PreparingJob, recipe: Recipe, target: Target, tally: Tally | None) -> Prepared:
    """Read and tagged unless that is remembered: people press one fix after the other on the same texts."""
    names = tuple((file.sha256, file.name, file.options) for file in job.files)
    key = (names, selection(recipe.filters), recipe.excluded, TagOptions.of(recipe), job.limits)
    corpus = CORPORA.get(key)
    many, items = (
        (len(corpus.tagged) >= MANY_DOCUMENTS, iter(())) if corpus else are_many(items_of(job.files, job.limits))
    )
    with CREW.hired() if many else nullcontext() as executor:
        if corpus is None:
            corpus = survey(items, recipe, executor=executor, progress=tally.note if tally else None)
            remember(key, corpus)
        return decide(corpus, recipe, target, executor=executor)


def remember(key: Hashable, corpus: Corpus) -> None:
    """The newest few, the only one where it is large: their texts are on disk, about 0.6 KB for each is not."""
    CORPORA[key] = corpus
    while len(CORPORA) > 1 and (
        len(CORPORA) > CORPORA_KEPT or sum(len(one.tagged) for one in CORPORA.values()) > DOCUMENTS_KEPT
    ):
        CORPORA.pop(next(iter(CORPORA)))


def as_round(prepared: Prepared, if_accepted: IfAccepted, making: Making, folder: Path) -> PreparedRound:
    work = workload(
        prepared.examples, context_tokens=max(making.rows_for.context_tokens, prepared.needs_context_tokens)
    )
    return PreparedRound(
        documents_read=prepared.documents_read,
        kept=prepared.kept,
        left_out=prepared.left_out_counts,
        findings=prepared.findings,
        examples=len(prepared.examples),
        train_examples=work.examples,
        train_tokens=work.train_tokens,
        validation_tokens=work.validation_tokens,
        prompt_tokens=work.prompt_tokens,
        completion_tokens=work.completion_tokens,
        tokens=prepared.tokens,
        words=prepared.words,
        content_hash=prepared.content_hash,
        first_published=prepared.first_published.isoformat() if prepared.first_published else None,
        last_published=prepared.last_published.isoformat() if prepared.last_published else None,
        open_blockers=open_blockers(prepared),
        needs_context_tokens=prepared.needs_context_tokens,
        if_accepted=if_accepted,
        train_rows=written(prepared.of("train"), folder / "train.jsonl"),
        validation_rows=written(prepared.of("validation"), folder / "validation.jsonl"),
        test_rows=written(prepared.of("test"), folder / "test.jsonl"),
        report=report_json(prepared)
        | {"prompt_tokens": work.prompt_tokens, "completion_tokens": work.completion_tokens},
        making=origins.making_bytes(making),
        fates=origins.fates_bytes(origins.fates(prepared, making.recipe)),
    )


def written(rows: Sequence[Example], path: Path) -> Path:
    with path.open("wb") as file:
        file.writelines(jsonl_lines(rows))
    return path


def open_blockers(prepared: Prepared) -> tuple[str, ...]:
    private = (PRIVATE_ONLY,) if prepared.private_only else ()
    return (*(finding.rule for finding in prepared.blockers), *private)


@lru_cache(maxsize=4)
def counter(facts: RowFacts) -> TokenCounter:
    """Loading ranks costs 0.6 s: once per process."""
    return token_counter(facts.encoding, exact=facts.exact, cache_dir=facts.rank_cache)
