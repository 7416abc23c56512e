"""The block of settings in front of a Markdown text: YAML between "---" lines or TOML between "+++" lines."""

import re
import tomllib
from typing import Any

import yaml

BLOCK = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# Front matter is a screenful; what is longer is no front matter, and YAML takes seconds per megabyte.
LONGEST_CHARS = 64_000
PLAIN_LINE = re.compile(r"^([A-Za-z_][\w-]*):[ \t]*(.+?)[ \t]*$", re.MULTILINE)


# Dates stay the strings they are: YAML's own fail on impossible days.
_RESOLVERS = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# Settings longer than this that nest deeper than this are read in Python, whose recursion has a limit; libyaml, ten
# times as fast, has none.
_SHORT_CHARS = 1_000
_NESTED = 50
_NESTING = re.compile(r"[\[{]|[-?][ \t]+(?=[-?][ \t])|^[ \t]{20,}", re.MULTILINE)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = _RESOLVERS


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # absent without libyaml
    yaml_implicit_resolvers = _RESOLVERS


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The settings, keys in lower case, and the text after them. Any: settings are whatever the author wrote."""
    found = BLOCK.match(text[:LONGEST_CHARS])
    if not found:
        return {}, text
    parsed = _toml(found[2]) if found[1] == "+++" else _yaml(found[2])
    if parsed is None:
        return {}, text
    return {str(key).strip().lower(): value for key, value in parsed.items()}, text[found.end() :]


def _loader(block: str) -> type[yaml.SafeLoader]:
    nested = len(block) > _SHORT_CHARS and len(_NESTING.findall(block)) > _NESTED
    return _Loader if nested else _FastLoader


def _yaml(block: str) -> dict[Any, Any] | None:
    """None when it is no front matter at all: two rules with prose between them."""
    try:
        parsed = yaml.load(block, _loader(block))
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return dict(reversed(PLAIN_LINE.findall(block))) or None
    if parsed is None:
        return {}
    return parsed if isinstance(parsed, dict) else None


def _toml(block: str) -> dict[str, Any]:
    try:
        return tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
