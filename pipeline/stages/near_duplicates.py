"""Posts that are copies of other posts, found by the runs of five words they share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.domain.documents import DocumentId, Post
from pipeline.stages.outlines import SHINGLE_WORDS, Outline, shingles, text_key
from pipeline.stages.outlines import outlines as outlines_of
from pipeline.stages.range_hashes import Hashes, Longs

# On 4,320 real posts Jaccard 0.5 gave 178 pairs, nearly all of them cross-posts or second editions.
MIN_JACCARD = 0.5
# Most of the shorter post inside the longer one: 250 pairs at 0.6 there, of which 75 cross-posts with new frames.
MIN_CONTAINMENT = 0.6
# Below this a shared sentence is already a likeness: with 5, a notice of 10 words matched the post it announced.
_MIN_SHINGLES = 40
# A run of words in more posts than this is a frame (bio, call to action), not a copied text.
_FRAME_POSTS = 10
_FRAME_SHARE = 0.05
# Nobody publishes one text this often; and comparing all holders of a run costs the square of their number.
_FRAME_POSTS_MOST = 50
# So many shingles are compared at a time: 40 MB with the arrays that sorting takes.
_SLICE_SHINGLES = 1_000_000
_BLOCK_POSTS = 512
_BUCKET_BITS = 2  # four to eight buckets for each shingle
_PAIRS_AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Posts that say the same. similarity in [0, 1]: of the least similar to `keep`; 1 is the same words."""

    keep: DocumentId
    leave_out: tuple[DocumentId, ...]
    similarity: float


@dataclass(frozen=True, slots=True)
class _Likeness:
    """value in [0, 1]; excerpt: the shorter is inside the longer, but they are not the same size."""

    value: float
    excerpt: bool


def find_near_duplicates(posts: Sequence[Post], outlines: Sequence[Outline] | None = None) -> list[DuplicateGroup]:
    """Groups in the order of the posts kept: the best performing, else the newest, or the longest where one only
    contains the other.

    Exact: every pair that shares a run of five words is compared. Runs shared by too many posts do not count,
    so members of a series need more in common than their frame. outlines: of the posts' texts, made when None.
    """
    outlines = outlines if outlines is not None else outlines_of([post.text for post in posts])
    copies_of = _same_words(posts, outlines)
    shared = _shared(outlines, sorted(copies_of), _frame_limit(len(posts)))
    similar: dict[int, dict[int, _Likeness]] = {}
    for one, other, count in shared.pairs():
        sizes = shared.sizes[[one, other]]
        likeness = _likeness(int(shared.own[one]), int(shared.own[other]), count, int(sizes.min()))
        if likeness is not None:
            similar.setdefault(one, {})[other] = likeness
            similar.setdefault(other, {})[one] = likeness
    return _groups(posts, copies_of, similar, shared.sizes)


def _same_words(posts: Sequence[Post], outlines: Sequence[Outline]) -> dict[int, list[int]]:
    """The post to keep of every wording, with all posts of that wording; posts without words stand alone."""
    keys = [text_key(outline) for outline in outlines]
    same: dict[int, list[int]] = {}
    for index in sorted(range(len(posts)), key=lambda i: _age(posts, i)):
        same.setdefault(keys[index] or -1 - index, []).append(index)
    return {copies[0]: copies for copies in same.values()}


def _age(posts: Sequence[Post], index: int) -> tuple[float, float, int]:
    """Sorts the best performing first, then the newest; posts of which nothing is known come last."""
    published, performance = posts[index].published_at, posts[index].performance
    return (
        float("inf") if performance is None else -performance,
        float("inf") if published is None else -published.timestamp(),
        index,
    )


def _frame_limit(posts: int) -> float:
    return min(_FRAME_POSTS_MOST, max(_FRAME_POSTS, _FRAME_SHARE * posts))


@dataclass(frozen=True, slots=True)
class _Shared:
    """sizes: different shingles of each post; own: those that are in no frame.

    Two posts, told as pair = one * posts + other, have `count` shingles in common.
    """

    sizes: Longs
    own: Longs
    pair: Longs
    count: Longs

    def pairs(self) -> Iterator[tuple[int, int, int]]:
        """Pairs that have enough in common to be looked at, with the number of shingles they share."""
        one, other = self.pair // len(self.own), self.pair % len(self.own)
        smaller = np.minimum(self.own[one], self.own[other])
        near = self.count >= min(MIN_CONTAINMENT, MIN_JACCARD) * smaller
        return zip(one[near].tolist(), other[near].tolist(), self.count[near].tolist(), strict=True)


def _shared(outlines: Sequence[Outline], compared: Sequence[int], frame_limit: float) -> _Shared:
    """Counted in slices of the hashes' range, so that as many posts as there are fit into memory."""
    sizes, frames = np.zeros(len(outlines), np.int64), np.zeros(len(outlines), np.int64)
    pair, count = np.zeros(0, np.int64), np.zeros(0, np.int64)
    slices = 1 + sum(len(outlines[index].hashes) for index in compared) // _SLICE_SHINGLES
    for number in range(slices):
        post, shingle = _slice(outlines, compared, number, slices)
        post, shingle, alone = _held_by_several(post, shingle)
        starts = np.flatnonzero(np.concatenate([[True], shingle[1:] != shingle[:-1]])) if len(shingle) else post
        holders = np.diff([*starts, len(shingle)])
        sizes += np.bincount(alone, minlength=len(sizes)) + np.bincount(post, minlength=len(sizes))
        is_frame = np.repeat(holders > frame_limit, holders)
        frames += np.bincount(post[is_frame], minlength=len(frames))
        for pairs in _pairs(post, starts, holders, frame_limit, len(outlines)):
            pair, count = _added(pair, count, pairs)
    return _Shared(sizes, sizes - frames, pair, count)


def _slice(outlines: Sequence[Outline], compared: Sequence[int], number: int, slices: int) -> tuple[Longs, Hashes]:
    """Shingles of one part of the range, with the posts they are of."""
    low, high = (number << 64) // slices, ((number + 1) << 64) // slices - 1
    posts: list[Longs] = []
    found: list[Hashes] = []
    for start in range(0, len(compared), _BLOCK_POSTS):
        block = compared[start : start + _BLOCK_POSTS]
        hashes = [outlines[index].hashes for index in block]
        sizes = np.array([len(one) for one in hashes])
        post = np.repeat(np.array(block, np.int64), sizes)
        runs = shingles(np.concatenate(hashes))
        inside = post[: len(runs)] == post[SHINGLE_WORDS - 1 :][: len(runs)]
        if slices > 1:
            inside &= (runs >= np.uint64(low)) & (runs <= np.uint64(high))
        posts.append(post[: len(runs)][inside])
        found.append(runs[inside])
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    return np.concatenate(posts), np.concatenate(found)


def _held_by_several(post: Longs, shingle: Hashes) -> tuple[Longs, Hashes, Longs]:
    """Sorted by shingle, then post, each once; and the posts of the others, which stand alone in their bucket.

    Nine of ten shingles are nobody else's: counting into buckets tells most of those without sorting.
    """
    bits = len(shingle).bit_length() + _BUCKET_BITS
    bucket = (shingle >> np.uint64(64 - bits)).astype(np.int64)
    several = np.bincount(bucket, minlength=1)[bucket] > 1
    alone = post[~several]
    post, shingle = post[several], shingle[several]
    order = np.lexsort((post, shingle))
    post, shingle = post[order], shingle[order]
    new = np.ones(len(post), np.bool_)
    new[1:] = (post[1:] != post[:-1]) | (shingle[1:] != shingle[:-1])
    return post[new], shingle[new], alone


def _pairs(post: Longs, starts: Longs, holders: Longs, frame_limit: float, posts: int) -> Iterator[Longs]:
    """Every two posts that hold a shingle, once for each, as one * posts + other with one before other."""
    for size in np.unique(holders[(holders > 1) & (holders <= frame_limit)]).tolist():
        first, second = np.triu_indices(size, 1)
        begin = starts[holders == size]
        step = max(1, _PAIRS_AT_ONCE // len(first))
        for at in range(0, len(begin), step):
            holding = post[begin[at : at + step, None] + np.arange(size)]
            yield (holding[:, first] * posts + holding[:, second]).ravel()


def _added(pair: Longs, count: Longs, more: Longs) -> tuple[Longs, Longs]:
    new, times = np.unique(more, return_counts=True)
    both, place = np.unique(np.concatenate([pair, new]), return_inverse=True)
    return both, np.bincount(place, np.concatenate([count, times])).astype(np.int64)


def _likeness(one: int, other: int, shared: int, shorter: int) -> _Likeness | None:
    """Jaccard, else containment; None below both thresholds or where little besides frames is left to compare.

    one, other: shingles each post has of its own; shorter: all shingles of the shorter post.
    """
    smaller = min(one, other)
    if smaller < min(_MIN_SHINGLES, shorter):
        return None
    jaccard, containment = shared / (one + other - shared), shared / smaller
    if jaccard >= MIN_JACCARD:
        return _Likeness(jaccard, excerpt=False)
    if containment >= MIN_CONTAINMENT and smaller >= _MIN_SHINGLES:
        return _Likeness(containment, excerpt=True)
    return None


def _groups(
    posts: Sequence[Post],
    copies_of: Mapping[int, Sequence[int]],
    similar: Mapping[int, Mapping[int, _Likeness]],
    sizes: Longs,
) -> list[DuplicateGroup]:
    """Each kept post takes the posts similar to itself, so that no chain joins posts that differ."""
    taken: set[int] = set()
    groups: list[DuplicateGroup] = []
    for keep in sorted(copies_of, key=lambda i: _age(posts, i)):
        near = {index: like for index, like in similar.get(keep, {}).items() if index not in taken}
        if keep in taken or any(like.excerpt and sizes[keep] < sizes[index] for index, like in near.items()):
            continue
        taken |= {keep, *near}
        leave_out = [*copies_of[keep][1:], *(copy for index in near for copy in copies_of[index])]
        if leave_out:
            ids = tuple(posts[index].document_id for index in sorted(leave_out))
            similarity = min((like.value for like in near.values()), default=1.0)
            groups.append(DuplicateGroup(posts[keep].document_id, ids, similarity))
    return groups
