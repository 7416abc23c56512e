"""Passages that an author's posts carry again and again: bios, calls to action, series boxes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.domain.documents import DocumentId, Mark, Post
from pipeline.shelf import Partitions, part_of
from pipeline.stages.outlines import Outline, Sentences, sentence_blocks
from pipeline.stages.outlines import outlines as outlines_of
from pipeline.stages.range_hashes import Flags, Hashes, Longs
from pipeline.stages.variants import MIN_POSTS, Wordings, variants

# What stood before a bio is at the end once the bio is gone; 115 real posts needed two passes.
MAX_PASSES = 3
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
# Two passages become one when this share of their places are side by side.
_TOGETHER = 0.8
# Sentences of so many posts are looked at together.
_PART_POSTS = 8_000


@dataclass(frozen=True, slots=True)
class RepeatedPassage:
    """One passage with its variants. text: its most frequent wording; document_ids in reading order.

    marks: rule "repeated-passage", over whole sentences with the white space that would be left behind.
    """

    text: str
    document_ids: tuple[DocumentId, ...]
    marks: Mapping[DocumentId, tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The sentences of all posts, numbered: those of post p are [begin[p], begin[p + 1]).

    in_frame: changed as frames are found.
    """

    begin: Longs
    in_frame: Flags

    @classmethod
    def of(cls, outlines: Sequence[Outline]) -> "_Rows":
        sizes = np.fromiter((len(outline.key) for outline in outlines), np.int64, len(outlines))
        begin = np.concatenate([[0], np.cumsum(sizes)])
        return cls(begin, np.zeros(int(begin[-1]), np.bool_))

    def post(self, rows: Longs) -> Longs:
        found: Longs = np.searchsorted(self.begin, rows, side="right") - 1
        return found


# What one place of a sentence is, apart from its words.
_SAID = [
    *[("row", "<i4"), ("post", "<i4"), ("key", "<u8"), ("words", "<i4")],
    *[("heading", "?"), ("edge", "?"), ("beside", "?")],
]


def find_repeats(posts: Sequence[Post], outlines: Sequence[Outline] | None = None) -> list[RepeatedPassage]:
    """Repeated passages, those with most words in all posts first. outlines: of the posts' texts, made when None.

    Sentences wait in parts by what they say; besides one part, only those that may be a passage are held.
    """
    outlines = outlines if outlines is not None else outlines_of([post.text for post in posts])
    rows = _Rows.of(outlines)
    frames: list[Longs] = []
    for _ in range(MAX_PASSES):
        groups = _groups(posts, outlines, rows)
        more = [group["row"].astype(np.int64) for group in groups if _is_frame(group, len(posts))]
        if not more:
            break
        frames += more
        rows.in_frame[np.concatenate(more)] = True
    passages = [_passage(posts, outlines, rows, run) for run in _runs(rows, frames)]
    return sorted(passages, key=lambda p: -len(p.text.split()) * len(p.document_ids))


def _groups(posts: Sequence[Post], outlines: Sequence[Outline], rows: _Rows) -> list[NDArray[Any]]:
    """Places by what they say, variants together, in reading order; what fewer than MIN_POSTS posts say is left out."""
    said = _said(outlines, rows)
    leads = variants(posts, outlines, _wordings(said, rows))
    varied = np.array(sorted({*leads, *leads.values()}), np.uint64)
    found = np.concatenate([np.zeros(0, _SAID), *(_often(part, varied) for part in said)])
    leader = found["key"].copy()
    for variant, leading in leads.items():
        leader[found["key"] == np.uint64(variant)] = leading
    order = np.lexsort((found["row"], leader))
    found, leader = found[order], leader[order]
    groups = np.split(found, np.flatnonzero(leader[1:] != leader[:-1]) + 1)
    large = (group for group in groups if len(np.unique(group["post"])) >= MIN_POSTS)
    return sorted(large, key=lambda group: int(group["row"][0]))


def _said(outlines: Sequence[Outline], rows: _Rows) -> Partitions:
    """Sentences that are in no frame, in parts by what they say."""
    parts = Partitions(1 + len(outlines) // _PART_POSTS, _SAID)
    start = 0
    for block in sentence_blocks(outlines):
        row = np.arange(start, start + len(block.post))
        in_frame = rows.in_frame[start : start + len(row)]
        facts = (row, block.post, block.key, block.words, block.heading, _at_edge(block, in_frame))
        free = ~in_frame & (block.key != 0)
        columns = [column[free] for column in (*facts, _beside_frame(block, in_frame))]
        parts.add(part_of(block.key[free], len(parts)), *columns)
        start += len(row)
    return parts


def _at_edge(block: Sentences, in_frame: Flags) -> Flags:
    """Where sentences that are in no frame stand, once the frames are gone."""
    words = np.where(in_frame, 0, block.words).astype(np.int64)
    post = block.post - block.post[:1]
    total = np.bincount(post, words)
    until = np.cumsum(words)
    before = until - words - (np.cumsum(total) - total)[post]
    after = total[post] - before - words
    edge = np.minimum(EDGE_WORDS, EDGE_SHARE * total)[post]
    found: Flags = ~in_frame & ((before <= edge / 2) | (after <= edge))
    return found


def _beside_frame(block: Sentences, in_frame: Flags) -> Flags:
    """Sentences that stand next to one of a frame, in the same post."""
    found = np.zeros(len(block.post), np.bool_)
    follows = block.post[1:] == block.post[:-1]
    found[1:] |= in_frame[:-1] & follows
    found[:-1] |= in_frame[1:] & follows
    return found


def _wordings(said: Partitions, rows: _Rows) -> Wordings:
    """What stands at edges and is long enough to be compared, by the hash of what it says."""
    found = [_first_at_edges(part) for part in said]
    first = np.concatenate([one for one, _ in found])
    order = first["row"] - rows.begin[first["post"]]
    times = np.concatenate([times for _, times in found])
    return Wordings(first["key"].copy(), first["post"].copy(), order.astype(np.int32), first["words"].copy(), times)


def _first_at_edges(part: NDArray[Any]) -> tuple[NDArray[Any], Longs]:
    """The first place of each wording, and in how many places it stands, at an edge or not."""
    edge = part[part["edge"] & (part["words"] >= MIN_WORDS)]
    _, first = np.unique(edge["key"], return_index=True)
    keys, times = np.unique(part["key"], return_counts=True)
    chosen = edge[first]
    return chosen, times[np.searchsorted(keys, chosen["key"])]


def _often(part: NDArray[Any], varied: Hashes) -> NDArray[Any]:
    """Places of what enough posts say, or of a wording that varies another."""
    part = part[np.argsort(part["key"], kind="stable")]
    new = np.diff(part["key"], prepend=part["key"][:1] + np.uint64(1)) != 0
    changes = new | (np.diff(part["post"], prepend=-1) != 0)
    wording = np.cumsum(new) - 1
    posts_of = np.bincount(wording[changes], minlength=1)
    found: NDArray[Any] = part[(posts_of[wording] >= MIN_POSTS) | np.isin(part["key"], varied)]
    return found


def _is_frame(group: NDArray[Any], posts: int) -> bool:
    """Position, frequency and share together tell a frame from an author's own reuse of a good sentence."""
    edge = group["edge"]
    if (group["heading"] & ~edge).sum() * 2 > len(group):
        return False
    if np.median(group["words"]) < MIN_WORDS and group["beside"].sum() < _TOGETHER * len(group):
        return False
    if edge.sum() >= MIN_AT_EDGE * len(group):
        return True
    count = len(np.unique(group["post"]))
    return count >= MIN_POSTS_IN_MIDDLE and count >= MIN_SHARE_IN_MIDDLE * posts


def _runs(rows: _Rows, frames: Sequence[Longs]) -> list[Longs]:
    """Frames that nearly always follow each other, joined into passages."""
    frame_of = np.full(len(rows.in_frame), -1, np.int32)
    for number, frame in enumerate(frames):
        frame_of[frame] = number
    next_of: dict[int, int] = {}
    for number, frame in enumerate(frames):
        beside = frame[frame + 1 < rows.begin[rows.post(frame) + 1]] + 1
        followers = Counter(follower for follower in frame_of[beside].tolist() if follower >= 0)
        for follower, count in followers.most_common(1):
            together = count >= _TOGETHER * max(len(frame), len(frames[follower]))
            if together and follower != number and follower not in next_of.values():
                next_of[number] = follower
    runs: list[Longs] = []
    for number in sorted(set(range(len(frames))) - set(next_of.values())):
        run: list[Longs] = []
        following: int | None = number
        while following is not None:
            run.append(frames[following])
            following = next_of.pop(following, None)
        runs.append(np.sort(np.concatenate(run)))
    return runs


def _passage(posts: Sequence[Post], outlines: Sequence[Outline], rows: _Rows, run: Longs) -> RepeatedPassage:
    """run: rows in order."""
    wordings: Counter[str] = Counter()
    marks: dict[DocumentId, tuple[Mark, ...]] = {}
    here, begin = np.unique(rows.post(run), return_index=True)
    for index, places in zip(here.tolist(), np.split(run, begin[1:]), strict=True):
        post = posts[index]
        text = post.text
        spans = _spans(text, outlines[index], (places - rows.begin[index]).tolist())
        wordings.update(text[start:end].strip() for start, end in spans)
        marks[post.document_id] = tuple(Mark("repeated-passage", start, end) for start, end in spans)
    return RepeatedPassage(wordings.most_common(1)[0][0], tuple(marks), marks)


def _spans(text: str, outline: Outline, orders: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring sentences as one span, with the line sign before and the gap after them."""
    spans: list[tuple[int, int]] = []
    last_order = -2
    for order in orders:
        start, end = int(outline.start[order]), _with_gap(text, int(outline.end[order]), bool(outline.opens[order]))
        if spans and order == last_order + 1:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        last_order = order
    return spans


def _with_gap(text: str, sentence_end: int, opens: bool) -> int:
    """Where the next sentence starts, but not beyond the line for a sentence that has others before it.

    opens: whether the sentence opens its line.
    """
    end = sentence_end
    signs = " \t\n" if opens else " \t"
    while end < len(text) and text[end] in signs:
        end += 1
    return sentence_end if not opens and text[end : end + 1] in ("", "\n") else end
