"""Tables that say how often pages were seen, as Google Analytics, Search Console and others export them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.domain.documents import Measure, Notice
from pipeline.domain.reading import Field, Figure
from pipeline.sources.csv_layout import DELIMITERS, parse_rows, parted
from pipeline.sources.fields import known_fields, normal_name

Row = Sequence[str]

# In order of preference: people mean readers when they say what did well.
MEASURES: tuple[tuple[str, Measure], ...] = (
    ("views", "views"),
    ("screen_page_views", "views"),
    ("pageviews", "views"),
    ("page_views", "views"),
    ("unique_pageviews", "views"),
    ("views_total", "views"),
    ("visitors", "views"),
    ("visits", "views"),
    ("users", "views"),
    ("active_users", "views"),
    ("sessions", "views"),
    ("hits", "views"),
    ("clicks", "clicks"),
    ("klicks", "clicks"),
    ("clics", "clicks"),
    ("clicks_total", "clicks"),
)
# Search Console's other tables and its list of filters; two of these names in a header are no accident.
SEARCH_NAMES = frozenset({"clicks", "impressions", "ctr", "position", "klicks", "impressionen", "clics"})
FILTER_HEADER = ("filter", "value")
# Rows that decide; exports of GA4 begin with eight lines of comment and may hold a chart's table first.
SAMPLE_ROWS = 40
WRITING: frozenset[Field] = frozenset({"body", "completion", "prompt"})
# A table of figures has addresses in one column and numbers elsewhere; of the cells looked at, this many must fit
# ("(not set)", a total and a heading may stand between).
ADDRESS_SHARE = 0.6
FEWEST_PAGES = 1
NUMBER = re.compile(r"-?\d[\d.,' \u00a0\u202f]*%?")
ADDRESS = re.compile(r"(?:https?://[^\s/]+|/)\S*", re.IGNORECASE)
NO_PAGES = "It holds figures without the pages they belong to, so I could not use it. Export the table of pages"


@dataclass(frozen=True, slots=True)
class FigureLayout:
    """Which columns of a table hold the page and its figure."""

    page: int
    value: int
    measure: Measure


@dataclass(frozen=True, slots=True)
class FigureTable:
    """layout: None where the figures belong to no pages."""

    delimiter: str
    layout: FigureLayout | None


def figure_table(sample: Sequence[str], *, suffix: str) -> FigureTable | None:
    """None for a table that may hold writing. sample: the first lines with their ends."""
    for delimiter in DELIMITERS:
        rows = _after_comments(parse_rows(sample, delimiter))
        if layout := find_figures(rows):
            return FigureTable(delimiter, layout)
    delimiter, rows = parted(sample, suffix=suffix)
    return FigureTable(delimiter, None) if is_figures_without_pages(_after_comments(rows)) else None


def find_figures(rows: Sequence[Row]) -> FigureLayout | None:
    """None for a table that may hold writing. rows: the first of the file, comment lines without "#" left out."""
    for at, header in enumerate(rows):
        layout = _by_names(header, rows[at + 1 :])
        if layout:
            return layout
    return None


def is_figures_without_pages(rows: Sequence[Row]) -> bool:
    """Search terms, countries, days or devices with their clicks; or the list of filters that lies beside them."""
    names = [normal_name(cell) for cell in rows[0]] if rows else []
    return len(SEARCH_NAMES.intersection(names)) > 1 or tuple(names) == FILTER_HEADER


def _after_comments(rows: Sequence[Row]) -> Sequence[Row]:
    """Rows that are no comment, in a file that begins with one."""
    if not rows or not _is_comment(rows[0]):
        return rows[:SAMPLE_ROWS]
    return [row for row in rows if not _is_comment(row)][:SAMPLE_ROWS]


def _is_comment(row: Row) -> bool:
    return bool(row) and row[0].lstrip("\ufeff ").startswith("#")


def figures(rows: Iterable[Row], layout: FigureLayout, source_name: str) -> Iterator[Figure]:
    """Of the rows that name a page; totals, other tables of the same file and blank lines do not."""
    for row in rows:
        page = row[layout.page].strip() if len(row) > layout.page else ""
        value = number_in(row[layout.value]) if len(row) > layout.value else None
        if value is not None and _is_address(page):
            yield Figure(source_name, page, value, layout.measure)


def no_pages(source_name: str) -> Notice:
    return Notice("no-pages", source_name, NO_PAGES)


def number_in(cell: str) -> float | None:
    """ "1,234", "1.234", "1 234" and "1234.0" alike: views and clicks are whole numbers."""
    text = cell.strip()
    if not NUMBER.fullmatch(text) or text.endswith("%"):
        return None
    whole = re.sub(r"[.,]\d{1,2}$", "", text)
    digits = re.sub(r"[^\d-]", "", whole)
    return float(digits) if digits.strip("-") else None


def _by_names(header: Row, rows: Sequence[Row]) -> FigureLayout | None:
    names = [normal_name(cell) for cell in header]
    sample = [row for row in rows[:SAMPLE_ROWS] if len(row) == len(header)]
    page = next((at for at in range(len(names)) if _are_addresses(sample, at)), None)
    if page is None or any(_is_address(cell.strip()) for cell in header) or WRITING & known_fields(header).keys():
        return None
    known = next(((names.index(name), measure) for name, measure in MEASURES if name in names), None)
    value = known[0] if known else _first_numbers(sample, page)
    if value is None or _has_writing(sample, page):
        return None
    return FigureLayout(page, value, known[1] if known else "views")


def _are_addresses(sample: Sequence[Row], at: int) -> bool:
    cells = [row[at].strip() for row in sample if row[at].strip()]
    return len(cells) >= FEWEST_PAGES and sum(map(_is_address, cells)) >= ADDRESS_SHARE * len(cells)


def _first_numbers(sample: Sequence[Row], page: int) -> int | None:
    """In a language whose names are not known: the first column of whole numbers."""
    width = len(sample[0])
    columns = (at for at in range(width) if at != page and all(number_in(row[at]) is not None for row in sample))
    return next(columns, None)


def _has_writing(sample: Sequence[Row], page: int) -> bool:
    """Whether some column beside the address holds more than a name: then the addresses belong to texts."""
    cells = [[row[at] for row in sample] for at in range(len(sample[0])) if at != page]
    return any(sum(len(cell.split()) for cell in column) > 25 * len(column) for column in cells)


def _is_address(cell: str) -> bool:
    if not ADDRESS.fullmatch(cell):
        return False
    try:
        return bool(urlsplit(cell))
    except ValueError:
        return False
