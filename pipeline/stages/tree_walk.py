"""Walk a parsed page in reading order, without recursion, and tell its elements and words to a Page."""

from collections.abc import Callable, Mapping

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from pipeline.stages.elements import Leave, Page, is_dropped
from pipeline.stages.tag_names import DROPPED
from pipeline.stages.tidy import decoded

# A cell with more words than this, or with paragraphs, belongs to a page layout, not to a table of values.
_CELL_WORDS = 60
_NOTHING: Mapping[str, str] = {}
Step = PageElement | Callable[[], None]


def walk_tree(soup: BeautifulSoup, page: Page) -> None:
    steps: list[Step] = [soup]
    while steps:
        step = steps.pop()
        if isinstance(step, Tag):
            _enter(step, page, steps)
        elif type(step) is NavigableString:
            page.words(decoded(str(step)))
        elif not isinstance(step, PageElement):
            step()
    page.close()


def _enter(tag: Tag, page: Page, steps: list[Step]) -> None:
    name = tag.name.lower()
    attributes = _attributes(tag) if tag.attrs else _NOTHING
    if name in DROPPED or is_dropped(name, attributes, tag.get_text):
        return
    leave = _open(name, attributes, tag, page)
    if leave is not None:
        steps.append(leave)
    steps.extend(reversed(tag.contents))


def _open(name: str, attributes: Mapping[str, str], tag: Tag, page: Page) -> Leave | None:
    if name == "table":
        return page.open_table(holds_values=_holds_values(tag))
    if name in {"td", "th"}:
        return page.open_cell(first=tag.find_previous_sibling(["td", "th"]) is None)
    return page.open(name, attributes)


def _attributes(tag: Tag) -> Mapping[str, str]:
    return {name: value if isinstance(value, str) else " ".join(value) for name, value in tag.attrs.items()}


def _holds_values(table: Tag) -> bool:
    """False for tables that lay out a page: one column, long cells, cells with paragraphs, tables inside."""
    if table.find("table") is not None:
        return False
    cells = table.find_all(["td", "th"])
    if all(cell.find_next_sibling(["td", "th"]) is None for cell in cells):
        return False
    return not any(len(cell.find_all("p", limit=2)) > 1 or len(cell.get_text().split()) > _CELL_WORDS for cell in cells)
