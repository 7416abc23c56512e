"""Train the small local model on a dataset, let it write, and measure what it learned that it should not have."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.domain.documents import DocumentId, Post, Rule
from pipeline.domain.prepared import Example
from pipeline.ngram import NgramModel
from pipeline.rehearsal.leaks import Leak, LeakFinder, word_runs
from pipeline.rehearsal.shape import ShapeMeasure, compare

MIN_TEXTS: Final = 20  # product.md, US3
MIN_HELD_OUT: Final = 10  # fewer give no tenths; then all of the writer's texts are the measure of a draft's shape
DRAFTS: Final = 40
MAX_DRAFT_TOKENS: Final = 4000
TOKENS_WRITTEN: Final = 40_000  # of the local model; about five seconds. Long posts make fewer drafts, at least:
MIN_DRAFTS: Final = 12
COPIED_WORDS: Final = 12  # longer runs that stand in a training text count as copied
SAMPLES: Final = 3

# Above these, training would teach the fault; the experiments that chose them are in docs/how-to/rehearse.md.
# A fault of one line in a long post is in few lines and yet in many drafts; and one of several words that every post
# ends with is broken up by the local model, which leaves long runs, but not by a bigger one. So three shares count.
MAX_LINES: Final = 0.01
MAX_DRAFTS: Final = 0.1
MAX_TRAINED: Final = 0.1
MAX_COPIED: Final = 0.05
MAX_TWICE: Final = 0.05

_TITLE = re.compile(r"“(.+)”")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class TooFew:
    """So few texts that a rehearsal would say nothing."""

    texts: int


@dataclass(frozen=True, slots=True)
class Problem:
    """rule: the cleaning rule whose fix solves it. texts: how many of of_texts training texts still have it.

    share in [0, 1]: of the drafts' lines, or of words for near-duplicate. drafts: the share of drafts with it.
    """

    rule: Rule
    share: float
    drafts: float
    texts: int
    of_texts: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """leaks: share of the drafts' lines. copied: share of their words in runs over COPIED_WORDS of a training text.

    twice: share of the training texts' own words in such runs that a second training text has too; bigger models
    learn by heart what they read twice (Lee et al. 2022), which the local one is built to avoid.
    problems: the largest share first. samples: prompts, each with the draft on it.
    shape_from: whose shape the drafts' is compared with.
    """

    texts: int
    drafts: int
    leaks: Mapping[Leak, float]
    copied: float
    twice: float
    shape: tuple[ShapeMeasure, ...]
    shape_from: Literal["held-out", "all"]
    problems: tuple[Problem, ...]
    samples: tuple[tuple[str, str], ...]

    @property
    def verdict(self) -> Literal["pass", "refuse"]:
        return "refuse" if self.problems else "pass"


def rehearse(
    train: Sequence[Example], held_out: Sequence[Example], seed: int = 0, *, samples: int = SAMPLES
) -> Rehearsal | TooFew:
    """Equal arguments give equal results. held_out: rows that are not trained on; their prompts are answered."""
    if len(train) + len(held_out) < MIN_TEXTS or not train:
        return TooFew(len(train) + len(held_out))
    prompts = [row.prompt for row in held_out or train]
    drafts = _write(NgramModel.train([(row.prompt, row.completion) for row in train]), prompts, seed)
    texts, learned = [text for _, text in drafts], [row.completion for row in train]
    finder = LeakFinder.trained_on(_posts(train))
    holders = finder.texts_with(learned)
    # What no training text has, the local model put together by accident: "data" and ".gov" make an address.
    leaks = {leak: rate if holders[leak] else 0.0 for leak, rate in finder.rates(texts).items()}
    drafts_with = {leak: number / len(texts) for leak, number in finder.texts_with(texts).items() if holders[leak]}
    copied, twice = copied_share(texts, learned), said_twice_share(learned)
    problems = [
        *_leak_problems(leaks, drafts_with, holders, len(learned)),
        *_copy_problems(copied, twice, len(learned)),
    ]
    enough = len(held_out) >= MIN_HELD_OUT
    real = held_out if enough else [*held_out, *train]
    return Rehearsal(
        texts=len(train) + len(held_out),
        drafts=len(drafts),
        leaks=leaks,
        copied=copied,
        twice=twice,
        shape=compare(texts, [row.completion for row in real]),
        shape_from="held-out" if enough else "all",
        problems=tuple(sorted(problems, key=lambda problem: -problem.share)),
        samples=tuple(drafts[:samples]),
    )


def _write(model: NgramModel, prompts: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """Prompts in turn, each time with another seed."""
    drafts: list[tuple[str, str]] = []
    written = 0
    for number in range(DRAFTS):
        if number >= MIN_DRAFTS and written >= TOKENS_WRITTEN:
            break
        prompt = prompts[number % len(prompts)]
        draft = model.generate(prompt, seed=seed + number, max_tokens=MAX_DRAFT_TOKENS)
        drafts.append((prompt, draft.text))
        written += draft.completion_tokens
    return drafts


def _posts(train: Sequence[Example]) -> list[Post]:
    """The rows as the stages see posts. Two rows may come from documents of one name, so each has a number."""
    return [
        Post(DocumentId(str(number)), title[1] if (title := _TITLE.search(row.prompt)) else "", row.completion)
        for number, row in enumerate(train)
    ]


def copied_share(drafts: Iterable[str], learned: Iterable[str]) -> float:
    """Share of the drafts' words in runs of more than COPIED_WORDS words that a learned text has too, in [0, 1]."""
    known = {run for text in learned for run in word_runs(_words(text), COPIED_WORDS + 1)}
    said = [_words(draft) for draft in drafts]
    return sum(_words_in_runs(words, known) for words in said) / max(1, sum(map(len, said)))


def said_twice_share(learned: Sequence[str]) -> float:
    """Share of the texts' words in runs of more than COPIED_WORDS words that another of them has too, in [0, 1]."""
    length = COPIED_WORDS + 1
    holder: dict[str, int] = {}
    shared: set[str] = set()
    for number, text in enumerate(learned):
        shared.update(run for run in word_runs(_words(text), length) if holder.setdefault(run, number) != number)
    said = [_words(text) for text in learned]
    return sum(_words_in_runs(words, shared) for words in said) / max(1, sum(map(len, said)))


def _words_in_runs(words: Sequence[str], known: set[str]) -> int:
    length = COPIED_WORDS + 1
    return len({at + step for at, run in enumerate(word_runs(words, length)) if run in known for step in range(length)})


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _leak_problems(
    leaks: Mapping[Leak, float], drafts_with: Mapping[Leak, float], holders: Mapping[Leak, int], texts: int
) -> Iterable[Problem]:
    for leak, drafts in drafts_with.items():
        if leaks[leak] > MAX_LINES or drafts > MAX_DRAFTS or holders[leak] > MAX_TRAINED * texts:
            yield Problem(leak, leaks[leak], drafts, holders[leak], texts)


def _copy_problems(copied: float, twice: float, texts: int) -> Iterable[Problem]:
    if copied > MAX_COPIED or twice > MAX_TWICE:
        yield Problem("near-duplicate", max(copied, twice), 0.0, texts, texts)
