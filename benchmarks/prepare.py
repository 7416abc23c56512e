"""Prepare against a notebook and against the floor, in one run: .venv/bin/python -m benchmarks.prepare."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import corpora
from benchmarks.machine import described, facts, machine, resident_mb
from benchmarks.tables import say, table, write_json
from benchmarks.ways import Pass, fastest_parser

WAYS: Final = ("ours", "notebook", "floor", "ours-2", "bot")
LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Grown:
    done: Pass
    with_children_mb: float


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    here = machine()
    say(f"{described(here)}; best of {given.passes} interleaved passes; floor parses with {fastest_parser()[0]}\n")
    with tempfile.TemporaryDirectory() as folder:
        measured = [measure(path, given.passes) for path in chosen(given, Path(folder))]
        grown = [one for count in given.sizes for one in growth(count, Path(folder))]
    if grown:
        say("\nMemory and speed by size (generated posts)\n\n" + growth_table(grown))
    write_json(given.json, {"machine": facts(here), "corpora": measured, "growth": [asdict(one) for one in grown]})
    return 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.prepare", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="exports or zips; default: the shared blogs, or generated")
    parser.add_argument("--passes", type=int, default=3, metavar="N")
    parser.add_argument("--generated", type=int, metavar="POSTS", help="posts made up in place of the shared blogs")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000], metavar="POSTS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


def chosen(given: argparse.Namespace, folder: Path) -> list[Path]:
    """The same posts twice where they are real: as a WordPress export and as a zip of Markdown."""
    if given.files:
        return list(given.files)
    posts = corpora.real_posts()
    if given.generated or not posts:
        return [corpora.generated(given.generated or corpora.GENERATED_POSTS, folder / "generated.xml")]
    return [corpora.exported(posts, folder / "blogs.xml"), corpora.zipped(posts, folder / "blogs.zip")]


def measure(path: Path, passes: int) -> dict[str, Any]:
    """Ways take turns, so that a busy minute hits all of them; the best pass of each counts."""
    done = [in_own_process(way, path) for _ in range(passes) for way in WAYS]
    best = {way: min((one for one in done if one.way == way), key=lambda one: one.cpu_s) for way in WAYS}
    wall = {way: min(one.wall_s for one in done if one.way == way) for way in WAYS}
    stages: dict[str, float] = json.loads(answer("benchmarks.stages", str(path)))
    ratios = ratios_of(best, wall)
    size_mb = path.stat().st_size / 1e6
    say(f"\n{path.name}: {size_mb:.1f} MB, {best['ours'].documents} documents\n\n{ways_table(best, wall)}\n")
    say("".join(f"{name}: {value:.2f}\n" for name, value in ratios.items()) + f"\n{stage_table(stages)}")
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "best": [asdict(best[way]) | {"wall_s": wall[way]} for way in WAYS],
        "ratios": ratios,
        "stages_cpu_s": stages,
    }


def in_own_process(way: str, path: Path) -> Pass:
    return Pass(**json.loads(answer("benchmarks.ways", way, str(path))))


def answer(module: str, *words: str) -> str:
    return subprocess.run([sys.executable, "-m", module, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def growth(count: int, folder: Path) -> list[Grown]:
    """The same posts in one process and in two."""
    path = corpora.generated(count, folder / f"generated-{count}.xml")
    grown = [grown_in(way, path) for way in ("ours", "ours-2")]
    path.unlink()
    return grown


def grown_in(way: str, path: Path) -> Grown:
    """Resident memory of the process with all its children, looked at ten times a second."""
    words = [sys.executable, "-m", "benchmarks.ways", way, str(path)]
    most = 0.0
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            most = max(most, resident_mb(running.pid))
            time.sleep(LOOK_S)
        assert running.stdout is not None
        return Grown(Pass(**json.loads(running.stdout.read())), round(most, 1))


def ratios_of(best: dict[str, Pass], wall: dict[str, float]) -> dict[str, float]:
    cpu = {way: one.cpu_s for way, one in best.items()}
    return {
        "times faster than the notebook, per core (goal 2.5 or more)": cpu["notebook"] / cpu["ours"],
        "times the floor, per core (goal 2 or less)": cpu["ours"] / cpu["floor"],
        "wall of 1 process / wall of 2 (ideal 2)": wall["ours"] / wall["ours-2"],
        "CPU of 2 processes / CPU of 1 (ideal 1)": cpu["ours-2"] / cpu["ours"],
    }


def ways_table(best: dict[str, Pass], wall: dict[str, float]) -> str:
    rows = [
        [way, one.cpu_s, wall[way], round(one.documents / one.cpu_s), one.tokens, one.peak_mb]
        for way, one in best.items()
    ]
    return table(["way", "CPU s", "wall s", "documents/CPU s", "tokens", "peak MB"], rows)


def stage_table(stages: dict[str, float]) -> str:
    whole = sum(stages.values())
    rows = [[stage, seconds, f"{100 * seconds / whole:.0f} %"] for stage, seconds in stages.items()]
    return table(["stage", "CPU s", "share"], rows)


def growth_table(grown: Sequence[Grown]) -> str:
    rows = [
        [one.documents, one.way, one.cpu_s, one.wall_s, round(one.documents / one.cpu_s), one.peak_mb, together]
        for one, together in ((each.done, each.with_children_mb) for each in grown)
    ]
    head = ["posts", "way", "CPU s", "wall s", "posts/CPU s", "peak MB", "with children MB"]
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
