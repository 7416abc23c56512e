"""What should not be in a draft and is: addresses, code, and passages that the training texts say again and again."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.domain.documents import DocumentId, Mark, Post
from pipeline.stages.contacts import find_emails
from pipeline.stages.links import find_links
from pipeline.stages.repeats import MIN_WORDS, find_repeats
from pipeline.stages.sentences import sentence_key, sentences
from pipeline.stages.series import COMMON_IN, MIN_POSTS, find_series
from pipeline.stages.shortcodes import find_shortcodes
from pipeline.stages.tag_names import KNOWN

# Each is the name of the cleaning rule whose fix takes it out.
Leak = Literal["link", "markup", "shortcode", "email", "repeated-passage", "series"]
LEAKS: Final[tuple[Leak, ...]] = ("link", "markup", "shortcode", "email", "repeated-passage", "series")

# The local model leaves any verbatim run after 8 to 14 tokens (ngram.COPY_LIMIT), so it never says a long passage to
# its end; so many words in a row of one give it away.
PASSAGE_RUN_WORDS: Final = 6

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)\b[^<>\n]*>")
_CODE = re.compile(r"<!--|-->|&(?:[a-z]{2,8}|#\d{2,5}|#x[0-9a-f]{2,4});|<!?-|/?wp:\w+")


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages known from the training texts: whole sentences by key, and every run of PASSAGE_RUN_WORDS words."""

    sentences: frozenset[str]
    runs: frozenset[str]

    @classmethod
    def of(cls, keys: Iterable[str]) -> "Passages":
        whole = frozenset(key for key in keys if len(key.split()) >= MIN_WORDS)
        return cls(whole, frozenset(run for key in whole for run in word_runs(key.split(), PASSAGE_RUN_WORDS)))

    def are_in(self, line: str) -> bool:
        keys = [sentence.key for sentence in sentences(line)]
        return any(key in self.sentences for key in keys) or any(
            run in self.runs for run in word_runs(sentence_key(line).split(), PASSAGE_RUN_WORDS)
        )


def word_runs(words: Sequence[str], length: int) -> Iterable[str]:
    return (" ".join(words[start : start + length]) for start in range(len(words) - length + 1))


@dataclass(frozen=True, slots=True)
class LeakFinder:
    """Looks for every kind of leak in one line. repeated, templates: what the training texts have too much of."""

    repeated: Passages
    templates: Passages

    @classmethod
    def trained_on(cls, posts: Sequence[Post]) -> "LeakFinder":
        repeated = [sentence.key for passage in find_repeats(posts) for sentence in sentences(passage.text)]
        return cls(Passages.of(repeated), Passages.of(_skeletons(posts)))

    def leaks(self, line: str) -> set[Leak]:
        found: dict[Leak, bool] = {
            "link": _has(find_links, line),
            "markup": _has_code(line),
            "shortcode": _has(find_shortcodes, line),
            "email": _has(find_emails, line),
            "repeated-passage": self.repeated.are_in(line),
            "series": self.templates.are_in(line),
        }
        return {leak for leak, there in found.items() if there}

    def rates(self, texts: Iterable[str]) -> Mapping[Leak, float]:
        """The share of lines, empty ones aside, with each leak; in [0, 1]."""
        lines = [line for text in texts for line in text.splitlines() if line.strip()]
        counts = Counter(leak for line in lines for leak in self.leaks(line))
        return {leak: counts[leak] / max(1, len(lines)) for leak in LEAKS}

    def texts_with(self, texts: Iterable[str]) -> Mapping[Leak, int]:
        """How many texts have each leak somewhere."""
        counts: Counter[Leak] = Counter()
        for text in texts:
            counts.update({leak for line in text.splitlines() for leak in self.leaks(line)})
        return {leak: counts[leak] for leak in LEAKS}


def _has(find: Callable[[str], Iterable[Mark]], line: str) -> bool:
    """A mark whose fix keeps the words as they are ("we built login.gov") is nothing that cleaning takes out."""
    return any(mark.replacement != line[mark.start : mark.end] for mark in find(line))


def _has_code(line: str) -> bool:
    return bool(_CODE.search(line)) or any(match[1].lower() in KNOWN for match in _TAG.finditer(line))


def _skeletons(posts: Sequence[Post]) -> Iterable[str]:
    """Keys of the lines that a template's posts share."""
    texts = {post.document_id: post.text for post in posts}
    for series in find_series(posts):
        counts = Counter(key for member in series.document_ids for key in _keys(texts, member))
        least = max(MIN_POSTS, COMMON_IN * len(series.document_ids))
        yield from (key for key, count in counts.items() if count >= least)


def _keys(texts: Mapping[DocumentId, str], member: DocumentId) -> set[str]:
    return {sentence.key for sentence in sentences(texts[member])}
