"""robots.txt as RFC 9309 has it: the group of our name or of everybody, the longest rule that fits (pure)."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

READ_CHARS: Final = 512_000  # RFC 9309, 2.5: at least 500 KiB must be read
RULES: Final = 5_000
LONGEST_DELAY_S: Final = 10.0


@dataclass(slots=True)
class Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Robots:
    """rules: (allowed, pattern). delay_s: what the site asks to wait between requests."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay_s: float = 0.0

    def allows(self, url: str) -> bool:
        parts = urlsplit(url)
        path = unquote(parts.path or "/") + (f"?{unquote(parts.query)}" if parts.query else "")
        fitting = [(len(pattern), allowed) for allowed, pattern in self.rules if fits(pattern, path)]
        return max(fitting, default=(0, True))[1]


def fits(pattern: str, path: str) -> bool:
    """`*` is any characters, `$` at the end the end. Matched piece by piece: no pattern can make this slow."""
    ends = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(rest):
        if ends and number == len(rest) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= at
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not ends or at == len(path)


def read_robots(text: str, product: str) -> Robots:
    groups = groups_of(text[:READ_CHARS])
    ours = [group for group in groups if product in group.agents] or [group for group in groups if "*" in group.agents]
    rules = tuple(rule for group in ours for rule in group.rules)[:RULES]
    return Robots(rules, min(LONGEST_DELAY_S, max((group.delay_s for group in ours), default=0.0)))


def groups_of(text: str) -> list[Group]:
    groups: list[Group] = []
    naming = False
    for line in text.lstrip("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if not naming:
                groups.append(Group())
            groups[-1].agents.append(value.lower())
        elif groups:
            add_rule(groups[-1], name, value)
        naming = name == "user-agent"
    return groups


def add_rule(group: Group, name: str, value: str) -> None:
    if name in ("allow", "disallow") and value:
        group.rules.append((name == "allow", unquote(value)))
    elif name == "crawl-delay" and re.fullmatch(r"\d+(\.\d+)?", value):
        group.delay_s = float(value)
