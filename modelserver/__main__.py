"""python -m modelserver: serve until stopped."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from modelserver.engines import engines
from modelserver.lora.hub import cached_folder
from modelserver.server import Setup, running_modelserver
from modelserver.speed import measure
from modelserver.tenants import new_key
from modelserver.trainer import ONE_PROCESS
from modelserver.training import Pace
from modelserver.vllm import VllmServer
from modelserver.webhooks import Hook

HUB: Final = "hub:"  # before a name of the hub, in the place of a folder
EXAMPLE: Final = """\
Train and ask with any OpenAI client, on this machine, in five lines:

  pip install 'understudy[lora]'                     (leave out [lora] for the small built-in model alone)
  export MODELSERVER_API_KEY=choose-a-long-key
  understudy modelserver --state ./models --base qwen=/path/to/Qwen2.5-0.5B-Instruct &
  export OPENAI_BASE_URL=http://127.0.0.1:8100/v1 OPENAI_API_KEY=$MODELSERVER_API_KEY
  python -c "from openai import OpenAI; print([m.id for m in OpenAI().models.list()])"

Every option has an environment variable MODELSERVER_<NAME>. Nothing is sent but to --webhook
and --vllm: bases are folders of this machine.
"""


def _parser(env: Mapping[str, str]) -> argparse.ArgumentParser:
    """Each option has an environment variable MODELSERVER_<NAME> for its default."""
    parser = argparse.ArgumentParser(
        prog="understudy modelserver",
        description="A private model server with OpenAI's API: files, fine-tuning, models, chat.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default=env.get("MODELSERVER_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=env.get("MODELSERVER_PORT", "8100"), help="0 takes a free one")
    parser.add_argument("--state", type=Path, default=env.get("MODELSERVER_STATE"), help="folder of files and models")
    parser.add_argument("--api-key", default=env.get("MODELSERVER_API_KEY"), help="better given by environment")
    parser.add_argument(
        "--keys",
        type=Path,
        default=env.get("MODELSERVER_KEYS"),
        metavar="FILE",
        help="keys of several teams, each seeing only its own, with limits",
    )
    parser.add_argument("--new-key", metavar="NAME", help="print a new key and its entry for that file, and stop")
    parser.add_argument(
        "--measure",
        metavar="NAME",
        help="train a base on made-up rows, print and keep how fast that went, and stop: who asks what training costs "
        "on this machine is told by it until a job has finished",
    )
    _add_models(parser)
    _add_training(parser, env)
    return parser


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--base",
        action="append",
        type=_named_folder,
        metavar="NAME=FOLDER",
        help="a model that may be trained: safetensors, tokenizer and chat template in a folder, or hub:ORG/MODEL when "
        "it lies in the hub's local cache; may be repeated (MODELSERVER_BASES: several, separated by blanks)",
    )
    parser.add_argument(
        "--vllm",
        action="append",
        type=_named_vllm,
        metavar="NAME=URL",
        help="a vLLM server with --enable-lora that answers for this base and its voices; may be repeated "
        "(MODELSERVER_VLLM: several, separated by blanks; MODELSERVER_VLLM_KEY: its key)",
    )


def _add_training(parser: argparse.ArgumentParser, env: Mapping[str, str]) -> None:
    parser.add_argument(
        "--trainer",
        default=env.get("MODELSERVER_TRAINER"),
        help="what starts a training instead of one process, such as 'torchrun --nproc-per-node 2 -m "
        "modelserver.training_process'; the path of the job's assignment is added",
    )
    parser.add_argument(
        "--webhook",
        default=env.get("MODELSERVER_WEBHOOK"),
        metavar="URL",
        help="told when a job ends, signed with MODELSERVER_WEBHOOK_SECRET",
    )
    parser.add_argument(
        "--min-train-seconds",
        type=float,
        default=env.get("MODELSERVER_MIN_TRAIN_SECONDS", "0"),
        help="spread training over at least so long, to watch its progress",
    )
    parser.add_argument(
        "--parallel-jobs",
        type=int,
        default=env.get("MODELSERVER_PARALLEL_JOBS", "1"),
        help="trainings at a time; further jobs wait",
    )
    parser.add_argument(
        "--keep-days",
        type=_days,
        default=env.get("MODELSERVER_KEEP_DAYS"),
        metavar="N",
        help="delete uploaded and result files after so many days; models stay",
    )


def _arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Options that fit together; hook and base as the server takes them. Exits with 2 and a sentence."""
    env = os.environ
    parser = _parser(env)
    arguments = parser.parse_args(argv)
    if arguments.new_key:
        return arguments
    if not arguments.state:
        parser.error("--state or MODELSERVER_STATE is required")
    if not (arguments.api_key or arguments.keys or arguments.measure):
        parser.error("--api-key or MODELSERVER_API_KEY is required, or --keys")
    if arguments.webhook and not env.get("MODELSERVER_WEBHOOK_SECRET"):
        parser.error("--webhook needs MODELSERVER_WEBHOOK_SECRET")
    arguments.hook = Hook(arguments.webhook, env["MODELSERVER_WEBHOOK_SECRET"]) if arguments.webhook else None
    if arguments.base is None:
        arguments.base = [_named_folder(text) for text in shlex.split(env.get("MODELSERVER_BASES", ""))]
    if arguments.vllm is None:
        arguments.vllm = [_named_vllm(text) for text in shlex.split(env.get("MODELSERVER_VLLM", ""))]
    if unknown := {name for name, _ in arguments.vllm} - {name for name, _ in arguments.base}:
        parser.error(f"--vllm {min(unknown)} is no --base")
    return arguments


def _named_folder(text: str) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    if not name or not folder:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FOLDER")
    if not folder.startswith(HUB):
        return name, Path(folder)
    try:
        return name, cached_folder(folder.removeprefix(HUB), _hub_cache(os.environ))
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from err


def _hub_cache(env: Mapping[str, str]) -> Path:
    """As huggingface_hub has it."""
    home = env.get("HF_HOME") or Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    return Path(env.get("HF_HUB_CACHE") or Path(home) / "hub")


def _named_vllm(text: str) -> tuple[str, VllmServer]:
    name, _, url = text.partition("=")
    if not name or not url.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=URL")
    return name, VllmServer(url, os.environ.get("MODELSERVER_VLLM_KEY"))


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 on")
    return int(text)


def _trainer(arguments: argparse.Namespace) -> Sequence[str]:
    return shlex.split(arguments.trainer) if arguments.trainer else ONE_PROCESS


async def _measure(arguments: argparse.Namespace) -> None:
    served = engines(dict(arguments.base))
    if arguments.measure not in served:
        sys.exit(f"--measure {arguments.measure} is no --base; there are: {', '.join(served)}")
    try:
        measured = await measure(arguments.state, served, arguments.measure, _trainer(arguments))
    except ValueError as err:
        sys.exit(f"{arguments.measure} could not be measured: {err}")
    sys.stdout.write(
        f"{measured.id}: {measured.tokens / measured.seconds:,.1f} tokens a second "
        f"({measured.tokens:,} tokens in {measured.seconds:,.1f} s).\n"
    )


async def _serve(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    pace = Pace(
        min_train_seconds=arguments.min_train_seconds,
        parallel_jobs=arguments.parallel_jobs,
        trainer=_trainer(arguments),
    )
    setup = Setup(
        state=arguments.state,
        api_key=arguments.api_key,
        keys=arguments.keys,
        pace=pace,
        bases=dict(arguments.base),
        hook=arguments.hook,
        keep_days=arguments.keep_days,
        vllm=dict(arguments.vllm),
    )
    async with running_modelserver(setup, host=arguments.host, port=arguments.port) as url:
        sys.stdout.write(f"modelserver ready on {url}\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    arguments = _arguments()
    if arguments.new_key:
        sys.stdout.write(new_key(arguments.new_key))
    elif arguments.measure:
        asyncio.run(_measure(arguments))
    else:
        asyncio.run(_serve(arguments))


if __name__ == "__main__":
    main()
