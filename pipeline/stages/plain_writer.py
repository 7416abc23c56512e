"""Build plain text piece by piece: gaps, quote and list prefixes, and where each link's words went."""

from dataclasses import dataclass, field

LINE_BREAK = 1
PARAGRAPH_BREAK = 2


@dataclass(slots=True)
class Anchor:
    """Where a link's words stand in the text; start is None until the first of them is written."""

    start: int | None = None
    end: int = 0


@dataclass(slots=True)
class PlainWriter:
    """Text so far, the gap owed before the next words, and the prefixes every new line needs.

    Gaps are owed, not written: the widest wanted between two words wins, and none stands at either end.
    """

    anchors: list[Anchor] = field(default_factory=list)
    quotes: int = 0
    indent: int = 0
    marker: str = ""
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _newlines: int = 0
    _space: bool = False
    _open: list[Anchor] = field(default_factory=list)

    def owe(self, newlines: int) -> None:
        """At least this many newlines before the next words, none between a list sign and its words."""
        if newlines > self._newlines and not self.marker:
            self._newlines = newlines

    def narrow(self, newlines: int) -> None:
        """At most this many newlines: items of one list stay together."""
        self._newlines = min(self._newlines, newlines)

    def owe_one_more(self) -> None:
        """A line break; the second in a row makes a paragraph."""
        if not self.marker:
            self._newlines = min(PARAGRAPH_BREAK, self._newlines + 1)

    def owe_space(self) -> None:
        self._space = True

    def write(self, words: str) -> None:
        """Words without newlines at either end; the gap owed goes before them."""
        gap = self._gap()
        words = words if self._parts else words.lstrip()
        if self._open:
            self._reach(self._length + len(gap), len(words))
        self._parts.append(gap + words)
        self._length += len(gap) + len(words)

    def open_anchor(self) -> None:
        self._open.append(Anchor())

    def close_anchor(self) -> None:
        anchor = self._open.pop()
        if anchor.start is not None:
            self.anchors.append(anchor)

    def text(self) -> str:
        return "".join(self._parts)

    def _gap(self) -> str:
        """What is owed; afterwards nothing is."""
        gap = ""
        if not self._parts:
            gap = self._prefix().lstrip()
        elif self._newlines:
            gap = "\n" * self._newlines + self._prefix()
        elif self._space:
            gap = " "
        self._newlines, self._space, self.marker = 0, False, ""
        return gap

    def _reach(self, start: int, length: int) -> None:
        """Words of this length from here on belong to every link that is open."""
        for anchor in self._open:
            if anchor.start is None:
                anchor.start = start
            anchor.end = start + length

    def _prefix(self) -> str:
        if not self.indent:
            return "> " * self.quotes + self.marker
        return "> " * self.quotes + "  " * (self.indent - bool(self.marker)) + self.marker
