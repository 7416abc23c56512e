"""Posts of a site, from WordPress' REST API or a feed, as one JSON file that the reader of such files takes (pure)."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from lxml import etree

Json = dict[str, Any]  # Any: JSON is whatever was written
ATOM: Final = "{http://www.w3.org/2005/Atom}"
CONTENT: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR: Final = "{http://purl.org/dc/elements/1.1/}creator"
KEPT: Final = ("id", "date_gmt", "date", "modified_gmt", "slug", "status", "type", "link")


class NotAFeed(ValueError):
    """Neither RSS nor Atom, or nothing that may be parsed."""


def rest_posts(value: Any) -> list[Json] | None:
    """What matters of each post, the same bytes for the same post; None for anything that is no list of posts."""
    if not isinstance(value, list) or not all(is_post(one) for one in value):
        return None
    return [rest_post(one) for one in value]


def is_post(value: Any) -> bool:
    content = value.get("content") if isinstance(value, dict) else None
    return isinstance(content, dict) and isinstance(content.get("rendered"), str)


def rest_post(value: Mapping[str, Any]) -> Json:
    title = value.get("title")
    embedded = value.get("_embedded")
    inside: Mapping[str, Any] = embedded if isinstance(embedded, dict) else {}
    post: Json = {name: value[name] for name in KEPT if isinstance(value.get(name), str | int)}
    post["title"] = {"rendered": str(title.get("rendered", "")) if isinstance(title, dict) else ""}
    post["content"] = {"rendered": value["content"]["rendered"]}
    post["author"] = value.get("author") if isinstance(value.get("author"), int) else None
    names = [{"name": one["name"]} for one in listed(inside.get("author")) if isinstance(one.get("name"), str)]
    groups = [group for group in inside.get("wp:term") or [] if isinstance(group, list)]
    terms = [
        [{"name": term["name"]} for term in listed(group) if isinstance(term.get("name"), str)] for group in groups
    ]
    post["_embedded"] = {"author": names, "wp:term": terms}
    return post


def listed(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def feed_posts(content: bytes) -> list[Json]:
    """RSS 2 and Atom. Raises NotAFeed, also for anything that defines entities."""
    if b"<!ENTITY" in content[:100_000].upper():
        raise NotAFeed
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeed from error
    if root is None:
        raise NotAFeed
    if root.tag == f"{ATOM}feed":
        return [atom_post(entry) for entry in root.iterfind(f"{ATOM}entry")]
    if root.tag == "rss":
        return [rss_post(item) for item in root.iterfind("channel/item")]
    raise NotAFeed


def rss_post(item: Any) -> Json:
    link = text_of(item, "link")
    body = text_of(item, CONTENT) or text_of(item, "description")
    author = text_of(item, CREATOR) or text_of(item, "author")
    tags = [text for one in item.iterfind("category") if (text := (one.text or "").strip())]
    return made_post(
        text_of(item, "guid") or link,
        link,
        text_of(item, "title"),
        body,
        rss_date(text_of(item, "pubDate")),
        author,
        tags,
    )


def atom_post(entry: Any) -> Json:
    links = {one.get("rel", "alternate"): one.get("href", "") for one in entry.iterfind(f"{ATOM}link")}
    link = links.get("alternate", "")
    body = text_of(entry, f"{ATOM}content") or text_of(entry, f"{ATOM}summary")
    date = text_of(entry, f"{ATOM}published") or text_of(entry, f"{ATOM}updated")
    author = text_of(entry, f"{ATOM}author/{ATOM}name")
    tags = [one.get("term") for one in entry.iterfind(f"{ATOM}category") if one.get("term")]
    return made_post(
        text_of(entry, f"{ATOM}id") or link, link, text_of(entry, f"{ATOM}title"), body, date, author, tags
    )


def made_post(ident: str, link: str, title: str, body: str, date: str, author: str, tags: list[str]) -> Json:
    """A feed's entry in the shape of a REST post, so that one reader takes both."""
    return {
        "id": ident or hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()[:16],
        "date_gmt": date,
        "status": "publish",
        "type": "post",
        "link": link,
        "title": {"rendered": title},
        "content": {"rendered": body},
        "author": None,
        "_embedded": {"author": [{"name": author}] if author else [], "wp:term": [[{"name": tag} for tag in tags]]},
    }


def text_of(element: Any, path: str) -> str:
    """All text below it; an Atom body that is XHTML comes as markup."""
    found = element.find(path)
    if found is None:
        return ""
    if len(found):
        return "".join(etree.tostring(child, encoding="unicode", with_tail=True) for child in found).strip()
    return (found.text or "").strip()


def rss_date(text: str) -> str:
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError):
        return text


def next_page(content: bytes) -> str | None:
    """Where an Atom or RSS feed goes on (RFC 5005)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    links = root.iter(f"{ATOM}link") if root is not None else ()
    return next((one.get("href") for one in links if one.get("rel") == "next"), None)


def snapshot(posts: Iterable[Json]) -> bytes:
    """The file: newest first, in one order whatever order they came in, so that the same posts are the same bytes."""
    ordered = sorted(posts, key=lambda post: (str(post.get("date_gmt", "")), str(post["id"])), reverse=True)
    lines = [json.dumps(post, ensure_ascii=False, sort_keys=True) for post in ordered]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8", "replace")


def compared(before: Iterator[Json], after: Iterable[Json]) -> tuple[int, int, int]:
    """How many posts are new, changed and gone; (0, 0, 0) for the same."""
    known = {str(post["id"]): post for post in before}
    now = {str(post["id"]): post for post in after}
    changed = sum(1 for name, post in now.items() if name in known and known[name] != post)
    return len(now.keys() - known.keys()), changed, len(known.keys() - now.keys())
