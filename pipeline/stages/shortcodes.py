"""Shortcodes of WordPress, Hugo and Jekyll in a body as read, told apart from brackets in prose."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from pipeline.domain.documents import Mark
from pipeline.stages.shown import shown_code

# Media and forms: nothing between the tags is the author's prose. Captions are taken out with their image, because
# without it they read as stray sentences.
_MEDIA = frozenset(
    {"caption", "wp_caption", "gallery", "playlist", "audio", "video", "embed", "youtube", "vimeo", "dailymotion"}
    | {"slideshare", "soundcloud", "spotify", "flickr", "twitter", "tweet", "instagram", "facebook", "googlemaps"}
    | {"googlevideo", "wpvideo", "polldaddy", "poll", "kickstarter", "ted", "vine", "scribd", "gist", "contact-form"}
    | {"contact-form-7", "contact-field", "gravityform", "ninja_form", "wpforms", "mc4wp_form", "form", "recaptcha"}
    | {"slideshow", "portfolio", "rev_slider", "nggallery", "singlepic", "imagebrowser", "blip.tv", "bandcamp"}
    | {"archiveorg", "googleapps", "gmap"}
)
# Code: kept as text, out of reach of the HTML parser.
_CODE = frozenset(
    {"code", "sourcecode", "source", "cce", "csharp", "php", "python", "javascript", "js", "java", "css", "html", "xml"}
    | {"sql", "ruby", "bash", "shell", "c", "cpp", "vb", "highlight", "cc", "lang", "text", "plain", "pre", "crayon"}
)
# Known without attributes too, because no prose uses them.
_PROSE_WORDS = frozenset(
    {"caption", "form", "audio", "video", "poll", "ted", "vine", "slideshow", "portfolio", "twitter"}
)
_BARE = (_MEDIA - _PROSE_WORDS) | {
    *("toc", "subscribe2", "sharethis", "addtoany", "jetpack_subscription_form", "wp_ad_camp", "adsense", "print_link"),
    *("email_link", "simple-links", "display-posts", "catlist", "recent_posts"),
}
# Unquoted attributes count only under these names, so that "[where n=5]" stays.
_ATTRIBUTE_NAMES = (
    "ids?|src|url|href|link|file|width|height|w|h|lang|language|title|class|style|align|type|size|user|columns?|color"
)
_ATTRIBUTES = re.compile(
    rf"\s*[\w-]+\s*=\s*(?:[\"'“”″‘’]|&quot;|&#\d+;|&[lr]dquo;)|\s+(?:{_ATTRIBUTE_NAMES})\s*=\s*\S|^="
)
# Prose in brackets may hold a link, whose attributes are not the brackets' own.
_HTML_TAG = re.compile(r"<[^<>]*>?")
_BODY = r"(?:[^\[\]\"'\n]|\"[^\"]{0,1000}\"|'[^'\[\]]{0,300}'|\n(?!\n)){0,600}"
_SQUARE = re.compile(
    rf"\[(?<![\[\\]\[)(?P<close>/?)(?P<name>[A-Za-z][\w.-]{{0,40}})(?P<attrs>(?:[\s=]{_BODY}?)?)(?P<self>/?)\](?!\])"
)
_LINK_AFTER = ("(", ":")

_HUGO = re.compile(r"\{\{(?P<sign>[<%])\s*(?P<close>/?)\s*(?P<name>[\w./-]{0,60})(?P<attrs>[^{}]{0,2000}?)[>%]\}\}")
_LIQUID = re.compile(r"\{%-?\s*(?P<name>\w{0,40})(?P<attrs>[^{}%]{0,1000}(?:%(?!\})[^{}%]{0,500}){0,9}?)-?%\}")
_OUTPUT = re.compile(r"\{\{(?![<%#])-?(?:[^{}\n]|\n(?![ \t]*\n)){1,300}\}\}")
_LITERAL = re.compile(r"\{%-?\s*raw\s*-?%\}([\s\S]*?)\{%-?\s*endraw\s*-?%\}")
_LITERAL_TAG = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_COMMENTS = frozenset({"comment"})
_FENCED = frozenset({"highlight", "code", "codeblock"})


def find_shortcodes(body: str) -> list[Mark]:
    """Marks of rule "shortcode": tags go and the words between a pair stay, except for media and forms.

    Code blocks are replaced by the same code as <pre> (square brackets) or as a fence (Hugo, Jekyll).
    A bracketed word counts only with attributes, with its closing pair, or under a name that prose never uses;
    code spans and {% raw %} blocks are left as they are.
    """
    found = list(_braces(body)) if "{{" in body or "{%" in body else []
    if "[" in body:
        found += _square(body)
    return _outermost(body, found, shown_code(body) if found else [])


def _outermost(body: str, marks: list[Mark], shown: list[tuple[int, int]]) -> list[Mark]:
    """Sorted, without marks inside others or inside shown code; Jekyll's {% raw %} works in code too."""
    kept: list[Mark] = []
    regions = iter(shown)
    region = next(regions, None)
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        while region is not None and region[1] <= mark.start:
            region = next(regions, None)
        shows = region is not None and region[0] <= mark.start < region[1]
        if shows and not _LITERAL_TAG.fullmatch(body, mark.start, mark.end):
            continue
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _square(body: str) -> Iterator[Mark]:
    tags = list(_SQUARE.finditer(body))
    partners = _pairs(tags)
    for index, tag in enumerate(tags):
        name = tag["name"].lower()
        partner = partners.get(index)
        if tag["close"]:
            if partner is not None or name in _MEDIA | _CODE:
                yield _gone(*tag.span())
        elif partner is not None and name in _MEDIA:
            yield _gone(tag.start(), tags[partner].end())
        elif partner is not None and name in _CODE:
            code = body[tag.end() : tags[partner].start()].strip("\n")
            shown = code.replace("<", "&lt;").replace(">", "&gt;")
            yield Mark("shortcode", tag.start(), tags[partner].end(), f"<pre>{shown}</pre>")
        elif partner is not None or _is_shortcode(body, tag):
            yield _gone(*tag.span())


def _pairs(tags: list[re.Match[str]]) -> dict[int, int]:
    """Opening tag's index to its closing tag's and back; the nearest opening tag of the same name wins."""
    pairs: dict[int, int] = {}
    open_tags: dict[str, list[int]] = {}
    for index, tag in enumerate(tags):
        waiting = open_tags.setdefault(tag["name"].lower(), [])
        if not tag["close"]:
            waiting.append(index)
        elif waiting:
            opener = waiting.pop()
            pairs[opener], pairs[index] = index, opener
    return pairs


def _is_shortcode(body: str, tag: re.Match[str]) -> bool:
    """Whether an opening tag without a partner is one."""
    if _ATTRIBUTES.search(_HTML_TAG.sub("", tag["attrs"])):
        return True
    if body.startswith(_LINK_AFTER, tag.end()):
        return False
    name = tag["name"].lower()
    known = tag["name"] == name and (name in _BARE or (name in _MEDIA and bool(tag["attrs"].strip())))
    return known or (bool(tag["self"]) and tag["name"] == name) or (name in _MEDIA and _alone(body, tag))


def _alone(body: str, tag: re.Match[str]) -> bool:
    line = body[body.rfind("\n", 0, tag.start()) + 1 : tag.start()]
    return not line.strip() and body[tag.end() : tag.end() + 1] in ("", "\n", "\r")


def _braces(body: str) -> Iterator[Mark]:
    literal = [match.span(1) for match in _LITERAL.finditer(body)]
    yield from _outside(body, _blocks(body, list(_HUGO.finditer(body))), literal)
    yield from _outside(body, _blocks(body, list(_LIQUID.finditer(body))), literal)
    yield from _outside(body, (_gone(*match.span()) for match in _OUTPUT.finditer(body)), literal)


def _outside(body: str, marks: Iterator[Mark], literal: list[tuple[int, int]]) -> Iterator[Mark]:
    """Marks that do not start between {% raw %} and {% endraw %}."""
    starts = [start for start, _ in literal]
    for mark in marks:
        before = bisect_right(starts, mark.start) - 1
        if before < 0 or mark.start >= literal[before][1]:
            yield _destination(mark) if body.endswith("](", 0, mark.start) else mark


def _destination(mark: Mark) -> Mark:
    """A tag that stood for a Markdown link's address leaves one behind, or the link's words would not be read."""
    return Mark(mark.rule, mark.start, mark.end, mark.replacement or "/")


def _blocks(body: str, tags: list[re.Match[str]]) -> Iterator[Mark]:
    """Every tag is taken out, except that comments go with their words and code becomes a fence."""
    waiting: dict[str, re.Match[str]] = {}
    for tag in tags:
        closing = _closes(tag)
        opener = waiting.pop(closing, None) if closing else None
        if opener is not None and closing in _COMMENTS:
            yield _gone(opener.start(), tag.end())
        elif opener is not None and closing in _FENCED:
            code = body[opener.end() : tag.start()].strip("\n")
            yield Mark("shortcode", opener.start(), tag.end(), f"\n```\n{code}\n```\n")
        else:
            yield _gone(*tag.span())
        if not closing:
            waiting[tag["name"]] = tag


def _closes(tag: re.Match[str]) -> str:
    """The name that a closing tag closes: {{< /name >}}, {% endname %}; "" for an opening tag."""
    name = tag["name"]
    if tag.re is _HUGO:
        return name if tag["close"] else ""
    return name[len("end") :] if name.startswith("end") else ""


def _gone(start: int, end: int) -> Mark:
    return Mark("shortcode", start, end)
