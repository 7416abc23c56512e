"""Whose run is next: everybody in turn, then each person's voices in turn, then whoever waits longest."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pipeline.domain.training import Usual, Waiting

NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)


def in_order(
    waiting: Sequence[Waiting], under_way: Sequence[Waiting], last_start: Mapping[str, datetime]
) -> list[Waiting]:
    """Those that wait, as they will get a place.

    Nobody's second run goes before somebody else's first; runs under way count. Among equals goes first whose last
    start is longest ago. last_start: by person.
    """
    voices = Counter(f"{run.voice_id}" for run in under_way)
    people = Counter(run.requested_by for run in under_way)
    own: dict[str, list[Waiting]] = {}
    for person, runs in _grouped(waiting, lambda run: run.requested_by).items():
        own[person] = list(_turns(_grouped(runs, lambda run: f"{run.voice_id}"), voices, {}))
    return list(_turns(own, people, last_start))


def starts_in(ahead: int, places: int, usual: Usual) -> timedelta:
    """About when a run begins that has `ahead` before it, those under way included."""
    waves = ahead // places
    return timedelta(seconds=waves * (usual.low_s + usual.high_s) / 2)


def _grouped(runs: Sequence[Waiting], by: Callable[[Waiting], str]) -> dict[str, list[Waiting]]:
    """Each group oldest first."""
    groups: dict[str, list[Waiting]] = {}
    for run in sorted(runs, key=lambda run: (run.queued_at, run.tuning_job_id)):
        groups.setdefault(by(run), []).append(run)
    return groups


def _turns(
    groups: Mapping[str, Sequence[Waiting]], had: Mapping[str, int], last_start: Mapping[str, datetime]
) -> Iterator[Waiting]:
    """One of each group after the other. had: turns that a group has taken already."""
    heap = [_turn(had.get(name, 0), last_start, name, runs, 0) for name, runs in groups.items()]
    heapq.heapify(heap)
    while heap:
        taken, *_, name, at = heapq.heappop(heap)
        yield groups[name][at]
        if at + 1 < len(groups[name]):
            heapq.heappush(heap, _turn(taken + 1, last_start, name, groups[name], at + 1))


def _turn(
    taken: int, last_start: Mapping[str, datetime], name: str, runs: Sequence[Waiting], at: int
) -> tuple[int, datetime, datetime, int, str, int]:
    return taken, last_start.get(name, NEVER), runs[at].queued_at, runs[at].tuning_job_id, name, at
