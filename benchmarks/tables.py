"""Markdown tables, and the JSON beside them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(shown(cell) for cell in line) + " |\n" for line in lines)


def shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) < 100 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def write_json(path: Path | None, facts: object) -> None:
    if path is not None:
        path.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
