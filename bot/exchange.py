"""`understudy export` and `understudy import`: a whole voice out of this database, and into another one."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from bot.importing import Imported, Wanted
from bot.intake import only_team
from bot.lookup import find_voice
from bot.settings import Settings
from bot.slack.failures import sentence_for
from bot.slack.grammar import parse_handle
from bot.slack.plain_words import plain_words
from bot.wiring import opened_exchange
from pipeline.errors import AppError
from pipeline.wording import counted

CANNOT: Final = 2


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle", metavar="VOICE", help="as in /voice export VOICE")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the zip to write")
    parser.add_argument("--team", metavar="ID", help="the workspace; needed where the database has several")


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a zip that understudy export or /voice export made")
    parser.add_argument("--as", dest="handle", metavar="NAME", help="what the voice is called here")
    parser.add_argument("--team", metavar="ID", help="the workspace it comes into; needed where there are several")
    parser.add_argument("--owner", metavar="USER", help="Slack id here of whose voice it is; they are asked anew")
    parser.add_argument("--steward", metavar="USER", help="Slack id here of who looks after it")
    parser.add_argument("--channel", metavar="CHANNEL", help="Slack id of the channel it drafts in here")


def run_export(args: argparse.Namespace) -> int:
    """0 when the file is there, 2 when something stood in the way."""
    return told(exported(Settings(), args))


def run_import(args: argparse.Namespace) -> int:
    """0 when the whole voice is there, 2 when nothing was imported."""
    return told(imported(Settings(), args))


def told(work: Coroutine[Any, Any, str]) -> int:
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    try:
        sys.stdout.write(asyncio.run(work) + "\n")
    except AppError as error:
        sys.stderr.write(plain_words(sentence_for(error)) + "\n")
        return CANNOT
    except OSError as error:
        sys.stderr.write(f"{error.strerror}: {error.filename}\n")
        return CANNOT
    return 0


async def exported(settings: Settings, args: argparse.Namespace) -> str:
    async with opened_exchange(settings) as exchange:
        async with exchange.database.read() as tx:
            team = args.team or only_team(await tx.voices.teams())
            voice = await find_voice(tx, team, parse_handle(args.handle))
        unfinished = args.out.with_name(f"{args.out.name}.{os.getpid()}")
        try:
            made = await exchange.make(voice, unfinished)
            unfinished.replace(args.out)
        finally:
            unfinished.unlink(missing_ok=True)
    return (
        f"{args.out}: {counted(made.texts, 'text')}, {counted(made.datasets, 'dataset')}, "
        f"{counted(made.drafts, 'draft')}, feedback, consent, the audit log. Keep it as safe as the texts themselves."
    )


async def imported(settings: Settings, args: argparse.Namespace) -> str:
    handle = None if args.handle is None else parse_handle(args.handle)
    wanted = Wanted(args.file, handle, args.team, args.owner, args.steward, args.channel)
    async with opened_exchange(settings) as exchange:
        return what_came(await exchange.bring_in(wanted))


def what_came(done: Imported) -> str:
    hashes = "".join(f"\n  {content_hash}" for content_hash in done.hashes)
    asked = " Its owner is asked to agree when the bot runs." if done.is_asked else ""
    sets = f" Datasets, oldest round first:{hashes}" if hashes else " It has no dataset yet."
    return f"{done.voice.handle} is here.{asked}{sets}"
