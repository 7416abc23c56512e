"""What `understudy prepare` is to make: as its options say, or as a recipe.json of an earlier run says."""

import argparse
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.preparing import SYSTEM_MESSAGE
from pipeline import origins
from pipeline.domain.documents import Choice, Filters, Recipe, Rule
from pipeline.domain.origins import Making, RowsFor, SourceUsed
from pipeline.domain.prepared import Prepared
from pipeline.domain.spending import Price
from pipeline.findings import FIXABLE, RULES

CHOOSING: Final = ("author", "since", "until", "status", "kind", "exclude_title", "accept_fixes", "purpose")


class CannotPrepare(Exception):
    """What was typed cannot be done; the text is for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Order:
    """A making whose content_hash is not known yet. before: the making it repeats. paths: of its sources, in order."""

    making: Making
    paths: tuple[Path, ...]
    before: Making | None = None

    def done(self, prepared: Prepared) -> Making:
        return replace(self.making, content_hash=prepared.content_hash)


def ordered(args: argparse.Namespace, price: Price) -> Order:
    """Raises CannotPrepare, UnreadableFile, OSError."""
    paths = _existing(args.files)
    sources = [SourceUsed(name, _sha256(path)) for name, path in zip(_names(paths), paths, strict=True)]
    if args.recipe is not None:
        return _again(args, sources, paths)
    recipe = Recipe(_filters(args), _choices(args.accept_fixes))
    system = SYSTEM_MESSAGE.format(writer=args.author or "the author")
    rows_for = RowsFor(system, price.encoding, price.encoding_is_exact, price.context_tokens, purpose=args.purpose)
    return Order(Making(recipe, tuple(sources), rows_for, origins.rules_version(), ""), paths)


def compared(made: Making, before: Making) -> str:
    """How a repetition came out, in a sentence."""
    if not origins.same_sources(made, before):
        return "Made by the recipe from other files than it was made for, so the rows are others."
    if made.content_hash == before.content_hash:
        return "The same files by the same recipe gave the same rows."
    rules = f" It was made by version {before.rules}; this is {made.rules}." if made.rules != before.rules else ""
    return f"The same files by the same recipe gave OTHER rows.{rules} `understudy diff` shows what changed."


def _again(args: argparse.Namespace, sources: Sequence[SourceUsed], paths: Sequence[Path]) -> Order:
    if any(getattr(args, name) for name in CHOOSING):
        raise CannotPrepare("The recipe says which texts and fixes; leave those options away, or edit the recipe.")
    before = origins.read_making(args.recipe.read_bytes(), name=str(args.recipe))
    known = {source.sha256: source for source in before.sources}
    places = [source.sha256 for source in before.sources]
    pairs = [(known.get(source.sha256, source), path) for source, path in zip(sources, paths, strict=True)]
    pairs.sort(key=lambda pair: places.index(pair[0].sha256) if pair[0].sha256 in known else len(places))
    making = replace(before, sources=tuple(one for one, _ in pairs), rules=origins.rules_version(), content_hash="")
    return Order(making, tuple(path for _, path in pairs), before)


def _filters(args: argparse.Namespace) -> Filters:
    return Filters(
        author=args.author,
        since=args.since,
        until=args.until,
        statuses=_listed(args.status) or Filters().statuses,
        kinds=_listed(args.kind) or Filters().kinds,
        exclude_titles=tuple(args.exclude_title),
    )


def _listed(values: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def _choices(accepted: str) -> dict[Rule, Choice]:
    names = _listed([accepted])
    if names == ("all",):
        return dict.fromkeys(FIXABLE, "fix")
    offered = {name: (rule, choice) for rule in FIXABLE for name, choice in _named(rule)}
    for name in names:
        if name not in offered:
            raise CannotPrepare(f"There is no fix named {name}. There are: all, {', '.join(offered)}.")
    return dict(offered[name] for name in names)


def _named(rule: Rule) -> Iterator[tuple[str, Choice]]:
    """ "too-long" is the recommended fix, "too-long=split" another."""
    for fix in RULES[rule].fixes:
        yield (rule if fix.choice == "fix" else f"{rule}={fix.choice}"), fix.choice


def _existing(paths: Sequence[Path]) -> tuple[Path, ...]:
    for path in paths:
        if not path.is_file():
            raise CannotPrepare(f"There is no file {path}.")
    return tuple(paths)


def _names(paths: Sequence[Path]) -> list[str]:
    """File names; the whole path where two files have one name, so that no two documents look the same."""
    names = [path.name for path in paths]
    return [name if names.count(name) == 1 else str(path) for name, path in zip(names, paths, strict=True)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
