"""Wordings of one sentence that differ in a word or a number, found among many thousands."""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

import numpy as np
from rapidfuzz.fuzz import ratio

from pipeline.domain.documents import Post
from pipeline.shelf import Partitions, part_of
from pipeline.stages.outlines import Outline, sentence_at
from pipeline.stages.outlines import runs as runs_of
from pipeline.stages.range_hashes import Hashes, Ints, Longs

# So many posts must say something alike before it is looked at.
MIN_POSTS = 3
# rapidfuzz ratio (0 to 100) from which two sentences are variants of one.
VARIANT_RATIO = 85.0
# Of few words one noun is what is said: "Originally published on USA.gov" (86) is not "… on GSA's blog". Of 11 pairs of
# short sentences from 85 on in 876 posts of three blogs, those from 89 on were the same thing said.
SHORT_WORDS = 8
SHORT_VARIANT_RATIO = 89.0
# A wording is compared when so large a part of its word runs stands in others. In 876 posts 0.6 still found every
# passage, in 16 transcripts 0.5 missed one.
_SHARED_RUNS = 0.4
_BLOCK_SENTENCES = 4_096
_VARIANT_SHINGLE = 3
# A word run that opens more wordings than this says too little to look further.
_LEADERS = 20
# Runs of words sorted at a time: 60 MB with the arrays that sorting takes.
_PART_RUNS = 1_000_000
_RUN_PARTS = 16
_PREFIX_BYTES = 24


@dataclass(frozen=True, slots=True)
class Wordings:
    """What is said at edges, each wording once, by the hash of what it says. times: in how many places.

    Where each first stands: sentence `order` of a post, with so many words.
    """

    key: Hashes
    post: Ints
    order: Ints
    words: Ints
    times: Longs

    def only(self, chosen: Longs) -> "Wordings":
        return Wordings(self.key[chosen], self.post[chosen], self.order[chosen], self.words[chosen], self.times[chosen])


def variants(posts: Sequence[Post], outlines: Sequence[Outline], wordings: Wordings) -> dict[int, int]:
    """Key of a wording to that of the most frequent wording it varies."""
    near = wordings.only(_may_vary(outlines, wordings))
    led = _led(_Said.read(posts, outlines, near), near.times)
    return {int(near.key[one]): int(near.key[leader]) for one, leader in led.items()}


def _may_vary(outlines: Sequence[Outline], wordings: Wordings) -> Longs:
    """Which wordings share enough runs of words with others."""
    count = len(wordings.key)
    shared, of_all = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for rows in _runs_in(outlines, wordings):
        if not len(rows):
            continue
        order = np.argsort(rows["run"], kind="stable")
        run, of = rows["run"][order], rows["of"][order]
        starts = np.flatnonzero(np.diff(run, prepend=run[:1] + 1))
        held = np.add.reduceat(wordings.times[of], starts)
        common = np.repeat(held, np.diff([*starts, len(run)])) >= MIN_POSTS
        shared += np.bincount(of[common], minlength=count)
        of_all += np.bincount(of, minlength=count)
    return np.flatnonzero((shared > 0) & (shared >= _SHARED_RUNS * of_all))


def _runs_in(outlines: Sequence[Outline], wordings: Wordings) -> Partitions:
    """Hashes of every run of words, in parts of their range, and which wording each is of."""
    parts = Partitions(1 + int(wordings.words.sum(dtype=np.int64)) // _PART_RUNS, (("run", "<u8"), ("of", "<i4")))
    order = np.argsort(wordings.post, kind="stable")
    for block in np.array_split(order, 1 + len(order) // _BLOCK_SENTENCES):
        here, begin = np.unique(wordings.post[block], return_index=True)
        if not len(here):
            continue
        shapes = [outlines[post] for post in here.tolist()]
        sizes = [len(shape.hashes) for shape in shapes]
        base = np.repeat(np.cumsum(sizes) - sizes, np.diff([*begin, len(block)]))
        firsts = np.concatenate(
            [shape.first[wordings.order[part]] for shape, part in zip(shapes, np.split(block, begin[1:]), strict=True)]
        )
        count = np.maximum(wordings.words[block] - _VARIANT_SHINGLE + 1, 0)
        inside = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        every = runs_of(np.concatenate([shape.hashes for shape in shapes]), _VARIANT_SHINGLE)
        found = every[np.repeat(base + firsts, count) + inside]
        parts.add(part_of(found, len(parts)), found, np.repeat(block, count))
    return parts


@dataclass(frozen=True, slots=True)
class _Said:
    """What wordings say, as one run of bytes: half of what strings would take. Wording i is in [starts[i], ends[i])."""

    whole: bytearray
    starts: "array[int]"
    ends: "array[int]"

    @classmethod
    def read(cls, posts: Sequence[Post], outlines: Sequence[Outline], wordings: Wordings) -> "_Said":
        whole = bytearray()
        starts, ends = (array("q", bytes(8 * len(wordings.key))) for _ in range(2))
        last, text, outline = -1, "", None
        for row in np.lexsort((wordings.order, wordings.post)).tolist():
            post = int(wordings.post[row])
            if outline is None or post != last:
                last, text, outline = post, posts[post].text, outlines[post]
            starts[row] = len(whole)
            whole += sentence_at(text, outline, int(wordings.order[row])).key.encode("utf-8", "surrogatepass")
            ends[row] = len(whole)
        return cls(whole, starts, ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> str:
        return self.packed(number).decode("utf-8", "surrogatepass")

    def packed(self, number: int) -> bytes:
        """In UTF-8, which sorts as the characters do."""
        return bytes(self.whole[self.starts[number] : self.ends[number]])

    def by_frequency(self, times: Longs) -> "array[int]":
        """The most frequent first, then by what they say."""
        prefixes = (self.packed(number)[:_PREFIX_BYTES] for number in range(len(self)))
        prefix = np.fromiter(prefixes, f"S{_PREFIX_BYTES}", len(self))
        order = np.lexsort((prefix, -times))
        prefix, times = prefix[order], times[order]
        same = np.zeros(len(order) + 1, np.bool_)
        same[1:-1] = (prefix[1:] == prefix[:-1]) & (times[1:] == times[:-1])
        numbers = array("i", order.astype(np.int32).tobytes())
        starts, breaks = np.flatnonzero(same[1:] & ~same[:-1]), np.flatnonzero(~same)
        ends = breaks[np.searchsorted(breaks, starts, side="right")]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            numbers[start:end] = array("i", sorted(numbers[start:end], key=self.packed))
        return numbers


def _led(said: _Said, times: Longs) -> dict[int, int]:
    """Every wording that is near enough to a more frequent one, with that one."""
    led: dict[int, int] = {}
    by_frequency = said.by_frequency(times)
    leaders = _Leaders(said, by_frequency)
    for at, number in enumerate(by_frequency):
        runs = leaders.runs(at)
        near = leaders.near(runs)
        if near:
            text = said[number]
            least = VARIANT_RATIO if text.count(" ") + 1 >= SHORT_WORDS else SHORT_VARIANT_RATIO
            best = next((one for one in near if ratio(said[one], text, score_cutoff=least)), None)
            if best is not None:
                led[number] = best
                continue
        leaders.add(number, runs)
    return led


class _Leaders:
    """Wordings that vary no other, by the runs of words in them; runs that only one wording has lead nowhere.

    Those of run r are in [starts[r], held_until[r]), with room up to starts[r + 1].
    """

    def __init__(self, said: _Said, by_frequency: Sequence[int]) -> None:
        self._ends = array("q", [0])
        parts = Partitions(_RUN_PARTS, (("run", "<i8"), ("at", "<i4")))
        for start in range(0, len(by_frequency), _BLOCK_SENTENCES):
            runs, before = array("q"), self._ends[-1]
            for number in by_frequency[start : start + _BLOCK_SENTENCES]:
                runs.extend(_hashes(said[number]))
                self._ends.append(before + len(runs))
            found = np.array(runs, np.int64)
            parts.add(found % _RUN_PARTS, found, np.arange(before, before + len(found)))
        self._numbers, room = _numbered(parts, self._ends[-1])
        starts = np.cumsum(np.concatenate([[0], room]), dtype=np.int32)
        self._starts, self._held_until = array("i", starts.tobytes()), array("i", starts.tobytes())
        self._leaders = array("i", bytes(4 * self._starts[-1]))

    def runs(self, at: int) -> list[int]:
        """Numbers of the runs that others have too."""
        mine = self._numbers[self._ends[at] : self._ends[at + 1]]
        shared: list[int] = mine[mine >= 0].tolist()
        return shared

    def near(self, runs: Sequence[int]) -> list[int]:
        """Those that share most runs first, then those that were found first."""
        held = (self._leaders[self._starts[run] : self._held_until[run]] for run in runs)
        shared = Counter(chain.from_iterable(held))
        return [one for one, _ in sorted(shared.items(), key=itemgetter(1), reverse=True)[:_LEADERS]]

    def add(self, number: int, runs: Sequence[int]) -> None:
        for run in runs:
            end = self._held_until[run]
            if end < self._starts[run + 1]:
                self._leaders[end] = number
                self._held_until[run] = end + 1


def _hashes(text: str) -> Iterator[int]:
    """Of every different run of three words, in order; Python's own, as nothing of them outlives the process."""
    words = text.split()
    return iter(dict.fromkeys(map(hash, zip(words, words[1:], words[2:], strict=False))))


def _numbered(runs: Partitions, count: int) -> tuple[Ints, Ints]:
    """A number for each run that is met again, -1 for the others; and how many leaders each number has room for."""
    numbers = np.full(count, -1, np.int32)
    room: list[Ints] = [np.zeros(0, np.int32)]
    numbered = 0
    for rows in runs:
        _, place, met = np.unique(rows["run"], return_inverse=True, return_counts=True)
        again = met > 1
        numbers[rows["at"]] = np.where(again, np.cumsum(again) - 1 + numbered, -1)[place]
        room.append(np.minimum(met[again], _LEADERS).astype(np.int32))
        numbered += int(again.sum())
    return numbers, np.concatenate(room)
