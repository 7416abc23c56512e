"""One saved web page: its main text without what stands around it and without its visitors' comments."""

import re
from collections.abc import Iterator
from datetime import datetime

from bs4 import BeautifulSoup, Tag

from pipeline.domain.documents import Document, DocumentId
from pipeline.domain.reading import Item
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import decode_whole
from pipeline.sources.html_depth import flattened
from pipeline.sources.source import Source
from pipeline.sources.titles import title_from

AROUND = ("nav", "header", "footer", "aside", "script", "style", "form", "noscript", "template", "iframe", "svg")
# Other people's words: WordPress themes and the hosted comment services use these.
COMMENTS = "#comments, #respond, #disqus_thread, .comments-area, .comment-list, .commentlist"
CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._-]+)""", re.IGNORECASE)
CHARSET_BYTES = 4096
DECLARATION = re.compile(r"\A\s*<\?xml[^<>]*\?>")
# An <article> with less than this share of the page's text is a teaser or a comment.
ARTICLE_SHARE = 0.5
AUTHOR_METAS = ("meta[name=author]", "meta[property='article:author']", "meta[name='dc.creator' i]")
DATE_METAS = (
    "meta[property='article:published_time']",
    "meta[itemprop=datePublished]",
    "meta[name=date]",
    "meta[name='dc.date' i]",
)


def read_html(source: Source) -> Iterator[Item]:
    raw = source.stream.read()
    found = CHARSET.search(raw[:CHARSET_BYTES])
    text, notices = decode_whole(raw, source.name, found[1].decode("ascii") if found else None)
    yield from notices
    text = flattened(DECLARATION.sub("", text).replace("\x00", ""), source)
    yield _document(_soup(text), source)


def _soup(text: str) -> BeautifulSoup:
    """A text without any tag is wrapped, because Beautiful Soup warns that it may be an address or a file name."""
    return BeautifulSoup(text if "<" in text else f"<p>{text}</p>", "lxml")


def _document(soup: BeautifulSoup, source: Source) -> Document:
    published_at, author, url = _published(soup), _author(soup), _address(soup)
    for element in soup.select(COMMENTS):
        element.decompose()
    main = _main(soup)
    heading = _only_heading(main)
    title = _words(heading) if heading else _page_title(soup) or title_from(source.stem)
    if heading:
        heading.decompose()
    for element in main.find_all(AROUND):
        if not element.decomposed:
            element.decompose()
    return Document(
        document_id=DocumentId(""),
        title=title,
        body=main.decode_contents().strip(),
        markup="html",
        source_name=source.name,
        author=author,
        published_at=published_at,
        url=url,
    )


def _main(soup: BeautifulSoup) -> Tag:
    whole = soup.select_one("main, [role=main]") or soup.body or soup
    articles = whole.find_all("article")
    if not articles:
        return whole
    lengths = [len(article.get_text()) for article in articles]
    longest = max(range(len(articles)), key=lambda at: lengths[at])
    enough = len(articles) == 1 or lengths[longest] > ARTICLE_SHARE * len(whole.get_text())
    return articles[longest] if enough else whole


def _only_heading(main: Tag) -> Tag | None:
    headings = [heading for heading in main.find_all("h1") if _words(heading)]
    return headings[0] if len(headings) == 1 else None


def _page_title(soup: BeautifulSoup) -> str:
    return _content(soup, "meta[property='og:title']") or (_words(soup.title) if soup.title else "")


def _author(soup: BeautifulSoup) -> str | None:
    """Facebook wants an address as article:author; that is no name."""
    named = (_content(soup, selector) for selector in AUTHOR_METAS)
    stated = next((name for name in named if name and "://" not in name), "")
    link = soup.select_one("[rel~=author]")
    return stated or (_words(link) if link else "") or None


def _published(soup: BeautifulSoup) -> datetime | None:
    stated = (parse_date(_content(soup, selector)) for selector in DATE_METAS)
    times = (parse_date(_attribute(element, "datetime")) for element in soup.select("time[datetime]"))
    return next((moment for moment in stated if moment), None) or next((moment for moment in times if moment), None)


def _address(soup: BeautifulSoup) -> str | None:
    link = soup.select_one("link[rel~=canonical]")
    return (_attribute(link, "href") if link else "") or _content(soup, "meta[property='og:url']") or None


def _content(soup: BeautifulSoup, selector: str) -> str:
    meta = soup.select_one(selector)
    return _attribute(meta, "content") if meta else ""


def _attribute(element: Tag, name: str) -> str:
    value = element.get(name)
    return value.strip() if isinstance(value, str) else ""


def _words(element: Tag) -> str:
    return " ".join(element.get_text().split())
