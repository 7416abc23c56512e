"""Whether a text is HTML, or only has words in angle brackets."""

import re

# Elements that writing is made of. A full stop spelled <p>, or <c> for a comma, is in some old corpora.
PAIRED = (
    r"p|a|b|i|u|em|strong|small|big|sup|sub|code|pre|div|span|section|article|ul|ol|li|dl|dt|dd|h[1-6]|blockquote|q|cite"
    r"|table|tr|td|th|font|center|del|ins|s|strike|figure|abbr|mark"
)
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
# Nobody writes these by accident: an attribute with a value, or a line break.
CERTAIN = re.compile(
    r"<(?:a|img|iframe|div|span|p|h[1-6]|font|table|td)\s+[a-z-]+\s*=|<br\s*/?>|<!-- wp:", re.IGNORECASE
)
KNOWN = re.compile(rf"(?:{PAIRED}|br|hr|img)", re.IGNORECASE)
# Old pages leave paragraphs open, but begin each on its own line.
OPEN_PARAGRAPHS = re.compile(r"(?:\A|\n)\s*<p>\s*\S", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Elements that open and close, or a tag that only a page has; and no crowd of made-up tags."""
    if "<" not in text:
        return False
    if CERTAIN.search(text):
        return True
    opened: set[str] = set()
    known = unknown = pairs = 0
    for closing, name in TAG.findall(text):
        is_known = KNOWN.fullmatch(name) is not None
        known += is_known
        unknown += not is_known
        if closing and is_known and name.lower() in opened:
            pairs += 1
        if not closing:
            opened.add(name.lower())
    begun = pairs or OPEN_PARAGRAPHS.match(text)
    return bool(begun) and known > unknown
