"""Passages that an author's posts carry again and again: bios, calls to action, series boxes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from rapidfuzz.fuzz import ratio

from pipeline.domain.documents import DocumentId, Mark, Post
from pipeline.stages.outlines import Outline, sentence_at, sentence_columns
from pipeline.stages.outlines import outlines as outlines_of
from pipeline.stages.outlines import runs as runs_of
from pipeline.stages.range_hashes import Flags, Hashes, Ints, Longs
from pipeline.stages.sentences import Sentence

# What stood before a bio is at the end once the bio is gone; 115 real posts needed two passes.
MAX_PASSES = 3
# A sentence in fewer posts is a favourite phrase or a post and its sequel.
MIN_POSTS = 3
# A post's edge: so many words from either end. Bios and boxes of 115 real posts stood there (median position 1.00).
EDGE_WORDS = 150
EDGE_SHARE = 0.2
# So large a part of a passage's places must be at an edge; passages quoted in the middle are the author's own reuse.
MIN_AT_EDGE = 0.7
# In the middle only what almost every post says is a frame.
MIN_SHARE_IN_MIDDLE = 0.3
MIN_POSTS_IN_MIDDLE = 8
# Shorter sentences ("Thank you.") are habits of speech, unless they stand beside a repeated one.
MIN_WORDS = 4
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
# Two passages become one when this share of their places are side by side.
_TOGETHER = 0.8
# A word run that opens more wordings than this says too little to look further.
_LEADERS = 20


@dataclass(frozen=True, slots=True)
class RepeatedPassage:
    """One passage with its variants. text: its most frequent wording; document_ids in reading order.

    marks: rule "repeated-passage", over whole sentences with the white space that would be left behind.
    """

    text: str
    document_ids: tuple[DocumentId, ...]
    marks: Mapping[DocumentId, tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class _Place:
    """One sentence of one post. order: its number in the post."""

    post: int
    order: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class _Table:
    """Sentences of all posts. order: its number in its post. in_frame: changed as frames are found."""

    post: Ints
    order: Ints
    words: Ints
    key: Hashes
    heading: Flags
    in_frame: Flags

    @classmethod
    def of(cls, outlines: Sequence[Outline]) -> "_Table":
        post, order, key, words, heading = sentence_columns(outlines)
        return cls(post, order, words, key, heading, np.zeros(len(post), np.bool_))

    def at_edge(self) -> Flags:
        """Where sentences that are in no frame stand, once the frames are gone."""
        words = np.where(self.in_frame, 0, self.words).astype(np.int64)
        total = np.bincount(self.post, words)
        until = np.cumsum(words)
        before = until - words - (np.cumsum(total) - total)[self.post]
        after = total[self.post] - before - words
        edge = np.minimum(EDGE_WORDS, EDGE_SHARE * total)[self.post]
        found: Flags = ~self.in_frame & ((before <= edge / 2) | (after <= edge))
        return found

    def beside_frame(self) -> Flags:
        """Sentences that stand next to one of a frame, in the same post."""
        found = np.zeros(len(self.post), np.bool_)
        follows = self.post[1:] == self.post[:-1]
        found[1:] |= self.in_frame[:-1] & follows
        found[:-1] |= self.in_frame[1:] & follows
        return found


def find_repeats(posts: Sequence[Post], outlines: Sequence[Outline] | None = None) -> list[RepeatedPassage]:
    """Repeated passages, those with most words in all posts first. outlines: of the posts' texts, made when None."""
    outlines = outlines if outlines is not None else outlines_of([post.text for post in posts])
    table = _Table.of(outlines)
    found: list[Longs] = []
    keys = _Keys(posts, outlines, table)
    for _ in range(MAX_PASSES):
        at_edge, beside = table.at_edge(), table.beside_frame()
        groups = _groups(outlines, table, at_edge, keys)
        more = [group for group in groups if _is_frame(table, group, at_edge, beside, len(posts))]
        if not more:
            break
        found += more
        table.in_frame[np.concatenate(more)] = True
    frames = [[_place(posts, outlines, table, row) for row in group.tolist()] for group in found]
    passages = [_passage(posts, run) for run in _runs(frames)]
    return sorted(passages, key=lambda p: -len(p.text.split()) * len(p.document_ids))


def _place(posts: Sequence[Post], outlines: Sequence[Outline], table: _Table, row: int) -> _Place:
    post, order = int(table.post[row]), int(table.order[row])
    return _Place(post, order, sentence_at(posts[post].text, outlines[post], order))


class _Keys(dict[int, str]):
    """What the sentences in some rows say; every pass asks for nearly the same ones."""

    def __init__(self, posts: Sequence[Post], outlines: Sequence[Outline], table: _Table) -> None:
        super().__init__()
        self._of = (posts, outlines, table)

    def __missing__(self, row: int) -> str:
        self[row] = _place(*self._of, row).sentence.key
        return self[row]


def _groups(outlines: Sequence[Outline], table: _Table, at_edge: Flags, keys: _Keys) -> list[Longs]:
    """Rows by what they say, variants together, in reading order; what fewer than MIN_POSTS posts say is left out."""
    rows = np.flatnonzero(~table.in_frame & (table.key != 0))
    _, first, wording = np.unique(table.key[rows], return_index=True, return_inverse=True)
    leader = np.arange(len(first))
    for variant, leading in _variants(outlines, table, rows, wording, at_edge, keys).items():
        leader[variant] = leading
    group = leader[wording]
    order = np.argsort(group, kind="stable")
    rows, group = rows[order], group[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    changes = np.diff(group, prepend=-1).astype(np.bool_) | np.diff(table.post[rows], prepend=-1).astype(np.bool_)
    posts_of = np.add.reduceat(changes.astype(np.int64), starts) if len(starts) else starts
    ends = np.append(starts[1:], len(rows))
    large = posts_of >= MIN_POSTS
    groups = [rows[start:end] for start, end in zip(starts[large].tolist(), ends[large].tolist(), strict=True)]
    return sorted(groups, key=lambda group: int(group[0]))


def _variants(
    outlines: Sequence[Outline],
    table: _Table,
    rows: Longs,
    wording: Longs,
    at_edge: Flags,
    keys: _Keys,
) -> dict[int, int]:
    """Wording to the most frequent wording it varies. Only sentences at edges are compared."""
    edge = rows[at_edge[rows] & (table.words[rows] >= MIN_WORDS)]
    numbers = wording[np.searchsorted(rows, edge)]
    times = np.bincount(wording)
    _, chosen = np.unique(numbers, return_index=True)
    said: dict[int, str] = {}  # by wording
    for at in chosen[_may_vary(outlines, table, edge[chosen], times[numbers[chosen]])].tolist():
        said[int(numbers[at])] = keys[int(edge[at])]
    by_frequency = sorted(said, key=lambda number: (-int(times[number]), said[number]))
    return _led(by_frequency, said)


def _may_vary(outlines: Sequence[Outline], table: _Table, rows: Longs, times: Longs) -> Longs:
    """Which of the wordings that stand in these rows share enough runs of words with others."""
    run, of = _runs_at(outlines, table, rows)
    order = np.argsort(run, kind="stable")
    run, of = run[order], of[order]
    starts = np.flatnonzero(np.diff(run, prepend=run[:1] + 1)) if len(run) else np.zeros(0, np.int64)
    held = np.add.reduceat(times[of], starts) if len(starts) else starts
    common = np.repeat(held, np.diff([*starts, len(run)])) >= MIN_POSTS
    shared = np.bincount(of[common], minlength=len(rows))
    of_all = np.bincount(of, minlength=len(rows))
    return np.flatnonzero((shared > 0) & (shared >= _SHARED_RUNS * of_all))


def _runs_at(outlines: Sequence[Outline], table: _Table, rows: Longs) -> tuple[Hashes, Longs]:
    """Hashes of every run of words in some sentences, and which of the rows each is in."""
    found: list[Hashes] = [np.zeros(0, np.uint64)]
    of: list[Longs] = [np.zeros(0, np.int64)]
    posts = table.post[rows]
    order = np.argsort(posts, kind="stable")
    for block in np.array_split(order, 1 + len(order) // _BLOCK_SENTENCES):
        here, begin = np.unique(posts[block], return_index=True)
        if not len(here):
            continue
        shapes = [outlines[post] for post in here.tolist()]
        sizes = [len(shape.hashes) for shape in shapes]
        base = np.repeat(np.cumsum(sizes) - sizes, np.diff([*begin, len(block)]))
        firsts = np.concatenate(
            [
                shape.first[table.order[rows[part]]]
                for shape, part in zip(shapes, np.split(block, begin[1:]), strict=True)
            ]
        )
        count = np.maximum(table.words[rows[block]] - _VARIANT_SHINGLE + 1, 0)
        inside = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        every = runs_of(np.concatenate([shape.hashes for shape in shapes]), _VARIANT_SHINGLE)
        found.append(every[np.repeat(base + firsts, count) + inside])
        of.append(np.repeat(block, count))
    return np.concatenate(found), np.concatenate(of)


def _led(by_frequency: Sequence[int], said: Mapping[int, str]) -> dict[int, int]:
    """Every wording that is near enough to a more frequent one, with that one."""
    leaders: dict[tuple[str, ...], list[int]] = {}
    led: dict[int, int] = {}
    for number in by_frequency:
        words = said[number].split()
        shingles = dict.fromkeys(zip(words, words[1:], words[2:], strict=False))
        near = Counter(chain.from_iterable(leaders[run] for run in shingles if run in leaders))
        least = VARIANT_RATIO if len(words) >= SHORT_WORDS else SHORT_VARIANT_RATIO
        best = next(
            (one for one, _ in near.most_common(_LEADERS) if ratio(said[one], said[number], score_cutoff=least)), None
        )
        if best is not None:
            led[number] = best
        else:
            for run in shingles:
                held = leaders.setdefault(run, [])
                if len(held) < _LEADERS:
                    held.append(number)
    return led


def _is_frame(table: _Table, group: Longs, at_edge: Flags, beside: Flags, posts: int) -> bool:
    """Position, frequency and share together tell a frame from an author's own reuse of a good sentence."""
    edge = at_edge[group]
    if (table.heading[group] & ~edge).sum() * 2 > len(group):
        return False
    if np.median(table.words[group]) < MIN_WORDS and beside[group].sum() < _TOGETHER * len(group):
        return False
    if edge.sum() >= MIN_AT_EDGE * len(group):
        return True
    count = len(np.unique(table.post[group]))
    return count >= MIN_POSTS_IN_MIDDLE and count >= MIN_SHARE_IN_MIDDLE * posts


def _runs(frames: Sequence[Sequence[_Place]]) -> list[list[_Place]]:
    """Frames that nearly always follow each other, joined into passages."""
    frame_at = {(place.post, place.order): number for number, frame in enumerate(frames) for place in frame}
    next_of: dict[int, int] = {}
    for number, frame in enumerate(frames):
        beside = ((place.post, place.order + 1) for place in frame)
        followers = Counter(frame_at[place] for place in beside if place in frame_at)
        for follower, count in followers.most_common(1):
            together = count >= _TOGETHER * max(len(frame), len(frames[follower]))
            if together and follower != number and follower not in next_of.values():
                next_of[number] = follower
    runs: list[list[_Place]] = []
    for number in sorted(set(range(len(frames))) - set(next_of.values())):
        run: list[_Place] = []
        following: int | None = number
        while following is not None:
            run += frames[following]
            following = next_of.pop(following, None)
        runs.append(run)
    return runs


def _passage(posts: Sequence[Post], places: Sequence[_Place]) -> RepeatedPassage:
    by_post: dict[int, list[_Place]] = defaultdict(list)
    for place in sorted(places, key=lambda p: (p.post, p.order)):
        by_post[place.post].append(place)
    spans = {index: _spans(posts[index].text, members) for index, members in by_post.items()}
    wordings = Counter(posts[index].text[start:end].strip() for index, found in spans.items() for start, end in found)
    marks = {
        posts[index].document_id: tuple(Mark("repeated-passage", start, end) for start, end in found)
        for index, found in spans.items()
    }
    return RepeatedPassage(wordings.most_common(1)[0][0], tuple(marks), marks)


def _spans(text: str, places: Sequence[_Place]) -> list[tuple[int, int]]:
    """Neighbouring sentences as one span, with the line sign before and the gap after them."""
    spans: list[tuple[int, int]] = []
    last_order = -2
    for place in places:
        start, end = place.sentence.start, _with_gap(text, place.sentence)
        if spans and place.order == last_order + 1:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        last_order = place.order
    return spans


def _with_gap(text: str, sentence: Sentence) -> int:
    """Where the next sentence starts, but not beyond the line for a sentence that has others before it."""
    end = sentence.end
    signs = " \t\n" if sentence.line_start else " \t"
    while end < len(text) and text[end] in signs:
        end += 1
    return sentence.end if not sentence.line_start and text[end : end + 1] in ("", "\n") else end
