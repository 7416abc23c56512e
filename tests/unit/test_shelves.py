"""What waits on a shelf comes back as it was, and rows are read only when somebody looks at them."""

import gc
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.batches import BATCH, in_batches
from pipeline.domain.documents import Document, DocumentId, ExampleId
from pipeline.domain.prepared import Example, Examples, heads_of
from pipeline.rows import TextRow
from pipeline.shelf import Place, Shelf
from pipeline.tagging import Marked, TagOptions, mark, text_of

OPTIONS = TagOptions(shortcodes_out=True, markup_out=True)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_records_come_back_from_their_places(records: list[bytes]) -> None:
    shelf = Shelf()
    places = [shelf.add(record) for record in records]
    assert [shelf.read(place) for place in reversed(places)] == records[::-1]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux shows them")
def test_a_shelf_nobody_holds_is_gone_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = open_files()
    shelf = Shelf()
    shelf.add(b"text")
    assert open_files() == before + 1
    assert list(tmp_path.iterdir()) == []
    del shelf
    gc.collect()
    assert open_files() == before


bodies = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "<p>See <a href='https://example.org'>this</a>, write to ann@example.org.</p>",
            "[gallery ids='1'] <h2>One &amp; two</h2> \ud800 Ã©tÃ©",
        ]
    ),
)


@given(st.text(max_size=30), bodies, st.sampled_from(["wordpress", "markdown", "text"]))
def test_a_marked_document_comes_back(title: str, body: str, markup: str) -> None:
    document = Document(
        document_id=DocumentId("1"),
        title=title,
        body=body,
        markup=markup,  # type: ignore[arg-type]  # one of the three
        source_name="blog.xml",
        published_at=datetime(2024, 5, 6, tzinfo=UTC),
        tags=("tea",),
    )
    marked = mark(DocumentId("blog.xml\n1"), document, OPTIONS)
    assert Marked.unpack(marked.pack()) == marked
    assert text_of(marked.pack()) == marked.plain.text


def rows(count: int) -> tuple[Examples[TextRow], list[str]]:
    looked_at: list[str] = []

    def read(head: TextRow) -> Example:
        looked_at.append(head.example_id)
        return Example(head.example_id, head.document_id, "", "Ask", "Tell", head.split, head.tokens, head.words)

    heads = [
        TextRow(DocumentId(f"k{n}"), DocumentId(str(n)), ExampleId(f"e{n}"), "", 0, 10, 5, Place(0, 0))
        for n in range(count)
    ]
    return Examples(heads, read), looked_at


def test_counting_reads_no_rows() -> None:
    examples, looked_at = rows(4)
    assert len(examples) == 4
    assert sum(head.tokens for head in heads_of(examples)) == 40
    assert len(examples.of("train")[1:3]) == 2
    assert looked_at == []
    assert examples[2].completion == "Tell"
    assert looked_at == ["e2"]


def test_rows_on_a_shelf_equal_the_same_rows_in_memory() -> None:
    examples, _ = rows(3)
    assert examples == tuple(examples)
    assert examples != rows(2)[0]


def test_batches_keep_their_order_and_their_size() -> None:
    sizes: list[int] = []

    def work(batch: object) -> list[int]:
        assert isinstance(batch, tuple)
        sizes.append(len(batch))
        return list(batch)

    assert [one for batch in in_batches(None, work, range(40)) for one in batch] == list(range(40))
    assert sizes == [BATCH, BATCH, 40 - 2 * BATCH]
