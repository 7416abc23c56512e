"""Tables of views and clicks are told from writing, whatever program exported them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.domain.documents import Document, Notice
from pipeline.domain.reading import Figure
from pipeline.sources.analytics import number_in
from pipeline.sources.reading import read_file

Write = Callable[[str, bytes | str], Path]
GA4 = """# ----------------------------------------
# Pages and screens: Page path and screen class
# Account: Field notes
# Start date: 20240101
# End date: 20241231
# ----------------------------------------

Page path and screen class,Views,Active users,Views per active user,Average engagement time,Event count,Total revenue
,"5,210",900,1.1,30.5,7000,0
/,3000,700,1.2,20.1,5000,0
/2024/03/mending-gates/,"1,204",500,1.3,60.2,1500,0
/?p=12,6,5,1,1,9,0
(not set),12,5,1,1,9,0
"""
SEARCH = (
    "Top pages,Clicks,Impressions,CTR,Position\n"
    "https://example.org/2024/03/mending-gates/,84,1200,7%,8.1\n"
    "http://example.org/second,3,90,3.33%,22\n"
)
GERMAN = "Seitenpfad und Bildschirmklasse;Aufrufe;Aktive Nutzer\n/tor/;1.204;88\n/zaun/;7;5\n"


def read(path: Path, name: str) -> tuple[list[Figure], list[object]]:
    items = list(read_file(path, name=name))
    return [one for one in items if isinstance(one, Figure)], [one for one in items if not isinstance(one, Figure)]


def test_an_export_of_analytics_gives_views_by_path(write: Write) -> None:
    found, others = read(write("f", GA4), "Pages_and_screens.csv")
    assert [(one.page, one.value) for one in found] == [("/", 3000), ("/2024/03/mending-gates/", 1204), ("/?p=12", 6)]
    assert {one.measure for one in found} == {"views"}
    assert others == []


def test_an_export_of_search_console_gives_clicks_by_address(write: Write) -> None:
    found, _ = read(write("f", SEARCH), "Pages.csv")
    assert [(one.value, one.measure) for one in found] == [(84, "clicks"), (3, "clicks")]


def test_names_in_another_language_are_read_by_what_stands_below(write: Write) -> None:
    found, _ = read(write("f", GERMAN), "export.csv")
    assert [(one.page, one.value) for one in found] == [("/tor/", 1204), ("/zaun/", 7)]


def test_a_zip_of_search_console_gives_its_pages_and_no_writing(write: Write, zipped: Callable[..., bytes]) -> None:
    members = {
        "Pages.csv": SEARCH,
        "Queries.csv": "Top queries,Clicks,Impressions,CTR,Position\nhow to mend a gate,4,80,5%,3.1\n",
        "Filters.csv": "Filter,Value\nSearch type,Web\nDate,Last 3 months\n",
    }
    found, others = read(write("f", zipped(members)), "search.zip")
    assert len(found) == 2
    assert {one.kind for one in others if isinstance(one, Notice)} == {"no-pages"}
    assert not any(isinstance(one, Document) for one in others)


@pytest.mark.parametrize(
    "table",
    [
        "url,title,body\nhttps://example.org/a,A,Words that are written\nhttps://example.org/b,B,More words\n",
        "link,likes,tweet\nhttps://example.org/a,3," + "many words of a thread " * 12 + "\n",
    ],
)
def test_writing_with_addresses_stays_writing(write: Write, table: str) -> None:
    found, others = read(write("f", table), "posts.csv")
    assert found == []
    assert any(isinstance(one, Document) for one in others)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1,204", 1204), ("1.204", 1204), ("1 204", 1204), ("1204.0", 1204), ("7", 7), ("5%", None), ("words", None)],
)
def test_numbers_of_every_country(cell: str, number: float | None) -> None:
    assert number_in(cell) == number
