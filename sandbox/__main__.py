"""Runs a sandbox: python -m sandbox --port 7001."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.server import create_app, start_site
from sandbox.settings import DEFAULT_MANIFEST, SandboxSettings


def parse(arguments: Sequence[str]) -> tuple[int, SandboxSettings]:
    """The port and the settings. Leaves with a sentence when they do not fit together."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Slack on this machine.")
    defaults = SandboxSettings()
    parser.add_argument("--port", type=int, default=7001, help="0 takes a free one")
    parser.add_argument("--manifest", type=Path, default=DEFAULT_MANIFEST)
    parser.add_argument("--mode", choices=("socket", "http"), default="socket")
    parser.add_argument("--events-url", default="", help="where the app listens; for --mode http")
    parser.add_argument("--signing-secret", default=defaults.signing_secret)
    parser.add_argument("--bot-token", default=defaults.bot_token)
    parser.add_argument("--app-token", default=defaults.app_token)
    parser.add_argument("--ack-timeout", type=float, default=defaults.ack_timeout_s, metavar="SECONDS")
    parser.add_argument("--retry-scale", type=float, default=defaults.retry_scale, metavar="FACTOR")
    given = parser.parse_args(arguments)
    if given.mode == "http" and not given.events_url:
        parser.error("--mode http needs --events-url")
    if not given.manifest.is_file():
        parser.error(f"there is no manifest at {given.manifest}")
    return given.port, SandboxSettings(
        manifest_path=given.manifest,
        mode=given.mode,
        events_url=given.events_url,
        signing_secret=given.signing_secret,
        bot_token=given.bot_token,
        app_token=given.app_token,
        ack_timeout_s=given.ack_timeout,
        retry_scale=given.retry_scale,
    )


async def serve(port: int, settings: SandboxSettings) -> None:
    """Run until the process is asked to stop."""
    runner, base_url = await start_site(create_app(settings), port)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    sys.stdout.write(f"sandbox ready on {base_url}\n")
    sys.stdout.flush()
    try:
        await stopped.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(*parse(sys.argv[1:])))
