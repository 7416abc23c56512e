"""Walk a parsed page in reading order, without recursion, and hand its words to a writer."""

import re
from collections.abc import Callable

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from pipeline.stages.plain_writer import LINE_BREAK, PARAGRAPH_BREAK, PlainWriter
from pipeline.stages.tag_names import BLOCK, DROPPED, DROPPED_CLASSES, HEADINGS, LINE, LISTS, PREFORMATTED
from pipeline.stages.tidy import decoded

# A cell with more words than this, or with paragraphs, belongs to a page layout, not to a table of values.
_CELL_WORDS = 60
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
_FOOTNOTE_SIGN = re.compile(r"[\[(]?(?:\d{1,3}|[↩↑^*†‡]\ufe0e?)[\])]?")
Step = PageElement | Callable[[], None]


def write_tree(soup: BeautifulSoup, writer: PlainWriter, *, newlines_count: bool) -> None:
    """newlines_count: a newline in the source is a line break and a blank line parts paragraphs."""
    _Walk(writer, newlines_count).over(soup)


class _Walk:
    """One walk: what is open around the element at hand."""

    def __init__(self, writer: PlainWriter, newlines_count: bool) -> None:
        self._writer = writer
        self._newlines_count = newlines_count
        self._preformatted = 0
        self._numbers: list[int | None] = []
        self._value_tables: list[bool] = []
        self._steps: list[Step] = []

    def over(self, soup: BeautifulSoup) -> None:
        self._steps = [soup]
        while self._steps:
            step = self._steps.pop()
            if isinstance(step, Tag):
                self._enter(step)
            elif type(step) is NavigableString:
                self._words(str(step))
            elif not isinstance(step, PageElement):
                step()

    def _enter(self, tag: Tag) -> None:
        name = tag.name.lower()
        if name in DROPPED or _is_dropped(tag):
            return
        leave = self._open(name, tag)
        if leave is not None:
            self._steps.append(leave)
        self._steps.extend(reversed(tag.contents))

    def _open(self, name: str, tag: Tag) -> Callable[[], None] | None:
        """Do what the element asks for before its words; returns what to do after them."""
        if name in LISTS:
            return self._open_list(name, tag)
        if name == "table":
            return self._open_table(tag)
        if name in {"td", "th"}:
            return self._open_cell(tag)
        if name == "a":
            return self._open_link(tag)
        if name == "li":
            return self._open_item()
        return self._open_plain(name)

    def _open_plain(self, name: str) -> Callable[[], None] | None:
        writer = self._writer
        if name == "br":
            writer.owe_one_more()
        elif name == "q":
            writer.write("“")
            return lambda: writer.write("”")
        elif name in LINE:
            writer.owe(LINE_BREAK)
            return lambda: writer.owe(LINE_BREAK)
        elif name in BLOCK and not self._in_value_cell():
            return self._open_block(name)
        elif name in BLOCK:
            writer.owe_space()
            return writer.owe_space
        return None

    def _open_block(self, name: str) -> Callable[[], None]:
        writer = self._writer
        quotes, preformatted = int(name == "blockquote"), int(name in PREFORMATTED)
        writer.owe(PARAGRAPH_BREAK)
        writer.quotes += quotes
        self._preformatted += preformatted
        if name in HEADINGS and not writer.marker:
            writer.marker = "## "

        def leave() -> None:
            writer.quotes -= quotes
            self._preformatted -= preformatted
            if name in HEADINGS and writer.marker == "## ":
                writer.marker = ""
            writer.owe(PARAGRAPH_BREAK)

        return leave

    def _open_list(self, name: str, tag: Tag) -> Callable[[], None]:
        writer = self._writer
        outer = not self._numbers
        writer.marker = "" if not outer else writer.marker
        writer.owe(PARAGRAPH_BREAK if outer else LINE_BREAK)
        self._numbers.append(_start(tag) if name == "ol" else None)
        writer.indent += 1

        def leave() -> None:
            writer.indent -= 1
            self._numbers.pop()
            writer.owe(PARAGRAPH_BREAK if outer else LINE_BREAK)

        return leave

    def _open_item(self) -> Callable[[], None]:
        writer = self._writer
        if not self._numbers:
            writer.owe(LINE_BREAK)
            return lambda: writer.owe(LINE_BREAK)
        number = self._numbers[-1]
        writer.marker = ""
        writer.owe(LINE_BREAK)
        writer.marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1

        def leave() -> None:
            if number is not None and writer.marker:
                self._numbers[-1] = number
            writer.marker = ""
            writer.owe(LINE_BREAK)
            writer.narrow(LINE_BREAK)

        return leave

    def _open_table(self, tag: Tag) -> Callable[[], None]:
        self._writer.owe(PARAGRAPH_BREAK)
        self._value_tables.append(_holds_values(tag))

        def leave() -> None:
            self._value_tables.pop()
            self._writer.owe(PARAGRAPH_BREAK)

        return leave

    def _open_cell(self, tag: Tag) -> Callable[[], None] | None:
        if not self._in_value_cell():
            self._writer.owe(PARAGRAPH_BREAK)
            return lambda: self._writer.owe(PARAGRAPH_BREAK)
        if tag.find_previous_sibling(["td", "th"]) is not None:
            self._writer.owe_space()
            self._writer.write("|")
        self._writer.owe_space()
        return None

    def _open_link(self, tag: Tag) -> Callable[[], None] | None:
        target = str(tag.get("href") or "").strip()
        if not target or target.startswith("#"):
            return None
        self._writer.open_anchor()
        return self._writer.close_anchor

    def _in_value_cell(self) -> bool:
        return bool(self._value_tables) and self._value_tables[-1]

    def _words(self, source: str) -> None:
        text = decoded(source)
        if self._preformatted:
            self._write_lines(text.strip("\n").split("\n"), LINE_BREAK, strip_left=False)
        elif self._newlines_count and "\n" in text and not self._in_value_cell():
            self._write_lines(_BLANK_LINE.sub("\n\n", text).split("\n"), LINE_BREAK, strip_left=True)
        else:
            self._write_words(text)

    def _write_lines(self, lines: list[str], gap: int, *, strip_left: bool) -> None:
        blank = 0
        for index, line in enumerate(lines):
            if index:
                blank += 1
                self._writer.owe(PARAGRAPH_BREAK if blank > 1 else gap)
            if line.strip():
                blank = 0
                if strip_left:
                    self._write_words(line)
                else:
                    self._writer.write(line.rstrip())

    def _write_words(self, text: str) -> None:
        words = text.split()
        if not words:
            if text:
                self._writer.owe_space()
            return
        if text[0].isspace():
            self._writer.owe_space()
        self._writer.write(" ".join(words))
        if text[-1].isspace():
            self._writer.owe_space()


def _is_dropped(tag: Tag) -> bool:
    classes = tag.get("class")
    if classes and not DROPPED_CLASSES.isdisjoint(classes):
        return True
    if tag.name != "a" or not str(tag.get("href") or "").startswith("#"):
        return False
    return _FOOTNOTE_SIGN.fullmatch(tag.get_text().strip()) is not None


def _start(tag: Tag) -> int:
    start = str(tag.get("start") or "1")
    return int(start) if start.isdecimal() and len(start) < 6 else 1


def _holds_values(table: Tag) -> bool:
    """False for tables that lay out a page: one column, long cells, cells with paragraphs, tables inside."""
    if table.find("table") is not None:
        return False
    cells = table.find_all(["td", "th"])
    if all(cell.find_next_sibling(["td", "th"]) is None for cell in cells):
        return False
    return not any(len(cell.find_all("p", limit=2)) > 1 or len(cell.get_text().split()) > _CELL_WORDS for cell in cells)
