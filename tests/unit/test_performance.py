"""Figures find the documents of their pages, and only those."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import Document, DocumentId, Measure
from pipeline.domain.reading import Figure
from pipeline.performance import Figures, Joined, page_path


def document(key: str, title: str = "", url: str | None = None) -> tuple[DocumentId, Document]:
    return DocumentId(key), Document(DocumentId(key), title, "Words", "text", "posts.zip", url=url)


def joined(figures: dict[str, float], *documents: tuple[DocumentId, Document], measure: Measure = "views") -> Joined:
    gathered = Figures()
    for page, value in figures.items():
        gathered.add(Figure("pages.csv", page, value, measure))
    return gathered.joined(documents)


@pytest.mark.parametrize(
    "page",
    [
        "https://www.example.org/2024/03/Mending%20Gates/",
        "http://example.org/2024/03/mending gates",
        "/2024/03/mending%20gates/?utm_source=mail",
        "/2024/03/mending gates/index.html",
        "/2024/03/mending gates/amp/",
        "2024/03/mending gates#top",
    ],
)
def test_one_page_has_one_path(page: str) -> None:
    assert page_path(page) == "2024/03/mending gates"


def test_plain_wordpress_addresses_keep_their_number() -> None:
    assert page_path("https://example.org/?p=12") == page_path("/?p=12") == "?p=12"
    assert page_path("https://example.org/") == ""


@given(st.text())
def test_no_address_breaks_the_join(page: str) -> None:
    assert isinstance(page_path(page), str)


def test_a_page_is_found_by_address_slug_file_and_title() -> None:
    figures = {"/2024/03/gates/": 1.0, "/blog/fences": 2.0, "/2014/03/12/hello.html": 3.0, "/how-dont-gates": 4.0}
    found = joined(
        figures,
        document("1", url="https://example.org/2024/03/gates"),
        document("2", url="fences"),
        document("posts/2014-03-12-hello.md"),
        document("4", title="How don’t gates?"),
        document("5", title="Never seen"),
    )
    assert found.performance == {"1": 1, "2": 2, "posts/2014-03-12-hello.md": 3, "4": 4}
    assert found.documents == 5


def test_a_slug_of_two_pages_or_of_a_list_joins_nothing() -> None:
    same = joined({"/a/gates": 1.0, "/b/gates": 2.0}, document("1", url="gates"))
    listed = joined({"/tag/gates": 9.0}, document("1", url="https://example.org/2024/gates"))
    assert (same.performance, listed.performance) == ({}, {})


def test_rows_of_one_page_are_added_up_and_measures_are_not_mixed() -> None:
    gathered = Figures()
    for page, value, measure in [("/a", 1.0, "views"), ("/a/?x=1", 2.0, "views"), ("/a", 50.0, "clicks")]:
        gathered.add(Figure("f", page, value, measure))  # type: ignore[arg-type]  # of Literal
    gathered.add(Figure("f", "/b", 1.0, "views"))
    found = gathered.joined([document("1", url="/a"), document("2", url="/b")])
    assert (found.measure, found.performance) == ("views", {"1": 3, "2": 1})


@given(st.dictionaries(st.integers(0, 50).map(str), st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_the_best_are_never_worse_than_the_rest(figures: dict[str, float], percent: int) -> None:
    found = Joined("views", {DocumentId(key): value for key, value in figures.items()}, len(figures))
    best = found.best(percent)
    assert len(best) >= len(figures) * percent / 100 > len(best) - 1
    rest = [value for key, value in figures.items() if key not in best]
    assert not rest or min(found.performance[key] for key in best) >= max(rest)
