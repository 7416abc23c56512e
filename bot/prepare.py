"""`understudy prepare`: files in, training rows and a report out, without Slack, database or network."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Final, get_args

from bot.remaking import CannotPrepare, Order, compared, ordered
from bot.slack.failures import sentence_for
from pipeline import origins, report
from pipeline.domain.documents import Recipe
from pipeline.domain.origins import Making
from pipeline.domain.prepared import Prepared
from pipeline.domain.reading import Item
from pipeline.domain.spending import Estimate, Price
from pipeline.domain.voices import Purpose
from pipeline.errors import AppError, DataError, NothingLeft
from pipeline.estimate import estimate, workload
from pipeline.examples import format_errors, messages_of, to_jsonl
from pipeline.models.price_rows import BadPriceTable
from pipeline.models.prices import PriceTable, read_prices, shipped_prices
from pipeline.models.tokens import token_counter
from pipeline.runner import Target, prepare
from pipeline.sources.reading import read_file
from pipeline.sources.speakers import of_speakers

MANY_DOCUMENTS: Final = 300  # below this, starting worker processes takes longer than the work
MAX_WORKERS: Final = 4
DEFAULT_BASE: Final = "understudy-ngram"
CANNOT: Final = 2


@dataclass(slots=True)
class _Files:
    """The items of every file; a file that fails is remembered and the others are still read."""

    order: Order
    failures: list[DataError] = field(default_factory=list)

    def items(self) -> Iterator[Item]:
        for path, source in zip(self.order.paths, self.order.making.sources, strict=True):
            try:
                items = read_file(path, name=source.name, options=source.reading)
                yield from of_speakers(items, source.reading.speakers)
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
    parser.add_argument("--purpose", choices=get_args(Purpose), help="what the texts are for; without it they tell")
    parser.add_argument("--accept-fixes", default="", metavar="RULES", help='"all", or names with commas')
    parser.add_argument("--recipe", type=Path, metavar="FILE", help="a recipe.json: the same choices again")
    parser.add_argument("--model", default=DEFAULT_BASE, metavar="BASE", help=f"default {DEFAULT_BASE}")
    parser.add_argument("--provider", metavar="NAME", help="default: the first that offers the model")
    parser.add_argument("--prices", type=Path, metavar="FILE", help="a price table in place of the one shipped")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object and nothing else")


def run(args: argparse.Namespace) -> int:
    """0 when rows were written, 2 when something stood in the way; then nothing is written."""
    try:
        price = _price(args)
        order = ordered(args, price)
        prepared = _prepared(order)
        work = workload(prepared.examples, context_tokens=price.context_tokens)
        costs = estimate(work, price)
        made = order.done(prepared)
        _write(args.out, prepared, made, costs)
    except CannotPrepare as error:
        return _complain(str(error))
    except AppError as error:
        return _complain(sentence_for(error))
    except OSError as error:
        return _complain(f"{error.filename or args.out}: {error.strerror}")
    if args.json:
        sys.stdout.write(_json(prepared, costs))
    else:
        repeated = compared(made, order.before) + "\n" if order.before else ""
        sys.stdout.write(f"{report.summary(prepared, costs)}{repeated}Written to {args.out}\n")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="understudy prepare", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _prepared(order: Order) -> Prepared:
    rows_for, files = order.making.rows_for, _Files(order)
    counter = token_counter(rows_for.encoding, exact=rows_for.is_exact)
    target = Target(rows_for.system, rows_for.context_tokens, counter.count, rows_for.own_drafts, rows_for.purpose)
    try:
        prepared = _with_workers_if_many(files.items(), order.making.recipe, target)
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


def _price(args: argparse.Namespace) -> Price:
    table = _table(args.prices)
    provider = args.provider or next((p.provider for p in table.prices if p.base == args.model), "")
    return table.find(provider, args.model)


def _table(path: Path | None) -> PriceTable:
    try:
        return read_prices(path.read_text("utf-8")) if path else shipped_prices()
    except (BadPriceTable, UnicodeDecodeError) as error:
        raise CannotPrepare(f"{path}: {error}") from error


def _write(out: Path, prepared: Prepared, making: Making, costs: Estimate) -> None:
    """Write beside the folder first, then move: a failure leaves what was there as it was."""
    broken = format_errors({"messages": messages_of(example)} for example in prepared.examples)
    if broken:
        raise CannotPrepare(f"Some rows are not valid training rows ({broken}); nothing was written.")
    out.parent.mkdir(parents=True, exist_ok=True)
    contents = {
        **{name: to_jsonl(prepared.of(split)) for split, name in origins.ROW_FILES.items()},
        origins.RECIPE_FILE: origins.making_bytes(making),
        origins.FATES_FILE: origins.fates_bytes(origins.fates(prepared, making.recipe)),
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
