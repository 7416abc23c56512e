"""understudy demo: starts everything on this machine, plays the loop, and stops everything again."""

import argparse
import asyncio
import contextlib
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Final

from bot.demo import control, facts, processes
from bot.demo.cast import Cast, Plan, briefs_for
from bot.demo.failures import DemoFailed, LoopStopped
from bot.demo.feed import Feed
from bot.demo.page import Page, names_of, on_terminal, silent
from bot.demo.play import Play
from bot.demo.terminal import Terminal

EXAMPLE: Final = processes.ROOT / "examples" / "field-notes.wordpress.xml"
EXAMPLE_AUTHOR: Final = "Mara Quill"
EXAMPLE_LATER: Final = processes.ROOT / "examples" / "notes.zip"
FAILED: Final = 1
STOPPED: Final = 3
INTERRUPTED: Final = 130
WITH_LOGS: Final = "Once more with --keep leaves the logs of all three programs to read."
WHERE_NEXT: Final = """
That was the whole loop, on this machine and for free. Where to go next:
  make sandbox         the same workspace as a page in your browser, to click through by hand
  docs/tutorial.md     the same loop, explained step by step
  a real workspace     create an app from manifest.yml, set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, leave SLACK_API_URL
                       alone (the demo pointed it at the sandbox), and run: understudy serve
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Exit codes: 0 the loop was played to its end; 1 something broke; "
        "3 the bot stopped it with a reason, such as too few texts to train on; 130 interrupted."
    )
    parser.add_argument(
        "--file",
        action="append",
        type=Path,
        metavar="PATH",
        help="texts to learn from, several times if need be; default: an invented blog from examples/",
    )
    parser.add_argument(
        "--later",
        action="append",
        type=Path,
        metavar="PATH",
        help="texts that join in the second round; default without --file: the invented blog's notes",
    )
    parser.add_argument(
        "--private",
        action="append",
        type=Path,
        metavar="PATH",
        help="texts of a second voice, which is private; default without --file: the invented blog once more",
    )
    parser.add_argument("--author", metavar="NAME", help="whose posts, by login or display name; default: everybody's")
    parser.add_argument("--json", action="store_true", help="print one JSON object about it and nothing else")
    parser.add_argument("--keep", action="store_true", help="keep the folder with database, models and logs")


def run(args: argparse.Namespace) -> int:
    """0 played, 1 broken, 3 stopped by the bot with a reason, 130 interrupted."""
    missing = [
        path for path in [*(args.file or [EXAMPLE]), *(args.later or []), *(args.private or [])] if not path.is_file()
    ]
    if missing:
        return complain(f"There is no file {missing[0]}.")
    folder = Path(tempfile.mkdtemp(prefix="understudy-demo-"))
    try:
        return asyncio.run(interruptible(args, folder))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; everything was stopped.\n")
        return INTERRUPTED
    finally:
        if args.keep:
            sys.stderr.write(f"Database, models and logs are in {folder}\n")
        else:
            shutil.rmtree(folder, ignore_errors=True)


async def interruptible(args: argparse.Namespace, folder: Path) -> int:
    """A request to end is treated as Ctrl-C, so that nothing is left running."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)
    try:
        return await demo(plan_of(args), silent() if args.json else on_terminal(), folder, as_json=args.json)
    except DemoFailed as failure:
        return complain(str(failure) if args.keep else f"{failure}\n{WITH_LOGS}")
    except ExceptionGroup as failures:
        return complain(first_sentence(failures))


def plan_of(args: argparse.Namespace) -> Plan:
    later, private = tuple(args.later or ()), tuple(args.private or ())
    if args.file:
        return Plan(tuple(args.file), args.author, briefs_for(), later, private)
    author = args.author or EXAMPLE_AUTHOR
    return Plan((EXAMPLE,), author, briefs_for(), later or (EXAMPLE_LATER,), private or (EXAMPLE,))


async def demo(plan: Plan, page: Page, folder: Path, *, as_json: bool) -> int:
    """Raises DemoFailed, alone or in a group."""
    stopped = None
    page.line("Starting a sandbox for Slack, a model server and the bot …")
    async with processes.running(folder) as programs, control.opened(programs.sandbox.address) as sandbox:
        page.took(page.elapsed_s)
        page.names = names_of(await sandbox.look("workspace", {}), await sandbox.look("channels", {}))
        play = Play(Cast(plan, sandbox, Feed(sandbox, page.heard), page, Terminal(programs.bot_environment, page)))
        try:
            await watched(play, programs)
        except LoopStopped as reason:
            stopped = reason.sentence
    if as_json:
        told = await facts.collected(folder, play.seconds, stopped)
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        page.line(f"\nThe loop ended here: {stopped}" if stopped else WHERE_NEXT)
    return STOPPED if stopped else 0


async def watched(play: Play, programs: processes.Programs) -> None:
    """Play while nobody dies. Raises DemoFailed, LoopStopped."""
    playing = asyncio.create_task(play.run())
    beside = [asyncio.create_task(play.cast.feed.follow()), asyncio.create_task(programs.died())]
    try:
        done, _ = await asyncio.wait([playing, *beside], return_when=asyncio.FIRST_COMPLETED)
        for task in sorted(done, key=lambda task: task is playing):  # a process that died explains all else
            await task
    finally:
        for task in (playing, *beside):
            task.cancel()
        for task in (playing, *beside):
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task


def first_sentence(failures: ExceptionGroup[Exception]) -> str:
    """Raises the group again when it holds anything but DemoFailed."""
    expected, others = failures.split(DemoFailed)
    if others is not None or expected is None:
        raise failures
    first: BaseException = expected
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return str(first)


def complain(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return FAILED
