"""A text reduced to kinds of signs, one byte each, so that patterns that prose seldom fits are ruled out quickly."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

DIGIT: Final = b"0"
SPACE: Final = b" "
# Between the groups of a telephone or account number; bytes of signs outside ASCII count as one too, and as letters.
SEPARATOR: Final = b"-"
UPPER: Final = b"A"
OTHER: Final = b"a"
# A letter or digit of a script far from Latin: digits among them must be looked for in the text itself.
FOREIGN: Final = b"?"

# First bytes of UTF-8 for U+0080 to U+017F and U+2000 to U+2FFF, where no digit is.
_NO_DIGITS = frozenset((0xC2, 0xC3, 0xC4, 0xC5, 0xE2))


def _kind(byte: int) -> bytes:
    sign = chr(byte)
    if byte >= 0xC0 and byte not in _NO_DIGITS:
        return FOREIGN
    if byte >= 0x80 or sign in ".()/-":
        return SEPARATOR
    if sign.isspace() or sign in "<>":
        return SPACE
    return DIGIT if sign.isdigit() else UPPER if sign.isupper() else OTHER


_KINDS: Final = b"".join(map(_kind, range(256)))


@lru_cache(maxsize=2)  # two rules look at each text, one after the other
def shape(text: str) -> bytes:
    """One of the kinds above for each byte of the text as UTF-8."""
    return encoded(text).translate(_KINDS)


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def characters(text: bytes, offsets: Iterable[int]) -> Iterator[int]:
    """Where bytes of an encoded text stand in the text itself; offsets rise."""
    at = passed = 0
    for offset in offsets:
        passed += len(text[at:offset].decode("utf-8", "surrogatepass"))
        at = offset
        yield passed
