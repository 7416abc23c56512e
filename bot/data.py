"""`understudy data add`: files and sites into a voice's open round, past Slack."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import Final

from bot.assembly import said_of_source
from bot.intake import AddFromTerminal, Outcome
from bot.settings import Settings
from bot.site_address import incoming_site, is_address
from bot.slack.failures import sentence_for
from bot.slack.grammar import parse_handle
from bot.slack.plain_words import plain_words
from bot.wiring import opened_intake
from pipeline.errors import AppError

CANNOT: Final = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add files, or a site by its address, to the voice's open round")
    add.add_argument("handle", metavar="VOICE", help="as in /voice data VOICE")
    add.add_argument("files", nargs="+", metavar="FILE", help="exports, texts, tables, zips; or https://example.org")
    add.add_argument("--team", metavar="ID", help="the workspace; needed where the database has several")
    add.add_argument("--by", metavar="USER", help="Slack id of the steward or owner on whose behalf this is done")


def run(args: argparse.Namespace) -> int:
    """0 when everything named was added, 2 when something stood in the way."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    try:
        return asyncio.run(added(Settings(), args))
    except AppError as error:
        sys.stderr.write(plain_words(sentence_for(error)) + "\n")
        return CANNOT


async def added(settings: Settings, args: argparse.Namespace) -> int:
    sites = [incoming_site(word) for word in args.files if is_address(word)]
    files = [Path(word) for word in args.files if not is_address(word)]
    async with opened_intake(settings) as add:
        outcome = await add(parse_handle(args.handle), files, sites, team=args.team, by=args.by)
        lines = await told(add, outcome)
    for refusal in outcome.refusals:
        sys.stderr.write(plain_words(sentence_for(refusal)) + "\n")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return CANNOT if outcome.refusals or any(one.state == "refused" for one in outcome.sources) else 0


async def told(add: AddFromTerminal, outcome: Outcome) -> list[str]:
    """What became of it, one paragraph a file, in the words of the thread."""
    if not outcome.sources:
        return []
    where = f"the thread of {outcome.voice.handle} · round {outcome.round_.number}"
    names = ", ".join(source.name for source in outcome.sources)
    if outcome.bot_runs:
        return [f"Added: {names}.", f"The running bot reads them now and reports in {where}."]
    paragraphs = [plain_words(said_of_source(facts)) for one in outcome.sources if (facts := await add.told(one))]
    waiting = any(source.state == "waiting" for source in outcome.sources)
    rest = "What still waits is read when the bot runs. " if waiting else ""
    last = f"No bot runs, so I read them here. {rest}The report appears in {where} as soon as the bot runs."
    return [f"Added: {names}.", *paragraphs, last]
