"""Comparing stored datasets, and choosing rows of one, in other processes: five thousand posts take seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.preparing import ProcessPool
from pipeline import difference_words, origins
from pipeline.differences import compare
from pipeline.domain.baselines import HeldOut
from pipeline.domain.differences import Seen
from pipeline.domain.drafting import Shot
from pipeline.domain.signoffs import Picked
from pipeline.draft_checks import SeenBefore, seen_before
from pipeline.few_shot import TrainPosts, held_out, train_posts, trials
from pipeline.signoffs import pick
from pipeline.tone import out_of_tone, tone_range


@dataclass(frozen=True, slots=True)
class ExecutorComparer:
    """Satisfies bot.features.differences.usecase.Comparer."""

    pool: ProcessPool

    async def compare(self, before: tuple[bytes, ...], after: tuple[bytes, ...], offset: int, samples: int) -> Seen:
        return await self.pool.run(partial(seen, before, after, offset, samples))


@dataclass(frozen=True, slots=True)
class ExecutorPicker:
    """Satisfies bot.features.signoff.sending.Picker."""

    pool: ProcessPool

    async def pick(self, blobs: Sequence[bytes]) -> tuple[Picked, ...]:
        return await self.pool.run(partial(picked, tuple(blobs)))


@dataclass(frozen=True, slots=True)
class ExecutorShots:
    """Satisfies bot.few_shot.ShotChooser."""

    pool: ProcessPool

    async def held_out(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]:
        return await self.pool.run(partial(held_out_of, tuple(blobs)))

    async def trials(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]:
        return await self.pool.run(partial(trials_of, tuple(blobs)))

    async def shots(self, blobs: Sequence[bytes], request: str, budget_tokens: int) -> tuple[Shot, ...]:
        return await self.pool.run(partial(shots_of, tuple(blobs), request, budget_tokens))

    async def seen_before(self, blobs: Sequence[bytes], text: str, at_least: int) -> SeenBefore:
        return await self.pool.run(partial(seen_in, tuple(blobs), text, at_least))


def held_out_of(blobs: tuple[bytes, ...]) -> tuple[HeldOut, ...]:
    return held_out(origins.read_version(*blobs))


def trials_of(blobs: tuple[bytes, ...]) -> tuple[HeldOut, ...]:
    return trials(origins.read_version(*blobs))


def shots_of(blobs: tuple[bytes, ...], request: str, budget_tokens: int) -> tuple[Shot, ...]:
    return TrainPosts.of(train_posts(origins.read_version(*blobs))).near(request, budget_tokens=budget_tokens)


def seen_in(blobs: tuple[bytes, ...], text: str, at_least: int) -> SeenBefore:
    version = origins.read_version(*blobs)
    titles = {fate.key: fate.title for fate in version.fates}
    posts = [(titles[key], one.completion) for key, one in version.texts.items()]
    usual = tone_range((post.text for post in train_posts(version)), len(text.split()))
    tones = tuple(one.sentence for one in out_of_tone(text, usual)) if usual else ()
    return replace(seen_before(text, posts, at_least=at_least), tone=tones)


def picked(blobs: tuple[bytes, ...]) -> tuple[Picked, ...]:
    return pick(origins.read_version(*blobs))


def seen(before: tuple[bytes, ...], after: tuple[bytes, ...], offset: int, samples: int) -> Seen:
    one, other = origins.read_version(*before), origins.read_version(*after)
    difference = compare(one, other)
    keys = difference_words.telling(difference, other)
    return Seen(
        lines=tuple(difference_words.lines(difference, one, other)),
        samples=tuple(difference_words.sample(key, one, other) for key in keys[offset : offset + samples]),
        rewritten=len(keys),
    )
