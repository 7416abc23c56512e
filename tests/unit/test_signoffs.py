"""The rows an editor gets: at random, and the same ones whenever they are drawn for the same dataset."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import DocumentId, ExampleId, Filters, Recipe
from pipeline.domain.origins import Fate, Making, RowsFor, Text, Version
from pipeline.signoffs import ROWS, pick


def version(texts: int, content_hash: str) -> Version:
    making = Making(Recipe(Filters()), (), RowsFor("", "o200k_base", True, 8192), "1", content_hash)
    keys = [DocumentId(f"a.csv\n{n}") for n in range(texts)]
    fates = [Fate(key, f"Title of {key}", None, ExampleId(key), "train", 1, 1) for key in keys]
    fates.append(Fate(DocumentId("a.csv\nout"), "Out", "older"))
    return Version(making, tuple(fates), {key: Text("Write.", f"Text {key}") for key in keys})


@given(st.integers(0, 40), st.text(max_size=10))
def test_the_same_dataset_gives_the_same_rows_in_whatever_order_it_is_read(texts: int, content_hash: str) -> None:
    whole = version(texts, content_hash)
    picked = pick(whole)
    assert len({row.key for row in picked}) == len(picked) == min(ROWS, texts)
    assert all(row.text == whole.texts[row.key].completion for row in picked)
    assert pick(replace(whole, fates=whole.fates[::-1])) == picked


def test_every_text_is_drawn_about_equally_often() -> None:
    drawn = [row.key for seed in range(2000) for row in pick(version(40, str(seed)))]
    counts = [drawn.count(DocumentId(f"a.csv\n{n}")) for n in range(40)]
    assert min(counts) > 420  # 500 expected, 19 the standard deviation
    assert max(counts) < 580
