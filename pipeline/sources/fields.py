"""Which column or key means what, for tables and JSON objects alike."""

import html
import re
from collections.abc import Iterable, Mapping

from pipeline.domain.documents import Document, DocumentId, Markup
from pipeline.domain.reading import Field
from pipeline.sources.dates import parse_date
from pipeline.sources.html_signs import is_html

# In order of preference: the GMT column of a WordPress dump before the local one, a link before a slug.
NAMES: dict[Field, tuple[str, ...]] = {
    "title": ("title", "post_title", "headline", "subject", "heading"),
    "body": (
        "body",
        "post_content",
        "content",
        "content_encoded",
        "text",
        "post",
        "article",
        "essay",
        "body_markdown",
        "markdown",
        "body_html",
        "content_html",
        "html",
        "full_text",
        "post_body",
        "message",
    ),
    "author": ("author", "post_author", "creator", "dc_creator", "author_name", "byline", "writer", "username", "user"),
    "date": (
        "post_date_gmt",
        "date",
        "post_date",
        "published_at",
        "date_published",
        "publish_date",
        "published_date",
        "published_on",
        "pubdate",
        "published",
        "created_at",
        "created",
        "timestamp",
        "datetime",
    ),
    "url": ("url", "link", "permalink", "slug", "post_name"),
    "status": ("status", "post_status", "state"),
    "kind": ("kind", "post_type", "type"),
    "prompt": ("prompt", "instruction", "question"),
    "completion": ("completion", "response", "answer", "output"),
    "tags": ("tags", "categories", "category", "keywords", "topics", "labels"),
}
WORDPRESS_NAMES = frozenset({"post_content", "post_title", "post_status", "post_date_gmt"})
STATUSES = {"published": "publish", "public": "publish", "live": "publish", "unpublished": "draft"}
KINDS = {"article": "post", "blog": "post", "blog_post": "post", "blogpost": "post", "posts": "post", "pages": "page"}
TAG_PARTS = re.compile(r"[,;|]")


def normal_name(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_")


def known_fields(names: Iterable[str]) -> dict[Field, str]:
    """Field -> the name that gives it, spelled as it came."""
    by_normal: dict[str, str] = {}
    for name in names:
        by_normal.setdefault(normal_name(name), name)
    found: dict[Field, str] = {}
    for field, choices in NAMES.items():
        chosen = next((choice for choice in choices if choice in by_normal), None)
        if chosen is not None:
            found[field] = by_normal[chosen]
    return found


def document_from(
    values: Mapping[str, object], fields: Mapping[Field, str], *, document_id: str, source_name: str
) -> Document:
    """values: by the names as they came; fields: as known_fields found or a reader guessed them."""

    def text(field: Field) -> str:
        return plain(values.get(fields[field])) if field in fields else ""

    completion = text("completion")
    body = completion or text("body")
    return Document(
        document_id=DocumentId(document_id),
        title=html.unescape(text("title")).strip(),
        body=body,
        markup=_markup(body, fields),
        source_name=source_name,
        author=text("author").strip() or None,
        published_at=parse_date(values.get(fields["date"])) if "date" in fields else None,
        status=_status(text("status")),
        kind=_kind(text("kind")),
        url=text("url").strip() or None,
        tags=_tags(values.get(fields["tags"])) if "tags" in fields else (),
        prompt=(text("prompt") or None) if completion else None,
    )


def plain(value: object) -> str:
    """Text of a cell or JSON value; of an object its name, of a list its first part that has any."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return plain(value.get("name") or value.get("rendered"))
    if isinstance(value, list):
        return next((part for part in map(plain, value[:1]) if part), "")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _markup(body: str, fields: Mapping[Field, str]) -> Markup:
    if any(normal_name(name) in WORDPRESS_NAMES for name in fields.values()):
        return "wordpress"
    if "completion" not in fields and "markdown" in normal_name(fields.get("body", "")):
        return "markdown"
    return "html" if is_html(body) else "text"


def _status(stated: str) -> str:
    status = normal_name(stated)
    return STATUSES.get(status, status) or "publish"


def _kind(stated: str) -> str:
    kind = normal_name(stated)
    return KINDS.get(kind, kind) or "post"


def _tags(value: object) -> tuple[str, ...]:
    parts = [plain(part) for part in value] if isinstance(value, list) else TAG_PARTS.split(plain(value))
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
