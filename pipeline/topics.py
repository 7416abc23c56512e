"""What the texts of a set are about: by their own tags, or by words they share that general English seldom uses."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pipeline.domain.prepared import Topics
from pipeline.general_english import GeneralEnglish, general_english
from pipeline.prompts import STOP_WORDS, Salience

# With fewer texts tagged, the tags tell what somebody tagged rather than what the texts are about.
TAGGED_SHARE: Final = 0.5
# What blog programs write where nobody chose: WordPress in English, German, French, Spanish; Ghost; Medium's export.
NO_TOPIC: Final = frozenset(("uncategorized", "uncategorised", "allgemein", "non classé", "sin categoría", "general"))
MOST_TOPICS: Final = 40  # of a report; blogs have had thousands of tags
MOST_WORDS: Final = 12
MIN_WORD_CHARS: Final = 3
# A word in fewer texts is one text's subject, one in more of them is in the frame around all of them.
MIN_TEXTS: Final = 3
MIN_SHARE: Final = 0.1
MAX_SHARE: Final = 0.8
# As often as the words that were looked at on five blogs: below, "projects" and "working" come before "procurement".
MIN_RATIO: Final = 4.0


def topics_of(tags: Sequence[Sequence[str]], words: Salience, mean_words: float, *, english: bool) -> Topics | None:
    """None where nothing can be said honestly: few tags, and texts that are not English or share no words.

    tags: of each kept text. words: in how many kept texts each word is; mean_words: of a text.
    """
    by_text = [_own(some) for some in tags]
    tagged = sum(bool(own) for own in by_text)
    if tagged and tagged >= TAGGED_SHARE * len(by_text):
        counts = Counter(topic for own in by_text for topic in own)
        spelled = _spellings(tags)
        named = {spelled[topic]: count for topic, count in _first(counts, MOST_TOPICS)}
        return Topics("tags", named, of=len(by_text), without=len(by_text) - tagged, others=len(counts) - len(named))
    if not english or not words.texts:
        return None
    found = dict(_telling(words, mean_words, general_english()))
    return Topics("words", found, of=words.texts) if found else None


def _own(tags: Iterable[str]) -> set[str]:
    return {_folded(tag) for tag in tags} - NO_TOPIC - {""}


def _folded(tag: str) -> str:
    return " ".join(tag.casefold().split())


def _spellings(tags: Iterable[Sequence[str]]) -> dict[str, str]:
    """Each topic as it is written most often."""
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for some in tags:
        for tag in some:
            written[_folded(tag)][" ".join(tag.split())] += 1
    return {topic: _first(counts, 1)[0][0] for topic, counts in written.items()}


def _first(counts: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    """Most frequent first, then by name: the order of files leaves no trace."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]


def _telling(words: Salience, mean_words: float, english: GeneralEnglish) -> Iterator[tuple[str, int]]:
    """Most frequent first, of the words with the highest log-likelihood ratio against general English.

    Counted in texts, not in times: bursts belong to one text. Source: Dunning 1993, Accurate methods for the
    statistics of surprise and coincidence. Of a word and its plural the more frequent stands for both.
    """
    weighed: list[tuple[float, str, int]] = []
    for word, count in words.texts_with.items():
        share = count / words.texts
        if count < MIN_TEXTS or not MIN_SHARE <= share <= MAX_SHARE or not _is_subject(word):
            continue
        expected = 1 - math.exp(-english.chance((word,)) * mean_words)
        if share > MIN_RATIO * expected:
            weighed.append((_surprise(count, words.texts, expected), word, count))
    taken: dict[str, int] = {}
    for _, word, count in sorted(weighed, key=lambda one: (-one[0], one[1])):
        if len(taken) < MOST_WORDS and not {f"{word}s", word.removesuffix("s")} & taken.keys():
            taken[word] = count
    yield from _first(taken, MOST_WORDS)


def _is_subject(word: str) -> bool:
    return len(word) >= MIN_WORD_CHARS and word.isalpha() and word not in STOP_WORDS


def _surprise(count: int, texts: int, expected: float) -> float:
    share = (count + 0.5) / (texts + 1)
    return texts * (share * math.log(share / expected) + (1 - share) * math.log((1 - share) / (1 - expected)))
