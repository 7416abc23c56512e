"""python -m modelserver: serve until stopped."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from modelserver.server import Pace, running_modelserver


def _arguments() -> argparse.Namespace:
    """Options; each has an environment variable MODELSERVER_<NAME> for its default."""
    env = os.environ
    parser = argparse.ArgumentParser(prog="modelserver", description="A private model server with OpenAI's API.")
    parser.add_argument("--host", default=env.get("MODELSERVER_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=env.get("MODELSERVER_PORT", "8100"), help="0 takes a free one")
    parser.add_argument("--state", type=Path, default=env.get("MODELSERVER_STATE"), help="folder of files and models")
    parser.add_argument("--api-key", default=env.get("MODELSERVER_API_KEY"), help="better given by environment")
    parser.add_argument(
        "--min-train-seconds",
        type=float,
        default=env.get("MODELSERVER_MIN_TRAIN_SECONDS", "0"),
        help="spread training over at least so long, to watch its progress",
    )
    parser.add_argument("--parallel-jobs", type=int, default=env.get("MODELSERVER_PARALLEL_JOBS", "1"))
    arguments = parser.parse_args()
    for name in ("state", "api_key"):
        if not getattr(arguments, name):
            parser.error(f"--{name.replace('_', '-')} or MODELSERVER_{name.upper()} is required")
    return arguments


async def _serve(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    pace = Pace(min_train_seconds=arguments.min_train_seconds, parallel_jobs=arguments.parallel_jobs)
    serving = running_modelserver(
        state=arguments.state, api_key=arguments.api_key, host=arguments.host, port=arguments.port, pace=pace
    )
    async with serving as url:
        sys.stdout.write(f"modelserver ready on {url}\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(_serve(_arguments()))


if __name__ == "__main__":
    main()
