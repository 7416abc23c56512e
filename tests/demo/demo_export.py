"""A small made-up WordPress export, by two writers, with faults that are known."""

import random
from pathlib import Path

POSTS = 60
BY_OTHERS = 3
DRAFTS = 2
LATER = 16
WITH_LINK = 5
THINGS = (
    "ladder kettle bicycle door lamp chair window clock stove boot rope sieve hinge bucket shelf drawer oven gutter"
)
PLACES = "cellar attic harbour yard stairwell market bridge orchard neighbour cousin baker plumber teacher postman rain"
STUFF = "frost wind morning winter copper brass linen paint glue varnish thread leather slate timber gravel clay lemon"
WORDS = tuple(f"{THINGS} {PLACES} {STUFF}".split())
JOINTS = ("and then the", "without any", "because of our", "under that", "with no", "for the sake of a", "before this")
SENTENCES_PER_PARAGRAPH = 4

ITEM = """<item><title>{title}</title><dc:creator><![CDATA[{author}]]></dc:creator>
<content:encoded><![CDATA[{body}]]></content:encoded><wp:post_id>{number}</wp:post_id>
<wp:post_date_gmt><![CDATA[2023-{month:02d}-{day:02d} 08:00:00]]></wp:post_date_gmt>
<wp:status><![CDATA[{status}]]></wp:status><wp:post_type><![CDATA[post]]></wp:post_type></item>"""
EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Small Repairs</title><wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"""


def write_export(folder: Path) -> Path:
    """POSTS published by ann, BY_OTHERS by bob, DRAFTS by ann."""
    items = [item(number, "ann", "publish") for number in range(POSTS)]
    items += [item(number, "bob", "publish") for number in range(POSTS, POSTS + BY_OTHERS)]
    last = POSTS + BY_OTHERS
    items += [item(number, "ann", "draft") for number in range(last, last + DRAFTS)]
    return written(folder / "small-repairs.xml", items)


def write_later(folder: Path) -> Path:
    """LATER more posts by ann."""
    return written(folder / "later-repairs.xml", [item(number, "ann", "publish") for number in range(100, 100 + LATER)])


def written(path: Path, items: list[str]) -> Path:
    path.write_text(EXPORT.format(items="".join(items)), encoding="utf-8")
    return path


def item(number: int, author: str, status: str) -> str:
    chance = random.Random(number)
    title = " ".join(chance.sample(WORDS, 4)).title()
    body = "".join(f"<p>{paragraph(chance)}</p>" for _ in range(3))
    if number < WITH_LINK:
        body += f"<p>{sentence(chance)[:-1]} https://example.org/{number} {sentence(chance)}</p>"
    whole = {"title": title, "author": author, "body": body, "number": number + 1, "status": status}
    return ITEM.format(**whole, month=number % 12 + 1, day=number % 27 + 1)


def paragraph(chance: random.Random) -> str:
    """No sentence comes twice in the export, so that no passage is found to be repeated."""
    return " ".join(sentence(chance) for _ in range(SENTENCES_PER_PARAGRAPH))


def sentence(chance: random.Random) -> str:
    first, *others = chance.sample(WORDS, 5)
    return f"The {first} " + " ".join(f"{chance.choice(JOINTS)} {other}" for other in others) + "."
