"""WordPress database dumps: the rows of the posts table, out of INSERT statements, as they stream by.

No other table is read: users and comments hold other people's addresses.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.domain.documents import BrokenItem, Document, DocumentId
from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile, UnreadableType
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import TextStream
from pipeline.sources.source import Source
from pipeline.sources.sql_values import BadTuple, Incomplete, tuple_at

STATEMENT = re.compile(
    r"^[ \t]*(?P<verb>INSERT(?:[ \t]+IGNORE)?[ \t]+INTO|REPLACE[ \t]+INTO"
    r"|CREATE[ \t]+TABLE(?:[ \t]+IF[ \t]+NOT[ \t]+EXISTS)?)"
    r"[ \t]+(?:[`\"]?\w+[`\"]?\.)?[`\"]?(?P<table>\w{0,60}posts)[`\"]?(?=[\s(])",
    re.IGNORECASE | re.MULTILINE,
)
# From the table's name to the first row; column lists have a few hundred characters.
COLUMNS = re.compile(r"\s*(?:\(([^()']{1,4000})\)\s*)?VALUES?\s*(?=\()", re.IGNORECASE)
HEAD_CHARS = 5_000
DEFINITION = re.compile(r"^[ \t]*[`\"](\w+)[`\"][ \t]+\w", re.MULTILINE)
DEFINITION_END = re.compile(r"^[ \t]*\)[^\n]*;|;[ \t]*$", re.MULTILINE)
DEFINITION_CHARS = 20_000
NEXT = re.compile(r"\s*([,;])\s*")
# WordPress' own order since 2.3, for dumps that name no columns.
WORDPRESS_COLUMNS = (
    *("id", "post_author", "post_date", "post_date_gmt", "post_content", "post_title", "post_excerpt", "post_status"),
    *("comment_status", "ping_status", "post_password", "post_name", "to_ping", "pinged", "post_modified"),
    *("post_modified_gmt", "post_content_filtered", "post_parent", "guid", "menu_order", "post_type"),
    *("post_mime_type", "comment_count"),
)
NEEDED = frozenset({"id", "post_title", "post_content"})


class _Window:
    """A part of the text that moves forward. begun: nothing of it was read before."""

    def __init__(self, chunks: Iterator[str], max_chars: int, name: str) -> None:
        self._chunks = chunks
        self._max_chars = max_chars
        self._name = name
        self.text = "\n"
        self.line = 0

    def more(self) -> bool:
        chunk = next(self._chunks, "")
        self.text += chunk
        return bool(chunk)

    def drop(self, upto: int) -> None:
        """Forgets what stands before upto."""
        self.line += self.text.count("\n", 0, upto)
        self.text = self.text[upto:]

    def fill(self, chars: int) -> None:
        while len(self.text) < chars and self.more():
            pass

    def check(self) -> None:
        if len(self.text) > self._max_chars:
            raise UnreadableFile(self._name, f"line {self.line}")


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]


def read_sql(source: Source) -> Iterator[Item]:
    """Ids are the posts' own. Raises UnreadableType for a dump without rows of a posts table."""
    text = TextStream(source.stream)
    window = _Window(text.chunks(), 2 * source.limits.record_chars, source.name)
    defined: dict[str, tuple[str, ...]] = {}
    read = 0
    while table := _next_table(window, defined):
        for item in _rows(window, table, source, read):
            read += 1
            yield item
    if not read:
        raise UnreadableType(source.name, ".sql")
    yield from text.notices(source.name)


def _next_table(window: _Window, defined: dict[str, tuple[str, ...]]) -> _Table | None:
    """Moves to the rows of the next INSERT into a posts table. defined: columns by table, filled on the way."""
    while True:
        found = STATEMENT.search(window.text)
        if not found or found.end() == len(window.text):
            window.drop(max(0, window.text.rfind("\n", 0, max(1, len(window.text) - HEAD_CHARS))))
            _shorten(window)
            if not window.more():
                return None
            continue
        name = found["table"].lower()
        window.drop(found.end())
        if found["verb"].lower().startswith("create"):
            defined[name] = _defined(window)
            continue
        window.fill(HEAD_CHARS)
        columns = COLUMNS.match(window.text)
        if columns:
            window.drop(columns.end())
            listed = columns[1].lower().split(",") if columns[1] else []
            named = tuple(one.strip(' `"\t\r\n') for one in listed)
            return _Table(name, named or defined.get(name, ()))


def _shorten(window: _Window) -> None:
    """A line without end keeps only its last characters, and a mark that they do not begin one."""
    if len(window.text) > 2 * HEAD_CHARS:
        window.drop(len(window.text) - HEAD_CHARS)
        window.text = "." + window.text


def _defined(window: _Window) -> tuple[str, ...]:
    window.fill(DEFINITION_CHARS)
    end = DEFINITION_END.search(window.text, 0, DEFINITION_CHARS)
    return tuple(name.lower() for name in DEFINITION.findall(window.text[: end.start() if end else 0]))


def _rows(window: _Window, table: _Table, source: Source, read: int) -> Iterator[Item]:
    while True:
        try:
            values, end = tuple_at(window.text, source.limits.record_chars)
        except Incomplete:
            window.check()
            if not _double(window):
                yield BrokenItem(DocumentId(f"row-{read + 1}"), source.name, f"line {window.line}: the file ends here")
                return
            continue
        except BadTuple:
            yield BrokenItem(DocumentId(f"row-{read + 1}"), source.name, f"line {window.line} is no row of values")
            return
        item = _item(values, table, source, window.line, read + 1)
        if item is None:
            return
        read += 1
        yield item
        window.drop(end)
        window.fill(HEAD_CHARS)
        following = NEXT.match(window.text)
        if not following or following[1] == ";":
            return
        window.drop(following.end())


def _double(window: _Window) -> bool:
    """Reads on until there is twice as much, so that a long row is not looked at once per chunk."""
    before = len(window.text)
    window.fill(2 * before + 1)
    return len(window.text) > before


def _item(values: list[str | None], table: _Table, source: Source, line: int, number: int) -> Item | None:
    """None for a table that only ends in "posts" but is none of WordPress'."""
    columns = table.columns or (WORDPRESS_COLUMNS if len(values) == len(WORDPRESS_COLUMNS) else ())
    if not columns or not NEEDED.issubset(columns):
        return None
    if len(values) != len(columns):
        reason = f"line {line}: a row has {len(values)} values instead of {len(columns)}"
        return BrokenItem(DocumentId(f"row-{number}"), source.name, reason)
    fields = {name: value or "" for name, value in zip(columns, values, strict=True)}
    return Document(
        document_id=DocumentId(fields["id"]),
        title=html.unescape(fields["post_title"]).strip(),
        body=fields["post_content"],
        markup="wordpress",
        source_name=source.name,
        author=fields.get("post_author") or None,
        published_at=parse_date(fields.get("post_date_gmt")) or parse_date(fields.get("post_date")),
        status=fields.get("post_status", "").strip().lower() or "publish",
        kind=fields.get("post_type", "").strip().lower() or "post",
        url=fields.get("post_name") or None,
    )
