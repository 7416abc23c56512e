"""The text of an HTML message: without its head, what is hidden, and the replies it quotes."""

from bs4 import BeautifulSoup

from pipeline.sources.html_depth import flattened
from pipeline.sources.source import Source

UNSEEN = ("head", "style", "script", "title", "meta", "link", "noscript")
# The first are how mail programs quote; the last how newsletters hide the line that inboxes show beside the subject.
QUOTED = (
    "blockquote[type=cite], .gmail_quote, .gmail_extra, .yahoo_quoted, .protonmail_quote, .moz-cite-prefix, "
    "#divRplyFwdMsg, #appendonsend ~ *, [style*='display:none' i], [style*='display: none' i]"
)


def main_part(text: str, source: Source) -> str:
    text = flattened(text.replace("\x00", ""), source)
    soup = BeautifulSoup(text if "<" in text else f"<p>{text}</p>", "lxml")
    for element in soup.select(QUOTED):
        if not element.decomposed:
            element.decompose()
    for element in soup.find_all(UNSEEN):
        if not element.decomposed:
            element.decompose()
    return (soup.body or soup).decode_contents().strip()
