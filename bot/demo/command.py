"""understudy demo."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def run(given: argparse.Namespace) -> int:  # noqa: ARG001  # played in the next commit
    return 0
