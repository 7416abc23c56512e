"""What stays in memory of each document, and what comparing takes besides: bytes that Python and numpy asked for."""

import gc
import random
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

import pytest

from pipeline.domain.documents import Document, DocumentId, Filters, Recipe
from pipeline.stages import near_duplicates, repeats, series, variants
from pipeline.stages.near_duplicates import find_near_duplicates
from pipeline.stages.repeats import find_repeats
from pipeline.stages.series import find_series
from pipeline.survey import Corpus, survey

Comparing: TypeAlias = Callable[..., Sequence[object]]

RECIPE = Recipe(Filters())
FEW, MANY = 300, 900
WORDS = 160
# 100,000 documents of this size are 80 MB: what is left of 500 MB when token ranks and the program have 170.
MOST_BYTES_REMEMBERED = 800
# What comparing may hold besides, a document: hashes of titles, sizes and counts, places of sentences.
MOST_BYTES_COMPARED: Final = ((find_series, 1_000), (find_near_duplicates, 600), (find_repeats, 800))


def documents(count: int) -> Iterator[Document]:
    """Texts of which no two are alike but for their last line; each has a link, an address and a date."""
    chance = random.Random(5)  # not a secret
    for number in range(count):
        words = [f"w{chance.randrange(10**7):x}" for _ in range(WORDS)]
        lines = [" ".join(words[at : at + 10]).capitalize() + "." for at in range(0, WORDS, 10)]
        body = f"<p>{' '.join(lines)}</p><p>See https://example.org/{number}. Write to a{number}@example.org.</p>"
        yield Document(
            document_id=DocumentId(str(number)),
            title=f"{words[0]} and {words[1]}",
            body=body,
            markup="html",
            source_name="posts.xml",
            published_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        )


def kept_bytes(count: int) -> int:
    """What a corpus of so many documents holds in memory."""
    gc.collect()
    tracemalloc.start()
    try:
        corpus = survey(documents(count), RECIPE)
        gc.collect()
        assert len(corpus.tagged) == count
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_little_is_remembered_of_a_tagged_document() -> None:
    survey(documents(20), RECIPE)  # tables that are made once
    assert (kept_bytes(MANY) - kept_bytes(FEW)) / (MANY - FEW) < MOST_BYTES_REMEMBERED


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many parts as a hundred times as many documents would have."""
    monkeypatch.setattr(near_duplicates, "_SLICE_SHINGLES", 10_000)
    monkeypatch.setattr(near_duplicates, "_BLOCK_POSTS", 32)
    monkeypatch.setattr("pipeline.stages.outlines.BLOCK_TEXTS", 32)
    monkeypatch.setattr(series, "_PART_POSTS", 80)
    monkeypatch.setattr(repeats, "_PART_POSTS", 80)
    monkeypatch.setattr(variants, "_PART_RUNS", 10_000)
    monkeypatch.setattr(variants, "_BLOCK_SENTENCES", 256)
    monkeypatch.setattr("pipeline.survey._OUTLINES_KEPT", 0)


def most_bytes(compare: Comparing, corpus: Corpus) -> int:
    """The most that comparing holds at once."""
    posts, outlines = corpus.posts(corpus.tagged), corpus.outlines(corpus.tagged)
    compare(posts[:20], outlines[:20])
    gc.collect()
    tracemalloc.start()
    try:
        compare(posts, outlines)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(("compare", "most"), MOST_BYTES_COMPARED)
def test_comparing_holds_little_of_a_document_that_is_like_no_other(compare: Comparing, most: int) -> None:
    few, many = (survey(documents(count), RECIPE) for count in (FEW, MANY))
    assert (most_bytes(compare, many) - most_bytes(compare, few)) / (MANY - FEW) < most
