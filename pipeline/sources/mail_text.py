"""What the sender of a plain message wrote: without quoted replies and the signature."""

import re

SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
FORWARDED = re.compile(
    r"^(?:-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht)\s*-{2,}|_{20,}\s*\nFrom: )",
    re.MULTILINE | re.IGNORECASE,
)
# "On Thu, Jan 5, 2012 at 2:30 PM, Ann <ann@example.org> wrote:", perhaps over two or three lines, above a quotation.
WROTE = re.compile(
    r"^(?:On|Am|Le|El)\s[^\n]{4,200}(?:\n[^\n>][^\n]{0,200}){0,2}?"
    r"\s(?:wrote|schrieb|a écrit|escribió)[^\n]{0,80}:[ \t]*(?=\s*(?:\n>|\Z))",
    re.MULTILINE,
)
QUOTED = re.compile(r"^>[^\n]*(?:\n|\Z)", re.MULTILINE)
BLANK_LINES = re.compile(r"\n{3,}")


def own_words(text: str, *, flowed: bool) -> str:
    """flowed: the message says that a space at a line's end means the line goes on (RFC 3676)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    for ending in (SIGNATURE, FORWARDED):
        found = ending.search(text)
        text = text[: found.start()] if found else text
    text = QUOTED.sub("", WROTE.sub("", text))
    if flowed:
        text = re.sub(r"(?m)^ (?=[> ]|From )", "", re.sub(r" \n(?=\S)", " ", text))
    return BLANK_LINES.sub("\n\n", text).strip()
