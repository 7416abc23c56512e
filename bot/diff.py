"""`understudy diff A B`: what changed from one prepared dataset to another, in sentences."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from bot.settings import Settings
from bot.slack.failures import sentence_for
from bot.wiring import opened_database
from pipeline import difference_words, origins
from pipeline.differences import compare
from pipeline.domain.differences import Piece
from pipeline.domain.origins import Version
from pipeline.domain.voices import DatasetId
from pipeline.errors import AppError
from pipeline.ports import ArtifactStore
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase

SAMPLES: Final = 3
CANNOT: Final = 2
MARKS: Final = {"kept": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = "a folder of `understudy prepare`, or the number of a dataset of the bot"
    parser.add_argument("before", metavar="A", help=what)
    parser.add_argument("after", metavar="B", help="the same")
    parser.add_argument("--samples", type=int, default=SAMPLES, metavar="N", help=f"rewritten texts, default {SAMPLES}")


def run(args: argparse.Namespace) -> int:
    """0 when both could be read, also when they differ; 2 otherwise."""
    try:
        before, after = read(args.before), read(args.after)
    except AppError as error:
        return complain(sentence_for(error))
    except LookupError:
        return complain("There is no dataset with that number.")
    except OSError as error:
        return complain(f"{error.filename}: {error.strerror}")
    sys.stdout.write(told(before, after, args.samples))
    return 0


def told(before: Version, after: Version, samples: int) -> str:
    difference = compare(before, after)
    lines = [line.text for line in difference_words.lines(difference, before, after)]
    for key in difference_words.telling(difference, after)[:samples]:
        shown = difference_words.sample(key, before, after)
        lines += ["", f"{shown.title}:", *("    " + line for line in words_of(shown.pieces).split("\n"))]
    return "\n".join(lines) + "\n"


def words_of(pieces: tuple[Piece, ...]) -> str:
    shown = "".join(
        piece.text if "\n" in piece.text else MARKS[piece.kind].format(piece.text) + " " for piece in pieces
    )
    return "\n".join(line.strip() for line in shown.split("\n"))


def read(named: str) -> Version:
    """Raises UnreadableFile, LookupError, OSError."""
    if named.isascii() and named.isdigit() and not Path(named).exists():
        return asyncio.run(stored(DatasetId(int(named)), Settings()))
    folder = Path(named)
    files = (origins.RECIPE_FILE, origins.FATES_FILE, *origins.ROW_FILES.values())
    return origins.read_version(*((folder / name).read_bytes() for name in files))


async def stored(dataset_id: DatasetId, settings: Settings) -> Version:
    engine = await opened_database(settings)
    artifacts: ArtifactStore = FsspecArtifacts(settings.storage.artifacts_url)
    try:
        async with SqlDatabase(engine, 0).read() as tx:
            facts = (await tx.datasets.by_id(dataset_id)).facts
        blobs = [facts.recipe_blob, facts.fates_blob, facts.train_blob, facts.validation_blob, facts.test_blob]
        return origins.read_version(*[await artifacts.get(blob) for blob in blobs])
    finally:
        await engine.dispose()


def complain(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return CANNOT
