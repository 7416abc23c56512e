"""What the person at the terminal sees: the channel and its threads as they grow, and how long each step took."""

import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, TextIO

from bot.demo.feed import Happening
from bot.demo.markup import label, message_lines, wrapped

WIDEST: Final = 110
NARROWEST: Final = 50
TYPED_LINES: Final = 5  # shown of what a person typed: a whole rewrite hides what the bot answers
NUMBER: Final = re.compile(r"^(🛑 )?\d+\. ")
# What only counts on is told once.
COUNTING: Final = re.compile(r"(Few-shot drafts on|Still to answer)\W.*|\d+ of \d+( texts written|$)")
# One of a kind shows how they look; the others are told in a line, and votes that were counted not at all.
ONE_OF_MANY: Final = re.compile(r"(Pair|Brief|Counted|)(?: ?\d+ of \d+)?: ")
COUNTED: Final = "Counted"
EMOJI: Final = {"+1": "👍", "-1": "👎", "pencil2": "✏️", "star": "⭐", "no_entry_sign": "🚫"}


@dataclass(slots=True)
class Page:
    """names: what stands for an id. out: None prints nothing."""

    out: TextIO | None
    names: dict[str, str] = field(default_factory=dict)
    shown: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    place: str = ""
    seen_kinds: set[str] = field(default_factory=set)
    began: float = field(default_factory=monotonic)

    @property
    def styled(self) -> bool:
        return self.out is not None and self.out.isatty()

    def line(self, text: str = "") -> None:
        if self.out is not None:
            self.out.write(f"{text}\n")
            self.out.flush()

    @property
    def elapsed_s(self) -> float:
        return monotonic() - self.began

    def step(self, number: int, of: int, title: str) -> None:
        self.place = ""
        self.line()
        self.line(self.strong(f"── {number}/{of} · {title} ".ljust(min(72, self.width), "─")))

    def took(self, seconds: float) -> None:
        self.line(self.faint(f"   ({seconds:.1f} s; {self.elapsed_s:.0f} s since the start)"))

    def does(self, user: str, words: str) -> None:
        """Something a person does that leaves no message of its own."""
        self.line(self.faint(f"  ▸ {self.name(user)} {words}"))

    def heard(self, happening: Happening) -> None:
        match happening.kind:
            case "message" | "ephemeral":
                self.message(happening)
            case "message_changed" | "ephemeral_changed":
                self.change(happening)
            case "reaction_added" | "reaction_removed":
                self.reaction(happening)
            case "view_opened":
                title = (happening.facts.get("view") or {}).get("title") or {}
                self.line(self.faint(f"  ▸ a form opens: {title.get('text', '')}"))
            case "notice":
                self.line(f"  ⚠ Slack tells {self.name(str(happening.facts.get('user')))}: {happening.text}")

    def message(self, happening: Happening) -> None:
        lines = self.lines(happening)
        self.shown[(happening.channel, happening.ts)] = lines
        if (one := ONE_OF_MANY.match(happening.text)) is not None:
            if one[1] in self.seen_kinds:
                lines = [] if one[1] == COUNTED else [happening.text]
            self.seen_kinds.add(one[1])
        reader = f" (only {self.name(happening.reader)} sees this)" if happening.reader else ""
        if not happening.by_bot and len(lines) > TYPED_LINES:
            lines = [*lines[:TYPED_LINES], f"… and {len(lines) - TYPED_LINES} more lines"]
        self.put(happening, f"{self.writer(happening)}{reader}", lines)

    def change(self, happening: Happening) -> None:
        """Only the lines that are new: cards and reports are edited often."""
        lines, key = self.lines(happening), (happening.channel, happening.ts)
        before = {unnumbered(line) for line in self.shown.get(key, [])}
        self.shown[key] = lines
        if ONE_OF_MANY.match(happening.text):
            return
        if new := [line for line in lines if unnumbered(line) not in before]:
            self.put(happening, f"{self.writer(happening)} (edited)", new)

    def reaction(self, happening: Happening) -> None:
        who = str(happening.facts.get("reactor"))
        if self.names.get(who) == self.names.get("bot"):
            return
        name = str(happening.facts.get("reaction"))
        does = "reacts with" if happening.kind == "reaction_added" else "takes back"
        self.does(who, f"{does} {EMOJI.get(name, f':{name}:')}")

    def put(self, happening: Happening, head: str, lines: list[str]) -> None:
        if not lines:
            return
        place = self.names.get(happening.channel, happening.channel)
        if place != self.place:
            self.place = place
            self.line(self.faint(place))
        indent = "    ↳ " if happening.thread else "  "
        rest = " " * (len(indent) + 2)
        self.line(f"{indent}{self.strong(head)}")
        for line in lines:
            for row in wrapped(line, self.width - len(rest)):
                self.line(f"{rest}{row}".rstrip())

    def lines(self, happening: Happening) -> list[str]:
        return message_lines(happening.message, happening.text, self.names, styled=self.styled)

    def writer(self, happening: Happening) -> str:
        return self.name(str(happening.facts.get("user")))

    def name(self, user: str) -> str:
        return self.names.get(user) or f"@{user}"

    def strong(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.styled else text

    def faint(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self.styled else text

    @property
    def width(self) -> int:
        return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def unnumbered(line: str) -> str:
    """A finding that only moved up in the list says nothing new, nor does a count that goes on."""
    return COUNTING.sub(lambda found: found[1] or "", NUMBER.sub("", line))


def pressed_label(happening: Happening, action_id: str) -> str:
    button = happening.button(action_id)
    return label(button) if button else action_id


def on_terminal() -> Page:
    return Page(sys.stdout)


def silent() -> Page:
    return Page(None)


def names_of(workspace: Mapping[str, object], channels: Mapping[str, object]) -> dict[str, str]:
    """Ids as people read them, from the sandbox's /control/workspace and /control/channels."""
    names: dict[str, str] = {}
    for member in listed(workspace.get("members")):
        names[str(member["id"])] = f"@{member['name']}"
        names[str(member["name"])] = f"@{member['name']}"
        names[f"D0{str(member['id'])[2:]}"] = f"direct message with @{member['name']}"
    for group in listed(workspace.get("usergroups")):
        names[str(group["id"])] = f"@{group['handle']}"
    for channel in listed(channels.get("channels")):
        if channel.get("name"):  # direct messages have none
            names[str(channel["id"])] = f"#{channel['name']}"
    app = workspace.get("app")
    if isinstance(app, dict):
        names["bot"] = names.get(str(app["bot_user_id"]), "@understudy")
    return names


def listed(found: object) -> list[dict[str, object]]:
    return found if isinstance(found, list) else []
