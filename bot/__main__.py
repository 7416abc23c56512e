"""The command line: everything understudy does outside Slack, and the two stand-ins as programs of their own."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence

from bot import data, diff, exchange, prepare
from bot.demo import command as demo
from bot.doctor import diagnose
from bot.settings import Settings
from bot.wiring import opened_database, running_bot

# Separate programs, reached over HTTP; the bot never imports them.
PROGRAMS = ("sandbox", "modelserver")
CHATTY = ("apscheduler", "alembic", "httpx2")  # a line per tick, per start, per request


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in PROGRAMS:
        os.execv(sys.executable, [sys.executable, "-m", *arguments])
    parser = argparse.ArgumentParser(prog="understudy", description="A Slack bot that learns how one person writes.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add(commands, "serve", serve, "run the bot")
    add(commands, "demo", demo.run, "play the whole loop on a sandbox, as a person would", demo.add_arguments)
    add(commands, "prepare", prepare.run, "clean files into a dataset without Slack", prepare.add_arguments)
    add(commands, "diff", diff.run, "what changed between two prepared datasets", diff.add_arguments)
    add(commands, "data", data.run, "add files or a site to a voice's round, past Slack", data.add_arguments)
    out, in_ = exchange.add_export_arguments, exchange.add_import_arguments
    add(commands, "export", exchange.run_export, "everything about a voice as one zip", out)
    add(commands, "import", exchange.run_import, "make the voice of an export again", in_)
    add(commands, "migrate", migrate, "bring the database to the newest version")
    add(commands, "doctor", doctor, "check settings, Slack, database and providers")
    for program in PROGRAMS:
        commands.add_parser(program, help=f"run the {program} (its own program; {program} --help)")
    given = parser.parse_args(arguments)
    code: int = given.run(given)
    return code


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
    arguments: Callable[[argparse.ArgumentParser], None] | None = None,
) -> None:
    command = commands.add_parser(name, help=says, description=says)
    command.set_defaults(run=run)
    if arguments is not None:
        arguments(command)


def serve(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes its arguments
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every damaged page
    asyncio.run(serve_until_stopped(Settings()))
    return 0


async def serve_until_stopped(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with running_bot(settings) as bot:
        sys.stdout.write(f"bot ready, health on http://{settings.server.host}:{bot.port}/healthz\n")
        sys.stdout.flush()
        await stop.wait()


def migrate(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes its arguments
    asyncio.run(migrated(Settings()))
    sys.stdout.write("The database is at its newest version.\n")
    return 0


async def migrated(settings: Settings) -> None:
    engine = await opened_database(settings)
    await engine.dispose()


def doctor(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes its arguments
    return asyncio.run(diagnose(Settings()))


if __name__ == "__main__":
    sys.exit(main())
