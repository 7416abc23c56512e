"""Writes the generated pages of docs/reference from the code; with --check, says which are stale."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from slack_bolt.async_app import AsyncApp

from bot.admin_menu import AdminMenu
from bot.assembly import listeners
from bot.settings import Settings, SlackSettings
from bot.slack.commands import Commands, Verb
from bot.slack.failures import sentence_for
from pipeline import errors
from pipeline.cleaning import TOO_SHORT_WORDS
from pipeline.domain.documents import DocumentId, Rule
from pipeline.findings import RULES, few_examples, many_examples
from pipeline.wording import Evidence, Passage, sentence

DOCS: Final = Path(__file__).resolve().parent
REFERENCE: Final = DOCS / "reference"
HOW_TO: Final = DOCS / "how-to"
NOTE: Final = "<!-- Written by `make docs` from the code. Change the code, not this page. -->"
COVERS: Final = re.compile(r"^Covers: (.+)\.$", re.MULTILINE)

# A plausible value per parameter of an error, so that its sentence can be shown.
SAMPLES: Final[dict[str, Any]] = {
    "actual": 3,
    "changed": "pairs",
    "answers": 12,
    "pairs": 3,
    "right": 6,
    "judges": ("U0OWNER", "U0EDITOR"),
    "age_days": 94,
    "allowed": ("direct",),
    "bouts": 1,
    "closes_at": datetime(2026, 11, 3, 14, 2, tzinfo=UTC),
    "editors": ("U0EDITOR", "U0OWNER"),
    "known": ("founder@v1", "founder@v2"),
    "most_microusd": 52_000_000,
    "unbeaten": "plain",
    "version": 9,
    "voters": ("U0OWNER", "U0EDITOR"),
    "context_tokens": 8192,
    "needed_tokens": 9120,
    "approvers": ("U0APPROVER", "U0APPROVER2"),
    "at": datetime(2026, 11, 3, 14, 2, tzinfo=UTC),
    "base": "gpt-4.1-mini-2025-04-14",
    "by": "U0APPROVER",
    "channel_id": "C0CONTENT",
    "closes_on": None,
    "closest_author": "M. Quill",
    "closest_count": 38,
    "code": "invalid_request_error",
    "documents": 165,
    "documents_read": 1204,
    "examples": 7,
    "examples_now": 91,
    "examples_then": 87,
    "handle": "founder",
    "number": 1,
    "label": "ap-031",
    "files": 20,
    "host": "example.org",
    "offset": 4096,
    "teams": ("T0TEAM", "T0OTHER"),
    "limit_bytes": 200 * 1024 * 1024,
    "limit_microusd": 150_000_000,
    "message": "VENDOR WORDS",
    "month": date(2026, 11, 1),
    "budget": "workspace",
    "has_card": True,
    "high_microusd": 52_000_000,
    "ceiling_microusd": 40_000_000,
    "emergency": True,
    "admins": ("U0ADMIN",),
    "why": "nobody",
    "name": "notes.pages",
    "nearest": "draft",
    "needed": 10,
    "origins": ("slack_file",),
    "owner": "U0OWNER",
    "problems": 2,
    "provider": "openai",
    "refusal": "training",
    "read_at": datetime(2026, 11, 3, tzinfo=UTC),
    "rules": ("personal-data", "secret"),
    "sensitivity": "private",
    "shutdown_on": date(2027, 1, 14),
    "size_bytes": 312 * 1024 * 1024,
    "state": "no texts yet",
    "status": 403,
    "editor": "U0EDITOR",
    "reason": "none",
    "user": "U0GUEST",
    "steward": "U0STEWARD",
    "suffix": ".pages",
    "texts": 14,
    "drafters": ("C0CONTENT", "S0EDITORS", "U0MEMBER"),
    "unseen": ("C0CONTENT",),
    "usage": "/voice consent founder",
    "verb": "drfat",
    "where": "line 12",
    "purpose": "generation",
    "said": "give me the gist",
    "address": "https://acme.slack.com/archives/C0CONTENT/p1764000000000100",
    "limit": 20,
    "resets_at": datetime(2026, 11, 22, tzinfo=UTC),
    "words": 41,
    "title": "Managing expectations",
    "would_be_microusd": 164_000_000,
}
# Where one value cannot fit every error.
SAMPLES_OF: Final[dict[str, dict[str, Any]]] = {
    "NoBriefs": {"needed": 2},
    "PromotionBlocked": {"name": "founder v1"},
    "TooFewBouts": {"needed": 2},
    "VersionRetired": {"name": "founder v1"},
    "AlreadyDecided": {"state": "approved"},
    "AlreadyAnswered": {"label": "d-0142"},
    "BadHandle": {"handle": "Founder GPT!"},
    "EmptyFile": {"name": "posts.csv"},
    "FileTooBig": {"name": "dump.sql"},
    "TooFewToCompare": {"needed": 4},
    "TooFewToRehearse": {"needed": 20},
    "UnknownVoice": {"handle": "fuonder", "nearest": "founder"},
    "UnreadableFile": {"name": "blog.wordpress.xml"},
}

COMMANDS_HEAD: Final = """\
# Commands

Type them in a channel. Slack refuses slash commands in threads: there, mention the bot with the same words, for example
`@Understudy draft founder why we repair tools`. The command's name is a setting (`SLACK_COMMAND`); two installations in
one workspace need different names.

* A name of a voice has 2 to 31 small letters, digits or dashes and starts with a letter. `founder@v2` means its second
  version; the name alone means the promoted one, else the newest. Capitals and quotation marks do not matter.
* Options may stand anywhere: `words=700`, `--words 700`, `-words 700` and `—words 700` are the same. Only the options
  named here are taken as options; everything else stays in the brief. `private` needs no value: as the last word, or
  as `--private` anywhere.
* A word the bot does not know is answered with the nearest one it does.

| command | what it does | how to |
|---|---|---|"""

CLEANING_HEAD: Final = """\
# What cleaning looks for

The names are those of `report.json`, of `--accept-fixes` and of the buttons. A *blocker* that is still open closes
training; `email` and `personal-data` do so only where others than your own server would see the texts. Names, numbers
and quotations are samples. Nothing is changed in the file you dropped: a rule marks places, and the choices decide what
becomes of them.

| rule | weight | what people read | button | fixed |
|---|---|---|---|---|"""


KINDS: Final[Mapping[Rule, tuple[tuple[str, int], ...]]] = {
    "coverage": (("14 of 26 months have no post", 1), ("half come from 2 months", 1)),
    "email": (("e-mail address", 12),),
    "personal-data": (("phone number", 3), ("health note", 2)),
}


class Nothing:
    """Stands for every part a listener is given: it is only registered here, never called."""

    def __getattr__(self, name: str) -> Any:
        return self


def verbs() -> list[Verb]:
    """What the features register, in the order of /voice help."""
    parts: Any = Nothing()
    commands = Commands("/voice", parts, parts)
    parts.commands, parts.admin_menu = commands, AdminMenu()
    app = AsyncApp(token="xoxb-docs", signing_secret="docs", request_verification_enabled=False)
    for feature in listeners(parts):
        feature.register(app)
    return list(commands.verbs.values())


def how_tos() -> dict[str, Path]:
    """The page that covers each verb, by its line `Covers: ...`."""
    pages: dict[str, Path] = {}
    for page in sorted(HOW_TO.glob("*.md")):
        for line in COVERS.findall(page.read_text("utf-8")):
            pages |= dict.fromkeys(re.findall(r"`([a-z]+)`", line), page)
    return pages


def commands_page() -> str:
    covered = how_tos()
    rows = [
        f"| `/voice {cell(verb.usage)}` | {cell(verb.says)} | {how_to_link(covered.get(verb.name))} |"
        for verb in verbs()
    ]
    return "\n".join([NOTE, COMMANDS_HEAD, *rows, ""])


def how_to_link(page: Path | None) -> str:
    if page is None:
        return "–"
    title = page.read_text("utf-8").splitlines()[0].removeprefix("# ")
    return f"[{title}](../how-to/{page.name})"


def leaves(error: type[errors.AppError]) -> Iterator[type[errors.AppError]]:
    """Errors that are raised, in the order they are written; the classes above them only group."""
    below = error.__subclasses__()
    if not below:
        yield error
    for each in below:
        yield from leaves(each)


def sample(error: type[errors.AppError], instead: Mapping[str, Any] | None = None) -> errors.AppError:
    """One instance with every parameter filled; `instead` replaces some of the values."""
    if error.__init__ is Exception.__init__:  # inspect finds no signature there
        return error()
    values = SAMPLES | SAMPLES_OF.get(error.__name__, {}) | dict(instead or {})
    return error(**{name: values[name] for name in inspect.signature(error).parameters})


def readable(sentence: str) -> str:
    """Slack's markup for people, channels and times as a reader sees it."""
    sentence = re.sub(r"<@U0([A-Z0-9]+)>", lambda match: "@" + match[1].lower(), sentence)
    sentence = re.sub(r"<!subteam\^S0([A-Z0-9]+)>", lambda match: "@" + match[1].lower(), sentence)
    sentence = re.sub(r"<#C0([A-Z0-9]+)>", lambda match: "#" + match[1].lower(), sentence)
    return re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", sentence)


def errors_page() -> str:
    lines = [
        NOTE,
        "# What Understudy says when something cannot be done",
        "",
        "Every expected failure has one sentence: what happened and what to do now. Names and numbers are samples. "
        "Anything else is a bug: it shows a reference, and the log has the details under that reference.",
    ]
    for group in errors.AppError.__subclasses__():
        lines += ["", f"## {(group.__doc__ or group.__name__).splitlines()[0]}", "", "| error | what people read |"]
        lines.append("|---|---|")
        for error in leaves(group):
            lines.append(f"| `{error.__name__}` | {cell(readable(sentence_for(sample(error))))} |")
    return "\n".join([*lines, ""])


def cleaning_page() -> str:
    lines = [NOTE, CLEANING_HEAD]
    for rule, facts in RULES.items():
        press = " · ".join(fix.label.format(n="8") for fix in facts.fixes) or "–"
        fixed = "at once, with Undo" if facts.automatic else ("when you press it" if facts.fixes else "–")
        if rule == "empty":
            fixed = "at once"  # no provider takes an empty row, so there is no Undo
        lines.append(f"| `{rule}` | {facts.severity} | {cell(found(rule))} | {press} | {fixed} |")
    return "\n".join([*lines, ""])


def found(rule: Rule) -> str:
    """The sentence of a finding; empty texts are never kept, so theirs says what was done."""
    if rule == "few-examples":
        few = few_examples(46, 29, "post")
        return few.sentence if few else ""
    if rule == "many-examples":
        many = many_examples(30_000)
        return many.sentence if many else ""
    ids = tuple(DocumentId(str(number)) for number in range(8))
    limits: dict[Rule, int] = {"too-long": 8192, "too-short": TOO_SHORT_WORDS}
    words = Passage("Five Things From the Shed", 8)
    evidence = Evidence(
        rule,
        ids,
        occurrences=12,
        of_documents=62,
        passages=(words,),
        limit=limits.get(rule, 0),
        kinds=KINDS.get(rule, ()),
        percent=98,
    )
    return sentence(evidence, "fix" if rule == "empty" else "keep")


def settings_page() -> str:
    lines = [
        NOTE,
        "# Settings",
        "",
        "Read once, at start, from environment variables. Lists and tables are JSON. "
        "Slack's variables have the names that Slack's own samples use.",
    ]
    for name, section in Settings.model_fields.items():
        model = section.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        prefix = "SLACK_" if model is SlackSettings else f"UNDERSTUDY_{name.upper()}__"
        lines += ["", f"## {name}", "", "| variable | default | meaning |", "|---|---|---|"]
        for key, field in model.model_fields.items():
            lines.append(f"| `{prefix}{key.upper()}` | {default_of(field)} | {cell(field.description or '')} |")
    return "\n".join([*lines, ""])


def default_of(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value in ("", (), {}):
        return "empty"
    return f"`{cell(str(value))}`"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


PAGES: Final = {
    "cleaning.md": cleaning_page,
    "commands.md": commands_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
}


def stale() -> list[str]:
    """Names of pages that are not what the code says."""
    return [
        name
        for name, page in PAGES.items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text("utf-8") != page()
    ]


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        old = stale()
        for name in old:
            sys.stderr.write(f"docs/reference/{name} is stale; `make docs` writes it.\n")
        return 1 if old else 0
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
