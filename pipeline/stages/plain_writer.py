"""Build plain text piece by piece: gaps, quote and list prefixes, and where links and shown code went."""

from dataclasses import dataclass, field

LINE_BREAK = 1
PARAGRAPH_BREAK = 2


@dataclass(slots=True)
class Anchor:
    """Where a link's words stand in the text; start is None until the first of them is written."""

    start: int | None = None
    end: int = 0


@dataclass(slots=True)
class ShownCode:
    """A block of shown code. place: where it stands in the text, empty where it was taken out."""

    words: str
    place: Anchor


@dataclass(slots=True)
class PlainWriter:
    """Text so far, the gap owed before the next words, and the prefixes every new line needs.

    Gaps are owed, not written: the widest wanted between two words wins, and none stands at either end.
    """

    anchors: list[Anchor] = field(default_factory=list)
    code: list[ShownCode] = field(default_factory=list)
    code_out: bool = True
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

    def parts(self) -> int:
        """A place between what was written and what comes."""
        return len(self._parts)

    def written_since(self, parts: int) -> str:
        return "".join(self._parts[parts:]).strip("\n")

    def code_since(self, parts: int) -> None:
        """What was written since then is shown code: it goes, or is remembered with its place."""
        words = self.written_since(parts)
        start = self._length - sum(map(len, self._parts[parts:]))
        if not self.code_out:
            self.code.append(ShownCode(words, Anchor(self._length - len(words), self._length)))
            return
        del self._parts[parts:]
        self._length = start
        self.anchors = [anchor for anchor in self.anchors if anchor.start is None or anchor.end <= start]
        for anchor in self._open:
            anchor.end = min(anchor.end, start)
            anchor.start = None if anchor.start is not None and anchor.start >= start else anchor.start
        self.code.append(ShownCode(words, Anchor(start, start)))

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
