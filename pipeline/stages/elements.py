"""What each HTML element does to the plain text, told in reading order by whoever reads the page."""

import re
from collections.abc import Callable, Mapping

from pipeline.stages.code import is_code
from pipeline.stages.plain_writer import LINE_BREAK, PARAGRAPH_BREAK, PlainWriter
from pipeline.stages.tag_names import BLOCK, DROPPED_CLASSES, HEADINGS, LINE, LISTS, PREFORMATTED

_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
_FOOTNOTE_SIGN = re.compile(r"[\[(]?(?:\d{1,3}|[↩↑^*†‡]\ufe0e?)[\])]?")
# Every other element only stands around words.
_TELLING = BLOCK | LINE | LISTS | {"a", "br", "li", "q", "table", "td", "th"}
_NO_START = ""

Leave = Callable[[], None]


class Page:
    """Writes words as they come and keeps what is open around them.

    newlines_count: a newline in the source is a line break and a blank line parts paragraphs.
    is_plain: the words have no white space but spaces and newlines.
    Words are held back until an element parts them: "<b>b</b>old" is one word.
    """

    def __init__(self, writer: PlainWriter, *, newlines_count: bool, is_plain: bool = False) -> None:
        self._writer = writer
        self._newlines_count = newlines_count
        self._is_plain = is_plain
        self._preformatted = 0
        self._code_classes = ""
        self._numbers: list[int | None] = []
        self._value_tables: list[bool] = []
        self._between_items = False
        self._held: list[str] = []

    def words(self, text: str) -> None:
        """Text as a reader sees it, without entities."""
        if text:
            self._held.append(text)

    def open(self, name: str, attributes: Mapping[str, str]) -> Leave | None:
        """Do what an element asks for before its words; returns what to do after them. No table, no cell."""
        if name not in _TELLING:
            self._code_classes += attributes.get("class", "") if name == "code" and self._preformatted else ""
            return None
        self._flush()
        if name in LISTS:
            return self._open_list(name, attributes.get("start", _NO_START))
        if name == "a":
            return self._open_link(attributes.get("href", ""))
        if name == "li":
            return self._open_item()
        return self._open_plain(name, attributes)

    def open_table(self, *, holds_values: bool) -> Leave:
        self._flush()
        self._writer.owe(PARAGRAPH_BREAK)
        self._value_tables.append(holds_values)

        def leave() -> None:
            self._flush()
            self._value_tables.pop()
            self._writer.owe(PARAGRAPH_BREAK)

        return leave

    def open_cell(self, *, first: bool) -> Leave:
        """first: no other cell of its row stands before it."""
        self._flush()
        if not self._in_value_cell():
            return self._parted(PARAGRAPH_BREAK)
        if not first:
            self._writer.owe_space()
            self._writer.write("|")
        self._writer.owe_space()
        return self._flush

    def close(self) -> None:
        """The page is at its end."""
        self._flush()

    def _parted(self, gap: int) -> Leave:
        """Words with a gap on both sides."""
        self._writer.owe(gap)

        def leave() -> None:
            self._flush()
            self._writer.owe(gap)

        return leave

    def _open_plain(self, name: str, attributes: Mapping[str, str]) -> Leave | None:
        writer = self._writer
        if name == "br":
            writer.owe_one_more()
            return None
        if name == "q":
            writer.write("“")
            return self._close_quotation
        if name in LINE:
            return self._parted(LINE_BREAK)
        if not self._in_value_cell():
            return self._parted(PARAGRAPH_BREAK) if name == "p" else self._open_block(name, attributes)
        writer.owe_space()
        return self._close_block_in_cell

    def _close_quotation(self) -> None:
        self._flush()
        self._writer.write("”")

    def _close_block_in_cell(self) -> None:
        self._flush()
        self._writer.owe_space()

    def _open_block(self, name: str, attributes: Mapping[str, str]) -> Leave:
        writer = self._writer
        quotes, preformatted = int(name == "blockquote"), int(name in PREFORMATTED)
        before = writer.parts()
        writer.owe(PARAGRAPH_BREAK)
        writer.quotes += quotes
        self._preformatted += preformatted
        if name in HEADINGS and not writer.marker:
            writer.marker = "## "

        def leave() -> None:
            self._flush()
            writer.quotes -= quotes
            self._preformatted -= preformatted
            if preformatted and not self._preformatted:
                self._close_preformatted(before, attributes)
            if name in HEADINGS and writer.marker == "## ":
                writer.marker = ""
            writer.owe(PARAGRAPH_BREAK)

        return leave

    def _close_preformatted(self, before: int, attributes: Mapping[str, str]) -> None:
        shown = self._writer.written_since(before)
        if shown and is_code(shown, classes=attributes.get("class", "") + " " + self._code_classes):
            self._writer.code_since(before)
        self._code_classes = ""

    def _open_list(self, name: str, start: str) -> Leave:
        writer = self._writer
        outer = not self._numbers
        writer.marker = "" if not outer else writer.marker
        writer.owe(PARAGRAPH_BREAK if outer else LINE_BREAK)
        self._numbers.append(_start(start) if name == "ol" else None)
        writer.indent += 1
        self._between_items = True

        def leave() -> None:
            self._flush()
            writer.indent -= 1
            self._between_items = False
            self._numbers.pop()
            writer.owe(PARAGRAPH_BREAK if outer else LINE_BREAK)

        return leave

    def _open_item(self) -> Leave:
        writer = self._writer
        if not self._numbers:
            return self._parted(LINE_BREAK)
        number = self._numbers[-1]
        self._between_items = False
        writer.marker = ""
        writer.owe(LINE_BREAK)
        writer.marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1

        def leave() -> None:
            self._flush()
            if number is not None and writer.marker:
                self._numbers[-1] = number
            writer.marker = ""
            self._between_items = True
            writer.owe(LINE_BREAK)
            writer.narrow(LINE_BREAK)

        return leave

    def _open_link(self, target: str) -> Leave | None:
        target = target.strip()
        if not target or target.startswith("#"):
            return None
        self._writer.open_anchor()
        return self._close_link

    def _close_link(self) -> None:
        self._flush()
        self._writer.close_anchor()

    def _in_value_cell(self) -> bool:
        return bool(self._value_tables) and self._value_tables[-1]

    def _flush(self) -> None:
        if not self._held:
            return
        text = self._held[0] if len(self._held) == 1 else "".join(self._held)
        self._held.clear()
        if text == "\n" or text.isspace():
            self._write_gap(text)
        elif self._preformatted:
            self._write_lines(text.strip("\n").split("\n"), strip_left=False)
        elif self._newlines_count and "\n" in text and not self._in_value_cell():
            self._write_lines(_BLANK_LINE.sub("\n\n", text).split("\n"), strip_left=True)
        else:
            self._write_words(text)

    def _write_lines(self, lines: list[str], *, strip_left: bool) -> None:
        blank = 0
        for index, line in enumerate(lines):
            if index:
                blank += 1
                self._writer.owe(PARAGRAPH_BREAK if blank > 1 else LINE_BREAK)
            if line.strip():
                blank = 0
                if strip_left:
                    self._write_words(line)
                else:
                    self._writer.write(line.rstrip())

    def _write_words(self, text: str) -> None:
        """Words with nothing but single spaces between them. text: is not all white space."""
        if text[0].isspace():
            self._writer.owe_space()
        is_tidy = self._is_plain and "\n" not in text and "  " not in text
        self._writer.write(text.strip() if is_tidy else " ".join(text.split()))
        if text[-1].isspace():
            self._writer.owe_space()

    def _write_gap(self, blank: str) -> None:
        newlines = blank.count("\n")
        if self._between_items or self._preformatted:
            return
        if newlines and self._newlines_count and not self._in_value_cell():
            self._writer.owe(PARAGRAPH_BREAK if newlines > 1 else LINE_BREAK)
        else:
            self._writer.owe_space()


def is_dropped(name: str, attributes: Mapping[str, str], text: Callable[[], str]) -> bool:
    """Whether an element goes with everything in it: by its class, or as a footnote's sign. text: its words."""
    classes = attributes.get("class")
    if classes and not DROPPED_CLASSES.isdisjoint(classes.split()):
        return True
    if name != "a" or not attributes.get("href", "").startswith("#"):
        return False
    return _FOOTNOTE_SIGN.fullmatch(text().strip()) is not None


def _start(start: str) -> int:
    return int(start) if start.isdecimal() and len(start) < 6 else 1
