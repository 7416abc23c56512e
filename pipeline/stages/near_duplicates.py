"""Posts that are copies of other posts, found by the runs of five words they share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.domain.documents import DocumentId, Post
from pipeline.shelf import Partitions, part_of
from pipeline.stages.outlines import SHINGLE_WORDS, Outline, shingles, text_key
from pipeline.stages.outlines import outlines as outlines_of
from pipeline.stages.range_hashes import Hashes, Ints, Longs

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
_SLICE_SHINGLES = 500_000
_PAIR_PARTS = 16
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
    wordings = _Wordings.of(posts, outlines)
    shared = _shared(outlines, np.sort(wordings.kept), _frame_limit(len(posts)))
    similar: dict[int, dict[int, _Likeness]] = {}
    for one, other, count in shared.pairs():
        shorter = min(int(shared.sizes[one]), int(shared.sizes[other]))
        likeness = _likeness(int(shared.own[one]), int(shared.own[other]), count, shorter)
        if likeness is not None:
            similar.setdefault(one, {})[other] = likeness
            similar.setdefault(other, {})[one] = likeness
    return _groups(posts, wordings, similar, shared.sizes)


@dataclass(frozen=True, slots=True)
class _Wordings:
    """kept: the post to keep of every wording, the best first. copies: the others of its wording, where there are."""

    kept: Longs
    copies: Mapping[int, Sequence[int]]

    @classmethod
    def of(cls, posts: Sequence[Post], outlines: Sequence[Outline]) -> "_Wordings":
        """Posts without words stand alone."""
        best_first = np.array(sorted(range(len(posts)), key=lambda index: _age(posts[index], index)), np.int64)
        keys = np.fromiter(map(text_key, outlines), np.uint64, len(posts))[best_first]
        worded = np.flatnonzero(keys)
        _, first, wording = np.unique(keys[worded], return_index=True, return_inverse=True)
        leader = np.arange(len(keys))
        leader[worded] = worded[first][wording]
        copies: dict[int, list[int]] = {}
        for at in np.flatnonzero(leader != np.arange(len(keys))).tolist():
            copies.setdefault(int(best_first[leader[at]]), []).append(int(best_first[at]))
        return cls(best_first[leader == np.arange(len(keys))], copies)


def _age(post: Post, index: int) -> tuple[float, float, int]:
    """Sorts the best performing first, then the newest; posts of which nothing is known come last."""
    published, performance = post.published_at, post.performance
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

    together: two posts, told as pair = one * posts + other, and shingles they have in common, to be added up.
    """

    sizes: Longs
    own: Longs
    together: Partitions

    def counts(self) -> Iterator[tuple[Longs, Longs]]:
        """Pairs and how many shingles each has in common, part by part."""
        for rows in self.together:
            pair, place = np.unique(rows["pair"], return_inverse=True)
            yield pair, np.bincount(place, rows["count"], len(pair)).astype(np.int64)

    def pairs(self) -> Iterator[tuple[int, int, int]]:
        """Pairs that have enough in common to be looked at, with the number of shingles they share."""
        for pair, count in self.counts():
            one, other = pair // max(1, len(self.own)), pair % max(1, len(self.own))
            smaller = np.minimum(self.own[one], self.own[other])
            near = count >= min(MIN_CONTAINMENT, MIN_JACCARD) * smaller
            yield from zip(one[near].tolist(), other[near].tolist(), count[near].tolist(), strict=True)


def _shared(outlines: Sequence[Outline], compared: Longs, frame_limit: float) -> _Shared:
    """Counted in slices of the hashes' range, so that as many posts as there are fit into memory."""
    sizes, frames = np.zeros(len(outlines), np.int64), np.zeros(len(outlines), np.int64)
    together = Partitions(_PAIR_PARTS, (("pair", "<i8"), ("count", "<i4")))
    for rows in _sliced(outlines, compared):
        post, shingle, alone = _held_by_several(rows["post"], rows["shingle"])
        starts = np.flatnonzero(np.concatenate([[True], shingle[1:] != shingle[:-1]])) if len(shingle) else post
        holders = np.diff([*starts, len(shingle)])
        sizes += np.bincount(alone, minlength=len(sizes)) + np.bincount(post, minlength=len(sizes))
        is_frame = np.repeat(holders > frame_limit, holders)
        frames += np.bincount(post[is_frame], minlength=len(frames))
        for pairs in _pairs(post, starts, holders, frame_limit, len(outlines)):
            pair, count = np.unique(pairs, return_counts=True)
            together.add(pair % _PAIR_PARTS, pair, count)
    return _Shared(sizes, sizes - frames, together)


def _sliced(outlines: Sequence[Outline], compared: Longs) -> Partitions:
    """Shingles in parts of their range, with the posts they are of."""
    words = sum(len(outlines[index].hashes) for index in compared.tolist())
    slices = Partitions(1 + words // _SLICE_SHINGLES, (("post", "<i4"), ("shingle", "<u8")))
    for start in range(0, len(compared), _BLOCK_POSTS):
        block = compared[start : start + _BLOCK_POSTS]
        hashes = [outlines[index].hashes for index in block.tolist()]
        post = np.repeat(block, [len(one) for one in hashes])
        runs = shingles(np.concatenate(hashes))
        inside = post[: len(runs)] == post[SHINGLE_WORDS - 1 :][: len(runs)]
        found = runs[inside]
        slices.add(part_of(found, len(slices)), post[: len(runs)][inside], found)
    return slices


def _held_by_several(post: Ints, shingle: Hashes) -> tuple[Longs, Hashes, Longs]:
    """Sorted by shingle, then post, each once; and the posts of the others, which stand alone in their bucket.

    Nine of ten shingles are nobody else's: counting into buckets tells most of those without sorting.
    """
    buckets = 1 << len(shingle).bit_length() + _BUCKET_BITS
    bucket = (shingle & np.uint64(buckets - 1)).astype(np.int64)
    several = np.bincount(bucket, minlength=1)[bucket] > 1
    holding, shingle, alone = post[several].astype(np.int64), shingle[several], post[~several].astype(np.int64)
    order = np.lexsort((holding, shingle))
    holding, shingle = holding[order], shingle[order]
    new = np.ones(len(holding), np.bool_)
    new[1:] = (holding[1:] != holding[:-1]) | (shingle[1:] != shingle[:-1])
    return holding[new], shingle[new], alone


def _pairs(post: Longs, starts: Longs, holders: Longs, frame_limit: float, posts: int) -> Iterator[Longs]:
    """Every two posts that hold a shingle, once for each, as one * posts + other with one before other."""
    for size in np.unique(holders[(holders > 1) & (holders <= frame_limit)]).tolist():
        first, second = np.triu_indices(size, 1)
        begin = starts[holders == size]
        step = max(1, _PAIRS_AT_ONCE // len(first))
        for at in range(0, len(begin), step):
            holding = post[begin[at : at + step, None] + np.arange(size)]
            yield (holding[:, first] * posts + holding[:, second]).ravel()


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
    wordings: _Wordings,
    similar: Mapping[int, Mapping[int, _Likeness]],
    sizes: Longs,
) -> list[DuplicateGroup]:
    """Each kept post takes the posts similar to itself, so that no chain joins posts that differ."""
    taken: set[int] = set()
    groups: list[DuplicateGroup] = []
    copies = wordings.copies
    for keep in (index for index in wordings.kept.tolist() if index in similar or index in copies):
        near = {index: like for index, like in similar.get(keep, {}).items() if index not in taken}
        if keep in taken or any(like.excerpt and sizes[keep] < sizes[index] for index, like in near.items()):
            continue
        taken |= {keep, *near}
        leave_out = [*copies.get(keep, ()), *near, *(copy for index in near for copy in copies.get(index, ()))]
        if leave_out:
            ids = tuple(posts[index].document_id for index in sorted(leave_out))
            similarity = min((like.value for like in near.values()), default=1.0)
            groups.append(DuplicateGroup(posts[keep].document_id, ids, similarity))
    return groups
