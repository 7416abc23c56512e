"""Rebuild the example export, its answer key and the zip of notes from the texts beside this file."""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import small_sets
import yaml

HERE = Path(__file__).parent
SITE = "https://fieldnotes.example.org"
ZONE = ZoneInfo("Europe/London")
EXPORTED_AT = datetime(2024, 6, 30, 20, 4, 11, tzinfo=UTC)
NO_DATE = "0000-00-00 00:00:00"  # what WordPress writes for a text that was never published
UNDATED = {"draft", "pending"}

LETTERS = {
    "a": '<em>Join the Saturday letter: one page from the plot and the bench, every week. <a href="'
    f'{SITE}/letter">Sign up here</a>.</em>',
    "b": "<strong>Join the Saturday letter</strong> – one page from the plot &amp; the bench, every week, no "
    f'adverts. <a href="{SITE}/letter?from=post">Sign up here</a>.',
    "c": f"Join the Saturday letter: one page from the plot and the bench, every single week. Sign up at {SITE}/letter",
}
BIO = (
    "<em>Mara Quill grows vegetables on Plot Fourteen and mends garden tools in the Long Shed at Lodewell. "
    "All opinions are her own, and so are most of the mistakes.</em>"
)
AUTHORS = [(2, "mara", "mara@example.org", "Mara Quill"), (3, "tobias", "tobias@example.org", "Tobias Reed")]
BLOCKS = {"h2": "heading", "ul": "list", "ol": "list", "blockquote": "quote", "figure": "image", "pre": "code"}
SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|contact-form-7)\b")
BARE_ADDRESS = re.compile(r"(?<![\"=/.\w])(?:https?://|www\.)")
EMBED_OR_TAG = re.compile(r"\[embed\].*?\[/embed\]|<[^>]*>")
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
MARKUP = re.compile(r"(<[^>]*>|\[/?(?:caption|gallery|embed|contact-form-7)[^\]]*\])")


@dataclass
class Item:
    """One item of the export; body is the text as its author typed it, before an editor touched it."""

    id: int
    slug: str
    title: str
    date: datetime
    body: str = ""
    author: str = "mara"
    type: str = "post"
    status: str = "publish"
    editor: str = "classic"
    category: str = ""
    tags: list[str] = field(default_factory=list)
    apostrophe: str = "'"
    letter: str = ""
    bio: bool = False
    parent: int = 0
    copy_of: int = 0
    planted: list[str] = field(default_factory=list)
    comments: list[dict[str, str]] = field(default_factory=list)

    @property
    def content(self) -> str:
        """The body as WordPress stores it: signature lines added, then whatever the editor does."""
        ending = [LETTERS[self.letter]] if self.letter else []
        ending += [BIO] if self.bio else []
        text = "\n\n".join(part for part in [self.body.strip(), *ending] if part)
        text = with_apostrophes(text, self.apostrophe)
        text = as_blocks(text) if self.editor == "blocks" else text
        return misread(text) if "mojibake" in self.planted else text


def with_apostrophes(text: str, apostrophe: str) -> str:
    pieces = MARKUP.split(text)
    return "".join(piece if index % 2 else re.sub(r"(?<=\w)'", apostrophe, piece) for index, piece in enumerate(pieces))


def misread(text: str) -> str:
    """UTF-8 read as Windows-1252, the five bytes without a meaning kept as they are."""
    return "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in text.encode()
    )


def chunks(text: str) -> list[str]:
    """Paragraphs and block elements; a blank line inside a quotation does not end it."""
    found: list[str] = []
    still_open = ""
    for piece in re.split(r"\n\s*\n", text):
        if still_open:
            found[-1] += "\n\n" + piece
        else:
            found.append(piece)
            opening = re.match(r"<(blockquote|pre|ul|ol)\b", piece)
            still_open = opening.group(1) if opening else ""
        if f"</{still_open}>" in piece:
            still_open = ""
    return found


def as_blocks(text: str) -> str:
    return "\n\n".join(as_block(chunk) for chunk in chunks(text)) if text else ""


def as_block(chunk: str) -> str:
    opening = re.match(r"<(\w+)", chunk)
    tag = opening.group(1) if opening else ""
    if tag in BLOCKS:
        name = BLOCKS[tag]
        inner = chunk.replace(f"<{tag}", f'<{tag} class="wp-block-{name}"', 1)
        inner = quoted_paragraphs(inner) if tag == "blockquote" else inner
    elif tag in {"iframe", "script"}:
        name, inner = "html", chunk
    elif chunk == "<!--more-->":
        name, inner = "more", chunk
    elif SHORTCODE.match(chunk):
        name, inner = "shortcode", chunk
    else:
        name, inner = "paragraph", f"<p>{chunk}</p>"
    settings = ' {"sizeSlug":"large","linkDestination":"none"}' if name == "image" else ""
    settings = ' {"ordered":true}' if tag == "ol" else settings
    return f"<!-- wp:{name}{settings} -->\n{inner}\n<!-- /wp:{name} -->"


def quoted_paragraphs(quotation: str) -> str:
    head, rest = quotation.split(">", 1)
    paragraphs = rest.removesuffix("</blockquote>").strip().split("\n\n")
    return head + ">" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs) + "</blockquote>"


def read_item(path: Path) -> Item:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return item_from(yaml.safe_load(front), body)


def item_from(facts: dict[str, Any], body: str = "") -> Item:
    written_at = datetime.strptime(facts.pop("date"), "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    return Item(date=written_at, body=body, **facts)


def read_items() -> list[Item]:
    texts = [read_item(path) for path in sorted((HERE / "posts").glob("*.html"))]
    others = yaml.safe_load((HERE / "posts" / "other-items.yaml").read_text(encoding="utf-8"))
    items = sorted([*texts, *(item_from(facts) for facts in others)], key=lambda item: item.id)
    repeated = [number for number, times in Counter(item.id for item in items).items() if times > 1]
    if repeated:
        raise ValueError(f"post ids used twice: {repeated}")
    return items


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def slug_of(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def item_xml(item: Item) -> str:
    undated = item.status in UNDATED
    utc = item.date.astimezone(UTC)
    local, gmt = item.date.strftime("%Y-%m-%d %H:%M:%S"), utc.strftime("%Y-%m-%d %H:%M:%S")
    guid = f"{SITE}/?{'page_id' if item.type == 'page' else 'p'}={item.id}"
    lines = [
        "\t<item>",
        f"\t\t<title>{cdata(item.title)}</title>",
        f"\t\t<link>{guid if undated else permalink(item)}</link>",
        f"\t\t<pubDate>{'' if undated else format_datetime(utc)}</pubDate>",
        f"\t\t<dc:creator>{cdata(item.author)}</dc:creator>",
        f'\t\t<guid isPermaLink="false">{guid}</guid>',
        "\t\t<description></description>",
        f"\t\t<content:encoded>{cdata(item.content)}</content:encoded>",
        f"\t\t<excerpt:encoded>{cdata('')}</excerpt:encoded>",
        f"\t\t<wp:post_id>{item.id}</wp:post_id>",
        f"\t\t<wp:post_date>{cdata(local)}</wp:post_date>",
        f"\t\t<wp:post_date_gmt>{cdata(NO_DATE if undated else gmt)}</wp:post_date_gmt>",
        f"\t\t<wp:post_modified>{cdata(local)}</wp:post_modified>",
        f"\t\t<wp:post_modified_gmt>{cdata(gmt)}</wp:post_modified_gmt>",
        f"\t\t<wp:comment_status>{cdata('open' if item.type == 'post' else 'closed')}</wp:comment_status>",
        f"\t\t<wp:ping_status>{cdata('closed')}</wp:ping_status>",
        f"\t\t<wp:post_name>{cdata('' if undated else item.slug)}</wp:post_name>",
        f"\t\t<wp:status>{cdata(item.status)}</wp:status>",
        f"\t\t<wp:post_parent>{item.parent}</wp:post_parent>",
        "\t\t<wp:menu_order>0</wp:menu_order>",
        f"\t\t<wp:post_type>{cdata(item.type)}</wp:post_type>",
        f"\t\t<wp:post_password>{cdata('')}</wp:post_password>",
        "\t\t<wp:is_sticky>0</wp:is_sticky>",
        *attachment_lines(item),
        *term_lines(item),
        meta_xml("_edit_last", "2" if item.author == "mara" else "3"),
        *(comment_xml(number, comment, item) for number, comment in enumerate(item.comments, start=1)),
        "\t</item>",
    ]
    return "\n".join(lines)


def permalink(item: Item) -> str:
    return f"{SITE}/{item.date:%Y/%m}/{item.slug}/" if item.type == "post" else f"{SITE}/{item.slug}/"


def attachment_lines(item: Item) -> list[str]:
    address = f"{SITE}/wp-content/uploads/{item.date:%Y/%m}/{item.slug}.jpg"
    return [f"\t\t<wp:attachment_url>{cdata(address)}</wp:attachment_url>"] if item.type == "attachment" else []


def term_lines(item: Item) -> list[str]:
    terms = [("category", item.category)] if item.category else []
    terms += [("post_tag", tag) for tag in item.tags]
    return [
        f'\t\t<category domain="{domain}" nicename="{slug_of(name)}">{cdata(name)}</category>' for domain, name in terms
    ]


def meta_xml(key: str, value: str) -> str:
    return (
        f"\t\t<wp:postmeta>\n\t\t\t<wp:meta_key>{cdata(key)}</wp:meta_key>\n"
        f"\t\t\t<wp:meta_value>{cdata(value)}</wp:meta_value>\n\t\t</wp:postmeta>"
    )


def comment_xml(number: int, comment: dict[str, str], item: Item) -> str:
    fields = {
        "comment_author": comment["name"],
        "comment_author_email": comment["email"],
        "comment_author_url": "",
        "comment_author_IP": comment["ip"],
        "comment_date": comment["date"],
        "comment_date_gmt": comment["date"],
        "comment_content": comment["text"],
        "comment_approved": comment.get("approved", "1"),
        "comment_type": "comment",
    }
    lines = [f"\t\t\t<wp:{name}>{cdata(value)}</wp:{name}>" for name, value in fields.items()]
    opening = f"\t\t<wp:comment>\n\t\t\t<wp:comment_id>{item.id * 10 + number}</wp:comment_id>"
    ending = "\t\t\t<wp:comment_parent>0</wp:comment_parent>\n\t\t</wp:comment>"
    return "\n".join([opening, *lines, ending])


def export_xml(items: list[Item]) -> str:
    head = (HERE / "posts" / "channel.xml").read_text(encoding="utf-8")
    authors = "\n".join(
        f"\t<wp:author><wp:author_id>{number}</wp:author_id><wp:author_login>{cdata(login)}</wp:author_login>"
        f"<wp:author_email>{cdata(address)}</wp:author_email><wp:author_display_name>{cdata(name)}"
        f"</wp:author_display_name><wp:author_first_name>{cdata(name.split()[0])}</wp:author_first_name>"
        f"<wp:author_last_name>{cdata(name.split()[1])}</wp:author_last_name></wp:author>"
        for number, login, address, name in AUTHORS
    )
    categories = [
        f"\t<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{cdata(slug_of(name))}"
        f"</wp:category_nicename><wp:category_parent>{cdata('')}</wp:category_parent>"
        f"<wp:cat_name>{cdata(name)}</wp:cat_name></wp:category>"
        for number, name in enumerate(sorted({item.category for item in items if item.category}), start=2)
    ]
    tags = [
        f"\t<wp:tag><wp:term_id>{number}</wp:term_id><wp:tag_slug>{cdata(slug_of(name))}</wp:tag_slug>"
        f"<wp:tag_name>{cdata(name)}</wp:tag_name></wp:tag>"
        for number, name in enumerate(sorted({tag for item in items for tag in item.tags}), start=20)
    ]
    filled = head.format(created=EXPORTED_AT.strftime("%Y-%m-%d %H:%M"), built=format_datetime(EXPORTED_AT), site=SITE)
    body = "\n".join([authors, *categories, *tags, *(item_xml(item) for item in items)])
    return f"{filled}{body}\n</channel>\n</rss>\n"


def reason_left_out(item: Item) -> str:
    """The first of kind, author, status that does not match; empty when the item is kept."""
    if item.type != "post":
        return "kind"
    if item.author != "mara":
        return "author"
    return "status" if item.status != "publish" else ""


def answer_key(items: list[Item]) -> dict[str, Any]:
    reasons = Counter(reason_left_out(item) for item in items)
    kept = [item for item in items if not reason_left_out(item)]
    facts: dict[str, Callable[[Item], bool]] = {
        "blocks_editor": lambda item: item.editor == "blocks" and bool(item.body.strip()),
        "classic_editor": lambda item: item.editor == "classic",
        "shortcode": lambda item: bool(SHORTCODE.search(item.content)),
        "entities": lambda item: unescape(item.content) != item.content,
        "link": lambda item: "<a " in item.content,
        "bare_address": lambda item: bool(BARE_ADDRESS.search(EMBED_OR_TAG.sub("", item.content))),
        "letter": lambda item: bool(item.letter),
        "bio": lambda item: item.bio,
        "comments": lambda item: bool(item.comments),
    }
    faults = {name: [item.id for item in kept if holds(item)] for name, holds in facts.items()}
    for name in sorted({name for item in kept for name in item.planted}):
        faults[name] = [item.id for item in kept if name in item.planted]
    return {
        "file": "field-notes.wordpress.xml",
        "filters": {"author": "mara", "kind": "post", "status": "publish"},
        "reasons_in_order": ["kind", "author", "status"],
        "totals": {
            "items": len(items),
            "kept": reasons[""],
            "left_out": {reason: reasons[reason] for reason in ("kind", "author", "status")},
            "first_day": min(item.date for item in kept).date().isoformat(),
            "last_day": max(item.date for item in kept).date().isoformat(),
        },
        "left_out": {
            "kind": ids_by((item for item in items if reason_left_out(item) == "kind"), "type"),
            "author": ids_by((item for item in items if reason_left_out(item) == "author"), "author"),
            "status": ids_by((item for item in items if reason_left_out(item) == "status"), "status"),
        },
        "faults": faults,
        "near_duplicate_pairs": [[item.copy_of, item.id] for item in kept if item.copy_of],
        "repeated_passages": {"letter": list(LETTERS.values()), "bio": BIO},
        "must_stay": {
            "brackets": [[item.id, bracket] for item in kept for bracket in prose_brackets(item)],
            "pet_phrases": ["which is to say", "I was wrong about this"],
        },
        "never_read": sorted(
            {comment[part] for item in items for comment in item.comments for part in ("email", "ip", "text")}
        ),
    }


def ids_by(items: Iterable[Item], attribute: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for item in items:
        found.setdefault(getattr(item, attribute), []).append(item.id)
    return dict(sorted(found.items()))


def prose_brackets(item: Item) -> list[str]:
    return [bracket for bracket in re.findall(r"\[[^\]]+\]", SCRIPT.sub("", item.body)) if not SHORTCODE.match(bracket)]


def notes_zip() -> bytes:
    """The notes as one archive; fixed dates, so that the same notes give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in small_sets.note_paths():
            entry = zipfile.ZipInfo(f"notes/{path.name}", (2024, 6, 30, 20, 4, 10))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def main() -> None:
    items = read_items()
    (HERE / "field-notes.wordpress.xml").write_text(export_xml(items), encoding="utf-8", newline="\n")
    key = json.dumps(answer_key(items) | small_sets.answer_keys(), indent=2, ensure_ascii=False)
    key = re.sub(r"\[\s+((?:\"?\d+\"?,\s+)*\"?\d+\"?)\s+\]", lambda found: "[" + " ".join(found[1].split()) + "]", key)
    (HERE / "planted.json").write_text(key + "\n", encoding="utf-8", newline="\n")
    (HERE / "notes.zip").write_bytes(notes_zip())
    for name, answer in (("requests", "drawer"), ("cards", "card")):
        (HERE / f"{name}.jsonl").write_text(small_sets.jsonl(name, answer), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
