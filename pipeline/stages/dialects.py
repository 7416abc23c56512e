"""What blogs write beside CommonMark: kramdown, Pandoc, directives, MDX, stray settings; signs go, words stay."""

import re
from typing import Final

from pipeline.stages.shown import replaced_outside

_FOOTNOTE = re.compile(r"^\[\^([\w-]{1,40})\]:[ \t]*", re.MULTILINE)
_KRAMDOWN = re.compile(r"(?<![ \t])[ \t]*(?:\{:[^{}\n]{0,300}\}|\{#[\w-]{1,80}\}(?=[ \t]*$))", re.MULTILINE)
# More than eight quotes inside each other are an accident, and take long.
_DEEP_QUOTE = re.compile(r"^((?:>[ ]?){8})(?:>[ ]?)+", re.MULTILINE)
# "[words]{#id}" and "[words]{.class}" are Pandoc's spans.
_PANDOC_SPAN = re.compile(r"\[([^\[\]\n]{1,500})\]\{[#.:][^{}\n]{0,200}\}")
# A link's title is never shown; with quotes inside it the link is not read as one.
_LINK_TITLE = re.compile(r"(\]\([^\s()<>]{1,2000})\s+\"[^\n]{0,300}?\"\s*\)")
# An address with a subject line, whose blanks end a link for CommonMark.
_MAIL_SUBJECT = re.compile(r"(\]\(mailto:[^\s()<>?]{1,200})\?[^()\n]{0,300}\)")
# ":::info[Title]" … ":::", "::: {.aside}", ":::note Title" and "::youtube[Words]": a line of its own.
_CONTAINER = re.compile(
    r"^([ \t]{0,3}):{2,}[ \t]*(?:[a-z][\w-]*)?(?:\[([^\n]{0,500})\])?[ \t]*(?:\{[^{}\n]{0,300}\})?"
    r"[ \t]*([^\s:{][^\n:]{0,200})?:*[ \t]*$",
    re.MULTILINE,
)
# ":quote[words]{#id}"; the words may hold links.
_INLINE = re.compile(
    r"(?<![\w:/\]]):[a-z][a-z-]{1,30}\[((?:[^\[\]]|\[[^\[\]]{0,500}\]){1,2000})\](?:\{[^{}\n]{0,300}\})?"
)
# MDX: modules at a line's start, components alone on their line.
_MODULE = re.compile(
    r"^(?:import[ \t]+(?:[\w*{][^\n\"']{0,300}[ \t]from[ \t]*)?([\"'])[^\"'\n]{1,300}\1;?[ \t]*$"
    r"|export[ \t]+(?:const|let|default|function)\b[^\n]*(?:\n(?![ \t]*\n)[^\n]*)*)",
    re.MULTILINE,
)
_COMPONENT = re.compile(
    r"^[ \t]*</?[A-Z][\w.]{0,60}(?:\s(?:[^<>{}]|\{[^{}]{0,500}\}){0,1000})?/?>[ \t]*$", re.MULTILINE
)
# Settings that no prose is made of, left in the middle of a text; the rule below makes them a heading.
_SURE_KEY = (
    r"(?:expiry_?date|publish_?date|last_?mod|permalink|slug|layout|redirect_(?:from|to)|aliases|weight|draft|toc|hero)"
)
_SETTINGS = re.compile(
    rf"^(?:-{{3,}}[ \t]*\n)?(?:[a-z][\w-]{{0,30}}:[^\n]{{0,300}}\n){{0,20}}{_SURE_KEY}:[^\n]{{0,300}}\n"
    r"(?:[a-z][\w-]{0,30}:[^\n]{0,300}\n|[ \t]+-[^\n]{0,300}\n){0,20}-{3,}[ \t]*$",
    re.MULTILINE,
)
_DIRECTIVE_SIGN: Final = "::"


def plain_dialect(source: str) -> str:
    if "[^" in source:
        for name in set(_FOOTNOTE.findall(source)):
            source = source.replace(f"[^{name}]:", "").replace(f"[^{name}]", "")
    source = _without_directives(source)
    if "{:" in source or "{#" in source:
        source = _KRAMDOWN.sub("", source)
    if "]{" in source:
        source = _PANDOC_SPAN.sub(r"\1", source)
    if "](" in source:
        source = _MAIL_SUBJECT.sub(r"\1)", _LINK_TITLE.sub(r"\1)", source))
    source = _without_modules(source)
    if "\n---" in source:
        source = replaced_outside(_SETTINGS, "\n", source)
    return _DEEP_QUOTE.sub(r"\1", source) if source.startswith(">") or "\n>" in source else source


def _without_directives(source: str) -> str:
    if _DIRECTIVE_SIGN in source:
        source = replaced_outside(_CONTAINER, r"\n\1\2\3\n", source)
    return replaced_outside(_INLINE, r"\1", source) if _INLINE.search(source) else source


def _without_modules(source: str) -> str:
    if "import " in source or "export " in source:
        source = replaced_outside(_MODULE, "", source)
    return replaced_outside(_COMPONENT, "\n", source) if "<" in source and _COMPONENT.search(source) else source
