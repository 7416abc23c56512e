"""The text of an HTML message: without its head, what is hidden, and the replies it quotes."""

import re

from bs4 import BeautifulSoup, Tag

from pipeline.sources.html_depth import flattened
from pipeline.sources.source import Source

UNSEEN = frozenset({"head", "style", "script", "title", "meta", "link", "noscript"})
# How mail programs mark what they quote.
QUOTED_CLASSES = frozenset({"gmail_quote", "gmail_extra", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix"})
QUOTED_IDS = frozenset({"divRplyFwdMsg", "appendonsend"})
# How newsletters hide the line that inboxes show beside the subject.
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def main_part(text: str, source: Source) -> str:
    text = flattened(text.replace("\x00", ""), source)
    soup = BeautifulSoup(text if "<" in text else f"<p>{text}</p>", "lxml")
    # One walk: selectors need five times as long, and a mailbox has thousands of messages.
    for element in [found for found in soup.find_all(True) if _is_unseen(found)]:
        if not element.decomposed:
            element.decompose()
    return (soup.body or soup).decode_contents().strip()


def _is_unseen(element: Tag) -> bool:
    attributes = element.attrs
    if element.name in UNSEEN:
        return True
    if not attributes:
        return False
    classes = attributes.get("class") or ()
    return (
        (element.name == "blockquote" and attributes.get("type") == "cite")
        or not QUOTED_CLASSES.isdisjoint(classes)
        or attributes.get("id") in QUOTED_IDS
        or ("style" in attributes and HIDDEN.search(str(attributes["style"])) is not None)
    )
