"""Posts that are copies of other posts, found by the runs of five words they share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.domain.documents import DocumentId, Post
from pipeline.stages.sentences import sentence_key

SHINGLE_WORDS = 5
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


def find_near_duplicates(posts: Sequence[Post]) -> list[DuplicateGroup]:
    """Groups in the order of the posts kept: the newest, or the longest where one only contains the other.

    Exact: every pair that shares a run of five words is compared. Runs shared by too many posts do not count,
    so members of a series need more in common than their frame.
    """
    keys = [sentence_key(post.text) for post in posts]
    copies_of = _same_words(posts, keys)
    shingles = {index: _shingles(keys[index]) for index in copies_of}
    sizes = {index: len(found) for index, found in shingles.items()}
    own, shared = _shared(shingles, _frame_limit(len(posts)))
    similar: dict[int, dict[int, _Likeness]] = {}
    for (one, other), count in shared.items():
        likeness = _likeness(own[one], own[other], count, min(sizes[one], sizes[other]))
        if likeness is not None:
            similar.setdefault(one, {})[other] = likeness
            similar.setdefault(other, {})[one] = likeness
    return _groups(posts, copies_of, similar, sizes)


def _same_words(posts: Sequence[Post], keys: Sequence[str]) -> dict[int, list[int]]:
    """The newest post of every wording, with all posts of that wording, newest first; empty posts stand alone."""
    same: dict[str, list[int]] = {}
    for index in sorted(range(len(posts)), key=lambda i: _age(posts, i)):
        same.setdefault(keys[index] or f"\0{index}", []).append(index)
    return {copies[0]: copies for copies in same.values()}


def _age(posts: Sequence[Post], index: int) -> tuple[float, int]:
    """Sorts the newest first and posts without a date last."""
    published = posts[index].published_at
    return (float("inf") if published is None else -published.timestamp(), index)


def _shingles(key: str) -> frozenset[int]:
    words = key.split()
    return frozenset(map(hash, zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)))


def _frame_limit(posts: int) -> float:
    return min(_FRAME_POSTS_MOST, max(_FRAME_POSTS, _FRAME_SHARE * posts))


def _shared(
    shingles: Mapping[int, frozenset[int]], frame_limit: float
) -> tuple[dict[int, int], Counter[tuple[int, int]]]:
    """How many shingles each post has besides frames, and how many of those each pair has in common."""
    first: dict[int, int] = {}
    holders: dict[int, list[int]] = {}
    for index, found in shingles.items():
        for shingle in found:
            holder = first.setdefault(shingle, index)
            if holder != index:
                holders.setdefault(shingle, [holder]).append(index)
    own = {index: len(found) for index, found in shingles.items()}
    pairs: Counter[tuple[int, int]] = Counter()
    for holding in holders.values():
        if len(holding) <= frame_limit:
            pairs.update(combinations(holding, 2))
        else:
            for index in holding:
                own[index] -= 1
    return own, pairs


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
    sizes: Mapping[int, int],
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
