"""What is prepared: real posts where the shared folder has them, else posts made up from a seed."""

import random
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from pipeline.sources.front_matter import split_front_matter

SHARED: Final = Path(__file__).parents[2] / "shared" / "corpora" / "markdown"
BLOGS: Final = ("benbalter", "18f", "bbrantley")
GENERATED_POSTS: Final = 5_000
WORDS: Final = 320  # of a generated post; real ones in the shared folder have 900
VOCABULARY: Final = 6_000
SYLLABLES: Final = ("ka", "ro", "ten", "mi", "sal", "ver", "do", "lin", "pre", "on", "gar", "est", "wi", "th", "al")

HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
    "<title>Bench</title><wp:wxr_version>1.2</wp:wxr_version>\n"
)
TAIL: Final = "</channel></rss>\n"


def real_posts() -> list[Path]:
    """Markdown files of the shared blogs, in one order everywhere; empty when the folder is absent."""
    return [path for blog in BLOGS for path in sorted((SHARED / blog).glob("*.md"))]


def zipped(posts: list[Path], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for post in posts:
            archive.write(post, f"{post.parent.name}/{post.name}")
    return path


def exported(posts: list[Path], path: Path) -> Path:
    """The same posts as a WordPress export: bodies rendered to HTML, as a blog's editor would have stored them."""
    return write_wxr(path, ((post.stem, rendered(post)) for post in posts))


def rendered(post: Path) -> str:
    _, body = split_front_matter(post.read_text("utf-8", errors="replace"))
    return str(MarkdownIt("commonmark", {"html": True}).render(body))


def generated(count: int, path: Path, *, words: int = WORDS) -> Path:
    """A WordPress export of made-up posts, written as it is made; the same bytes for the same count."""
    return write_wxr(path, generated_posts(count, words))


def write_wxr(path: Path, posts: Iterator[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for number, (title, html) in enumerate(posts, 1):
            file.write(item(number, title, html))
        file.write(TAIL)
    return path


def item(number: int, title: str, html: str) -> str:
    body = html.replace("]]>", "]]]]><![CDATA[>")
    return (
        f"<item><title>{escape(title)}</title><dc:creator>founder</dc:creator>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded><wp:post_id>{number}</wp:post_id>"
        f"<wp:post_date_gmt>20{10 + number % 15}-0{1 + number % 9}-1{number % 9} 09:00:00</wp:post_date_gmt>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>\n"
    )


def generated_posts(count: int, words: int) -> Iterator[tuple[str, str]]:
    """Titles and HTML. Word frequencies fall as 1/rank, so repeats and near-duplicates are rare but not absent."""
    chance = random.Random(7)  # not a secret
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(VOCABULARY)]
    bounds: list[float] = []
    for rank in range(1, VOCABULARY + 1):
        bounds.append((bounds[-1] if bounds else 0.0) + 1 / rank)
    for number in range(count):
        drawn = chance.choices(vocabulary, cum_weights=bounds, k=words)
        yield f"{drawn[0]} {drawn[1]} {number}".capitalize(), "".join(paragraphs(drawn, number))


def paragraphs(drawn: list[str], number: int) -> Iterator[str]:
    for start in range(0, len(drawn), 60):
        sentences = (drawn[at : at + 15] for at in range(start, min(start + 60, len(drawn)), 15))
        text = " ".join(" ".join(one).capitalize() + "." for one in sentences)
        yield f'<!-- wp:paragraph --><p>{text} See <a href="https://example.org/{number}">more</a>.</p>\n'
    yield "<p>If you liked this, <em>write to us</em> at hello@example.org.</p>\n"
