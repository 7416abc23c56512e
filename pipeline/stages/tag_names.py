"""What each HTML element means for plain text."""

import re

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Never closed, or closed so seldom that counting their depth would mislead.
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"}
)
# Taken out with everything in them. Struck-out words are not what the author meant to leave standing.
DROPPED = frozenset(
    {"script", "style", "iframe", "frame", "frameset", "noframes", "form", "object", "noscript", "embed", "applet"}
    | {"head", "title", "meta", "link", "template", "svg", "canvas", "audio", "video", "picture", "map", "img"}
    | {"select", "button", "input", "textarea", "figcaption", "del", "s", "strike", "rp", "rt"}
)
# Of those, the ones that hold prose when they are never closed; code stays code to the end.
SWALLOWING = DROPPED - VOID - {"script", "style", "svg", "head", "template"}
DROPPED_CLASSES = frozenset(
    {"wp-caption", "wp-caption-text", "wp-block-embed__wrapper", "sharedaddy", "screen-reader-text", "sr-only"}
)
BLOCK = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dialog", "dir", "div", "dl"}
    | {"dt", "fieldset", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html"}
    | {"legend", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "ul", "xmp", "listing"}
)
LINE = frozenset({"dd", "tr", "li", "thead", "tbody", "tfoot"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "menu", "dir"})
PREFORMATTED = frozenset({"pre", "xmp", "listing", "textarea"})
INLINE = frozenset(
    {"a", "abbr", "b", "big", "c", "cite", "code", "em", "font", "i", "ins", "kbd", "mark", "q", "small", "span"}
    | {"strong", "sub", "sup", "tt", "u", "var", "wbr"}
)
KNOWN = BLOCK | DROPPED | HEADINGS | LINE | LISTS | PREFORMATTED | VOID | INLINE
