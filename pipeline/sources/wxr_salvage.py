"""Reads a WXR item by its tags alone, for items so broken that an XML parser nests one field inside another."""

import html
import re

# Only these are looked for: none of them is a comment's or a commenter's.
NAMES = (
    "title",
    "link",
    "pubDate",
    "dc:creator",
    "content:encoded",
    "wp:post_id",
    "wp:post_date",
    "wp:post_date_gmt",
    "wp:status",
    "wp:post_type",
)
CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def salvaged_fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name in NAMES:
        start = re.search(rf"<{name}(?:\s[^<>]*)?>", text)
        end = text.find(f"</{name}>", start.end()) if start else -1
        if start and end >= 0:
            fields[name] = _unwrapped(text[start.end() : end]).strip()
    return fields


def _unwrapped(inner: str) -> str:
    """CDATA is taken as it stands; what is outside of it is escaped."""
    parts = CDATA.split(inner)
    return "".join(part if at % 2 else html.unescape(part) for at, part in enumerate(parts))
