"""Bytes to text: UTF-8 where it is UTF-8, Windows-1252 line by line where it is not."""

import codecs
import re
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from charset_normalizer import from_bytes

from pipeline.domain.documents import Notice

CHUNK_BYTES = 1 << 18
SAMPLE_CHARS = 120
# Enough for a detector to see the letters of a language; more only costs time (it takes seconds per megabyte).
DETECT_BYTES = 200_000
# UTF-16 without a byte order mark shows as a zero in every other byte of ordinary Latin text.
UTF16_HEAD_BYTES = 256
UTF16_ZERO_SHARE = 0.4
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# No database column and no provider takes these: NUL, and halves of surrogate pairs that JSON can spell.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

UTF8_NAMES = frozenset({"utf-8", "ascii"})


def is_storable(text: str) -> bool:
    """Whether nothing in it is UNSTORABLE, which the expression takes far longer to tell."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class TextStream:
    """The text of one file, read once; afterwards it knows which lines were not UTF-8.

    declared: the encoding the file itself names; it is believed unless it says UTF-8 (which is checked).
    encoding: how it was read; "windows-1252" as soon as one line was not UTF-8. sample: the first such line.
    undefined: some bytes mean nothing in Windows-1252 either.
    """

    def __init__(self, stream: IO[bytes], declared: str | None = None) -> None:
        self._stream = stream
        self._declared = declared
        self.encoding = "utf-8"
        self.sample = ""
        self.undefined = False

    def chunks(self) -> Iterator[str]:
        head = self._stream.read(UTF16_HEAD_BYTES)
        self._stream.seek(0)
        bom, encoding = encoding_of(head, self._declared)
        self._stream.seek(len(bom))
        if encoding in UTF8_NAMES:
            yield from (self._mixed(block) for block in _blocks(self._stream))
        else:
            self.encoding = encoding
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            while block := self._stream.read(CHUNK_BYTES):
                yield decoder.decode(block)
            yield decoder.decode(b"", final=True)

    def lines(self, max_chars: int) -> Iterator[str]:
        """Lines with their "\\n"; one over the limit comes cut to max_chars + 1 characters, without its rest."""
        pending = ""
        cut = False
        mac = False
        for number, chunk in enumerate(self.chunks()):
            mac = mac if number else "\n" not in chunk and "\r" in chunk
            *whole, rest = (chunk.replace("\r", "\n") if mac else chunk).split("\n")
            for line in whole:
                pending = pending if cut else (pending + line + "\n")[: max_chars + 1]
                yield pending
                pending, cut = "", False
            if not cut:
                pending += rest
                cut = len(pending) > max_chars
                pending = pending[: max_chars + 1]
        if pending:
            yield pending

    def notices(self, name: str) -> Iterator[Notice]:
        """What a person should check, once everything was read."""
        if self.encoding == "windows-1252" and self.sample:
            yield Notice("encoding", name, self.encoding, self.sample)

    def _mixed(self, block: bytes) -> str:
        try:
            return block.decode("utf-8")
        except UnicodeDecodeError:
            return "".join(self._line(raw) for raw in block.splitlines(keepends=True))

    def _line(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self.encoding = "windows-1252"
        text = raw.decode("cp1252", errors="replace")
        self.undefined = self.undefined or "\ufffd" in text
        self.sample = self.sample or text.strip()[:SAMPLE_CHARS]
        return text


def decode_whole(raw: bytes, name: str, declared: str | None = None) -> tuple[str, tuple[Notice, ...]]:
    """The text of a whole small file and what to check about it. A detector guesses only where 1252 cannot be."""
    stream = TextStream(BytesIO(raw), declared)
    text = "".join(stream.chunks())
    guess = from_bytes(raw[:DETECT_BYTES]).best() if stream.undefined else None
    if guess is None:
        return text, tuple(stream.notices(name))
    text = raw.decode(guess.encoding, errors="replace")
    return text, (Notice("encoding", name, guess.encoding, first_foreign_line(text)),)


def encoding_of(head: bytes, declared: str | None) -> tuple[bytes, str]:
    """The byte order mark (may be empty) and the codec's name; UTF-8 when nothing says otherwise."""
    for bom, encoding in BOMS:
        if head.startswith(bom):
            return bom, encoding
    zeros = head[1::2].count(0), head[::2].count(0)
    if max(zeros) > UTF16_ZERO_SHARE * len(head) and min(zeros) < max(zeros) // 4:
        return b"", "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    try:
        codec = codecs.lookup(declared or "utf-8")
    except LookupError:
        return b"", "utf-8"
    # A file whose declaration could be read as ASCII is not UTF-16, whatever it says.
    readable = codec._is_text_encoding and not codec.name.startswith(("utf-16", "utf-32"))
    return b"", codec.name if readable else "utf-8"


def first_foreign_line(text: str) -> str:
    line = next((line for line in text.splitlines() if not line.isascii()), "")
    return line.strip()[:SAMPLE_CHARS]


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Blocks that end at a line's end, or at least at a character's."""
    carry = b""
    while block := stream.read(CHUNK_BYTES):
        block = carry + block
        cut = block.rfind(b"\n") + 1 or _character_end(block)
        carry = block[cut:]
        yield block[:cut]
    if carry:
        yield carry


def _character_end(block: bytes) -> int:
    """Where the last character that may still be unfinished begins (a UTF-8 character has at most 4 bytes)."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte >= 0xC0:
            return len(block) - back
        if byte < 0x80:
            break
    return len(block)
