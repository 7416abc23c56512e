"""`understudy prepare`: files in, training rows and a report out, without Slack, database or network."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Final

from bot.slack.failures import sentence_for
from pipeline import report
from pipeline.domain.documents import Choice, Filters, Prepared, Recipe, Rule
from pipeline.domain.spending import Estimate, Price
from pipeline.errors import AppError, DataError, NothingLeft
from pipeline.estimate import estimate, workload
from pipeline.examples import format_errors, messages_of, to_jsonl
from pipeline.findings import FIXABLE, RULES
from pipeline.models.prices import BadPriceTable, PriceTable, read_prices, shipped_prices
from pipeline.models.tokens import token_counter
from pipeline.runner import Target, prepare
from pipeline.sources.reading import read_file
from pipeline.survey import Item

MANY_DOCUMENTS: Final = 300  # below this, starting worker processes takes longer than the work
MAX_WORKERS: Final = 4
DEFAULT_BASE: Final = "understudy-ngram"
CANNOT: Final = 2


class CannotPrepare(Exception):
    """What was typed cannot be done; the text is for the person who typed it."""


@dataclass(slots=True)
class _Files:
    """The items of every file; a file that fails is remembered and the others are still read."""

    paths: Sequence[Path]
    failures: list[DataError] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        for path, name in zip(self.paths, _names(self.paths), strict=True):
            try:
                yield from read_file(path, name=name)
            except DataError as error:
                self.failures.append(error)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="exports, texts, tables, transcripts, zips")
    parser.add_argument("--author", help="login or display name; all authors when absent")
    parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="this day or later")
    parser.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="this day or earlier")
    parser.add_argument("--status", action="append", help='default publish; several with commas; "any" takes all')
    parser.add_argument("--kind", action="append", help='default post; several with commas; "any" takes all')
    parser.add_argument("--exclude-title", action="append", default=[], metavar="REGEX")
    parser.add_argument("--accept-fixes", default="", metavar="RULES", help='"all", or names with commas')
    parser.add_argument("--model", default=DEFAULT_BASE, metavar="BASE", help=f"default {DEFAULT_BASE}")
    parser.add_argument("--provider", metavar="NAME", help="default: the first that offers the model")
    parser.add_argument("--prices", type=Path, metavar="FILE", help="a price table in place of the one shipped")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object and nothing else")


def run(args: argparse.Namespace) -> int:
    """0 when rows were written, 2 when something stood in the way; then nothing is written."""
    try:
        price = _price(args)
        prepared = _prepared(args, price)
        work = workload(prepared.examples, context_tokens=price.context_tokens)
        costs = estimate(work, price)
        _write(args.out, prepared, costs)
    except CannotPrepare as error:
        return _complain(str(error))
    except AppError as error:
        return _complain(sentence_for(error))
    except OSError as error:
        return _complain(f"{error.filename or args.out}: {error.strerror}")
    if args.json:
        sys.stdout.write(_json(prepared, costs))
    else:
        sys.stdout.write(f"{report.summary(prepared, costs)}Written to {args.out}\n")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="understudy prepare", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _prepared(args: argparse.Namespace, price: Price) -> Prepared:
    recipe = Recipe(_filters(args), _choices(args.accept_fixes))
    author = args.author or "the author"
    counter = token_counter(price.encoding, exact=price.encoding_is_exact)
    target = Target(f"You write in the voice of {author}.", price.context_tokens, counter.count)
    files = _Files(_existing(args.files))
    try:
        prepared = _with_workers_if_many(files.items(), recipe, target)
    except NothingLeft:
        if not files.failures:
            raise
    if files.failures:
        raise CannotPrepare("\n".join(sentence_for(error) for error in files.failures))
    return prepared


def _with_workers_if_many(items: Iterator[Item], recipe: Recipe, target: Target) -> Prepared:
    first = list(islice(items, MANY_DOCUMENTS))
    if len(first) < MANY_DOCUMENTS:
        return prepare(first, recipe, target)
    with ProcessPoolExecutor(min(MAX_WORKERS, os.cpu_count() or 1)) as workers:
        return prepare(chain(first, items), recipe, target, executor=workers)


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


def _price(args: argparse.Namespace) -> Price:
    table = _table(args.prices)
    provider = args.provider or next((p.provider for p in table.prices if p.base == args.model), "")
    return table.find(provider, args.model)


def _table(path: Path | None) -> PriceTable:
    try:
        return read_prices(path.read_text("utf-8")) if path else shipped_prices()
    except (BadPriceTable, UnicodeDecodeError) as error:
        raise CannotPrepare(f"{path}: {error}") from error


def _existing(paths: Sequence[Path]) -> Sequence[Path]:
    for path in paths:
        if not path.is_file():
            raise CannotPrepare(f"There is no file {path}.")
    return paths


def _names(paths: Sequence[Path]) -> list[str]:
    """File names; the whole path where two files have one name, so that no two documents look the same."""
    names = [path.name for path in paths]
    return [name if names.count(name) == 1 else str(path) for name, path in zip(names, paths, strict=True)]


def _write(out: Path, prepared: Prepared, costs: Estimate) -> None:
    """Write beside the folder first, then move: a failure leaves what was there as it was."""
    broken = format_errors({"messages": messages_of(example)} for example in prepared.examples)
    if broken:
        raise CannotPrepare(f"Some rows are not valid training rows ({broken}); nothing was written.")
    out.parent.mkdir(parents=True, exist_ok=True)
    contents = {
        "examples.jsonl": to_jsonl(prepared.of("train")),
        "validation.jsonl": to_jsonl(prepared.of("validation")),
        "test.jsonl": to_jsonl(prepared.of("test")),
        "report.json": _json(prepared, costs).encode(),
        "report.md": report.report_markdown(prepared, costs).encode(),
    }
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".prepare-") as unfinished:
        for name, content in contents.items():
            (Path(unfinished) / name).write_bytes(content)
        out.mkdir(exist_ok=True)
        for name in contents:
            (Path(unfinished) / name).replace(out / name)


def _json(prepared: Prepared, costs: Estimate) -> str:
    return json.dumps(report.report_json(prepared, costs), ensure_ascii=False, indent=2) + "\n"


def _complain(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return CANNOT


if __name__ == "__main__":
    sys.exit(main())
