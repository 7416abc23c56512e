"""Cuts a WXR file into its items without parsing it, so that one broken item cannot take others with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"<!\[CDATA\[|<!--|<item(?=[\s>/])|</item\s*>")
CLOSERS = {"<![CDATA[": "]]>", "<!--": "-->"}
# No token is longer; so much is kept back at a chunk's end, where a token may be cut in two.
TOKEN_CHARS = 16
# Enough to see whether the file ends with its closing tags.
ENDING_CHARS = 200


@dataclass(frozen=True, slots=True)
class RawItem:
    """One `<item>` as it stands in the file. line: of its first character. ended: its closing tag was met.

    oversize: it was longer than the limit and its text was thrown away.
    """

    text: str
    line: int
    ended: bool
    oversize: bool = False


class ItemScanner:
    """Feed it text; it gives items. `head` is everything before the first item, `ending` the last characters."""

    def __init__(self, max_chars: int) -> None:
        self._max_chars = max_chars
        self._rest = ""
        self._closer = ""
        self._kept: list[str] = []
        self._kept_chars = 0
        self._start = 1
        self._inside = False
        self.line = 1
        self.head = ""
        self.ending = ""
        self.items = 0

    def feed(self, text: str, *, final: bool = False) -> Iterator[RawItem]:
        text = self._rest + text
        at = 0
        while True:
            end, token = self._next(text, at)
            if end < 0:
                break
            if token == "<item":
                start = end - len(token)
                self._take(text[at:start])
                yield from self._close(ended=False)
                self._open()
                at = start
            self._take(text[at:end])
            if token.startswith("</"):
                yield from self._close(ended=True)
            at = end
        upto = len(text) if final else max(at, len(text) - TOKEN_CHARS)
        self._take(text[at:upto])
        self._rest = text[upto:]
        if final:
            yield from self._close(ended=False)

    @property
    def head_is_oversize(self) -> bool:
        return not self.items and not self._inside and self._kept_chars > self._max_chars

    def _next(self, text: str, at: int) -> tuple[int, str]:
        """Where the next token ends, and the token; -1 when the text has no more."""
        if self._closer:
            found = text.find(self._closer, at)
            end = found + len(self._closer) if found >= 0 else -1
            self._closer = "" if found >= 0 else self._closer
            return end, ""
        match = TOKEN.search(text, at)
        if not match:
            return -1, ""
        self._closer = CLOSERS.get(match[0], "")
        return match.end(), match[0]

    def _take(self, piece: str) -> None:
        self.line += piece.count("\n")
        self.ending = (self.ending + piece)[-ENDING_CHARS:]
        if self._inside or not self.items:
            self._kept_chars += len(piece)
            if self._kept_chars <= self._max_chars:
                self._kept.append(piece)

    def _open(self) -> None:
        if not self.items:
            self.head = "".join(self._kept)
        self.items += 1
        self._inside = True
        self._kept, self._kept_chars, self._start = [], 0, self.line

    def _close(self, *, ended: bool) -> Iterator[RawItem]:
        if self._inside:
            oversize = self._kept_chars > self._max_chars
            yield RawItem("" if oversize else "".join(self._kept), self._start, ended, oversize)
        elif not self.items:
            self.head = "".join(self._kept)
        if self._inside:
            self._inside = False
            self._kept, self._kept_chars = [], 0
