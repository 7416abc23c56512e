"""Short answers to given requests: labels that are spelled in several ways, seldom, contradictory or no JSON."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.documents import DocumentId
from pipeline.domain.voices import Purpose

# Longer answers are prose, and the rules for prose look at them.
MOST_WORDS: Final = 20
# The classic preparation tool took a set for classification when fewer than a third of its answers were distinct.
DISTINCT_SHARE: Final = 3
# A class is rare when it has less than a tenth of its fair share (cleanlab's Datalab, "class imbalance").
FAIR_SHARE: Final = 10
# Of all answers; with fewer the set only quotes some JSON.
JSON_SHARE: Final = 0.8
# Texts for each answer that OpenAI's guide to its classic fine-tuning asked for where texts are sorted.
ENOUGH_OF_EACH: Final = 100
# What has one right answer: two different ones to the same request are a fault.
ONE_ANSWER: Final[frozenset[Purpose]] = frozenset(("classification", "extraction", "question answering"))
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Answer:
    key: DocumentId
    prompt: str
    words: str


def is_short(words: str) -> bool:
    return len(words.split(maxsplit=MOST_WORDS)) <= MOST_WORDS


def are_labels(answers: Sequence[Answer], purpose: Purpose | None) -> bool:
    """Whether the answers sort the requests. purpose: of the voice; where none is known, the answers tell."""
    if purpose is not None:
        return purpose == "classification"
    return len({label_key(answer.words) for answer in answers}) * DISTINCT_SHARE < len(answers)


def label_key(label: str) -> str:
    """The same for "Positive", "positive." and " POSITIVE"."""
    return _NOT_WORD.sub(" ", label.casefold()).strip() or label.strip()


def spellings(answers: Sequence[Answer]) -> Mapping[str, str]:
    """Label as written to the spelling most used, for those that differ only by case, signs or white space."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        written[label_key(answer.words)][answer.words] += 1
    return {
        label: counts.most_common(1)[0][0]
        for counts in written.values()
        for label in counts
        if label != counts.most_common(1)[0][0]
    }


def rare(answers: Sequence[Answer]) -> Mapping[str, int]:
    """Labels with far less than their share, or seen once; in order of how seldom they are."""
    counts = Counter(label_key(answer.words) for answer in answers)
    fair = len(answers) / max(1, len(counts))
    return {label: n for label, n in reversed(counts.most_common()) if n == 1 or n * FAIR_SHARE < fair}


def too_few(answers: Sequence[Answer]) -> Mapping[str, int]:
    """Labels with fewer texts than each needs, the smallest first."""
    counts = Counter(label_key(answer.words) for answer in answers)
    return {label: n for label, n in reversed(counts.most_common()) if n < ENOUGH_OF_EACH}


def contradictory(answers: Sequence[Answer]) -> list[DocumentId]:
    """Rows that ask the same and are answered differently."""
    labels: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        labels[label_key(answer.prompt)].add(label_key(answer.words))
    return [answer.key for answer in answers if len(labels[label_key(answer.prompt)]) > 1]


def broken_json(answers: Sequence[Answer]) -> list[DocumentId]:
    """Where nearly all answers are JSON, those that are none."""
    seems = [answer for answer in answers if answer.words.lstrip()[:1] in ("{", "[")]
    if not answers or len(seems) < JSON_SHARE * len(answers):
        return []
    return [answer.key for answer in answers if not _is_json(answer.words)]


def _is_json(words: str) -> bool:
    try:
        json.loads(words)
    except (ValueError, RecursionError):
        return False
    return True
