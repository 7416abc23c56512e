"""Where prepare's CPU goes: each stage's function is wrapped in a timer while one pass runs.

Timers cost about 1 µs a call; cProfile would make small functions look twice as slow as they are.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from inspect import ismethod
from pathlib import Path
from time import process_time
from typing import Any, Final

from benchmarks import ways
from pipeline import cleaning, examples, runner, tagging
from pipeline.models.tokens import token_counter
from pipeline.prompts import Salience
from pipeline.sources.reading import read_file
from pipeline.stages import (
    choices,
    contacts,
    health,
    html,
    identifiers,
    language,
    links,
    mojibake,
    near_duplicates,
    quotations,
    repeats,
    secrets,
    series,
    shortcodes,
)
from pipeline.tagging import Marked

# Looked up at each call by the module that names it; none of them calls another.
TIMED: Final[tuple[tuple[str, Any, str], ...]] = (
    ("shortcodes", shortcodes, "find_shortcodes"),
    ("html to text", html, "to_plain"),
    ("mojibake", mojibake, "find_mojibake"),
    ("secrets", secrets, "find_secrets"),
    ("e-mail", contacts, "find_emails"),
    ("phones", contacts, "find_phones"),
    ("identifiers", identifiers, "find_identifiers"),
    ("health", health, "find_health"),
    ("links", links, "find_links"),
    ("language", language, "main_language"),
    ("quotations", quotations, "is_quoted"),
    ("outlines", tagging, "outlines"),
    ("series", series, "find_series"),
    ("near-duplicates", near_duplicates, "find_near_duplicates"),
    ("repeated passages", repeats, "find_repeats"),
    ("applying marks", choices, "apply_marks"),
    ("tidying", cleaning, "tidy"),
    ("token counts", runner, "row_tokens"),
    ("prompts", examples, "prompt_for"),
    ("prompts", Salience, "of"),
    ("packing", Marked, "pack"),
    ("packing", Marked, "unpack"),
    ("content hash", runner, "content_hash"),
    ("rows", ways, "jsonl_lines"),
)


class Stopwatch:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timer(*given: Any, **named: Any) -> Any:
            began = process_time()
            answer = work(*given, **named)
            if isinstance(answer, Iterator):
                answer = list(answer)
            self.seconds[stage] += process_time() - began
            return answer

        return timer

    def reading(self, items: Iterator[Any]) -> Iterator[Any]:
        while True:
            began = process_time()
            one = next(items, None)
            self.seconds["reading"] += process_time() - began
            if one is None:
                return
            yield one


def profile(path: Path) -> dict[str, float]:
    """CPU seconds of each stage, and of what is in none, longest first."""
    token_counter(ways.ENCODING).count("warm")
    watch = Stopwatch()
    for stage, place, name in TIMED:
        work = watch.timed(stage, getattr(place, name))
        setattr(place, name, staticmethod(work) if ismethod(getattr(place, name)) else work)
    setattr(ways, "read_file", lambda file, **named: watch.reading(read_file(file, **named)))  # noqa: B010  # typed
    began = process_time()
    ways.ours(path)
    watch.seconds["other"] = process_time() - began - sum(watch.seconds.values())
    longest_first = sorted(watch.seconds.items(), key=lambda pair: -pair[1])
    return {stage: round(seconds, 3) for stage, seconds in longest_first}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(profile(Path(sys.argv[1]))) + "\n")
