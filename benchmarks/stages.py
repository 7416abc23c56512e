"""Where prepare's CPU goes: each stage's function is wrapped in a timer while one pass runs.

Timers cost about 1 µs a call; cProfile would make small functions look twice as slow as they are. What one timed
function spends in another counts for the inner one.
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
from pipeline import cleaning, examples, prompts, rows, runner, samples, tagging
from pipeline.models.tokens import token_counter
from pipeline.prompts import Salience
from pipeline.shelf import Shelf
from pipeline.sources.reading import read_file
from pipeline.stages import (
    choices,
    code,
    contacts,
    edges,
    footnotes,
    guests,
    health,
    html,
    identifiers,
    language,
    link_lists,
    links,
    mojibake,
    near_duplicates,
    quotations,
    repeats,
    secrets,
    select,
    series,
    shortcodes,
    stale,
)
from pipeline.stages.outlines import Outline
from pipeline.tagging import Marked

# Looked up at each call by the module or class that names it.
TIMED: Final[tuple[tuple[str, Any, str], ...]] = (
    ("selecting", select, "select"),
    ("shortcodes", shortcodes, "find_shortcodes"),
    ("footnotes", footnotes, "find_footnotes"),
    ("html to text", html, "to_plain"),
    ("unusual html to text", html, "_by_tree"),
    ("markdown to html", html, "render"),
    ("mojibake", mojibake, "find_mojibake"),
    ("secrets", secrets, "find_secrets"),
    ("e-mail", contacts, "find_emails"),
    ("phones", contacts, "find_phones"),
    ("identifiers", identifiers, "find_identifiers"),
    ("health", health, "find_health"),
    ("links", links, "find_links"),
    ("ends of texts", edges, "find_bios"),
    ("ends of texts", edges, "find_calls"),
    ("stale", stale, "is_dated"),
    ("stale", stale, "announces_version"),
    ("link lists", link_lists, "is_link_list"),
    ("guests", guests, "is_guest_post"),
    ("code", code, "is_mostly_code"),
    ("language", language, "main_language"),
    ("quotations", quotations, "is_quoted"),
    ("outlines", tagging, "outlines"),
    ("marking", tagging, "mark"),
    ("remembering", tagging, "_tagged"),
    ("series", series, "find_series"),
    ("near-duplicates", near_duplicates, "find_near_duplicates"),
    ("repeated passages", repeats, "find_repeats"),
    ("samples", samples, "mark_samples"),
    ("samples", samples, "opening"),
    ("applying marks", choices, "apply_marks"),
    ("tidying", cleaning, "tidy"),
    ("words of the set", cleaning, "distinct_words"),
    ("topics", prompts, "topic_of"),
    ("token counts", runner, "row_tokens"),
    ("prompts", examples, "prompt_for"),
    ("prompts", Salience, "of"),
    ("packing", Marked, "pack"),
    ("packing", Marked, "unpack"),
    ("packing", Outline, "pack"),
    ("packing", Outline, "unpack"),
    ("packing", cleaning, "packed_text"),
    ("packing", rows, "unpacked"),
    ("shelf", Shelf, "add"),
    ("shelf", Shelf, "read"),
    ("splits", runner, "assign_splits"),
    ("content hash", runner, "content_hash"),
    ("rows", ways, "jsonl_lines"),
)


class Stopwatch:
    """CPU seconds by stage, each without those of the stages inside it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inside_s = 0.0

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timer(*given: Any, **named: Any) -> Any:
            around_s, self._inside_s = self._inside_s, 0.0
            began = process_time()
            answer = work(*given, **named)
            if isinstance(answer, Iterator):
                answer = list(answer)
            spent_s = process_time() - began
            self.seconds[stage] += spent_s - self._inside_s
            self._inside_s = around_s + spent_s
            return answer

        return timer

    def reading(self, items: Iterator[Any]) -> Iterator[Any]:
        one = self.timed("reading", lambda: next(items, None))
        while (item := one()) is not None:
            yield item


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
