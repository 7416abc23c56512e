"""Posts that are copies of other posts, found by the runs of five words they share."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.domain.documents import DocumentId, Post
from pipeline.stages.sentences import sentence_key

SHINGLE_WORDS = 5
# On 4,320 real posts Jaccard 0.5 gave 178 pairs, nearly all of them cross-posts or second editions.
MIN_JACCARD = 0.5
# Most of the shorter post inside the longer one: 250 pairs at 0.6 there, of which 75 cross-posts with new frames.
MIN_CONTAINMENT = 0.6
# Shorter posts share this much by chance (announcements of the same event).
_MIN_SHINGLES = 40
# A run of words in more posts than this is a frame (bio, call to action), not a copied text.
_FRAME_POSTS = 10
_FRAME_SHARE = 0.05
_NO_DATE = datetime.min.replace(tzinfo=UTC)

Shingles = frozenset[int]


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Posts that say the same. similarity in [0, 1]: of the least similar to `keep`; 1 is the same words."""

    keep: DocumentId
    leave_out: tuple[DocumentId, ...]
    similarity: float


def find_near_duplicates(posts: Sequence[Post]) -> list[DuplicateGroup]:
    """Groups in the order of the posts kept: the newest, or the longest where one only contains the other.

    Exact: every pair that shares a run of five words is compared. Runs shared by more than `_FRAME_POSTS` posts
    and `_FRAME_SHARE` of the set do not count, so members of a series need more in common than their frame.
    """
    same = _same_words(posts)
    firsts = [copies[0] for copies in same.values()]
    all_shingles = {index: _shingles(posts[index].text) for index in firsts}
    frames = _frames(all_shingles.values(), len(posts))
    own = {index: shingles - frames for index, shingles in all_shingles.items()}
    similar: dict[int, dict[int, float]] = {}
    for (one, other), shared in _shared(own).items():
        similarity = _similarity(
            len(own[one]), len(own[other]), shared, len(all_shingles[one]), len(all_shingles[other])
        )
        if similarity is not None:
            similar.setdefault(one, {})[other] = similarity
            similar.setdefault(other, {})[one] = similarity
    copies_of = {copies[0]: copies for copies in same.values()}
    return _groups(posts, copies_of, similar, {index: len(shingles) for index, shingles in all_shingles.items()})


def _same_words(posts: Sequence[Post]) -> dict[str, list[int]]:
    """Indices by normalised text, newest first."""
    same: dict[str, list[int]] = {}
    for index in sorted(range(len(posts)), key=lambda i: _age(posts, i)):
        words = sentence_key(posts[index].text)
        same.setdefault(words or f"\0{index}", []).append(index)
    return same


def _age(posts: Sequence[Post], index: int) -> tuple[float, int]:
    published = posts[index].published_at
    return (-(published or _NO_DATE.replace(year=1900)).timestamp(), index)


def _shingles(text: str) -> Shingles:
    words = sentence_key(text).split()
    return frozenset(map(hash, zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)))


def _frames(shingle_sets: Iterable[Shingles], posts: int) -> Shingles:
    counts = Counter(shingle for shingles in shingle_sets for shingle in shingles)
    limit = max(_FRAME_POSTS, _FRAME_SHARE * posts)
    return frozenset(shingle for shingle, count in counts.items() if count > limit)


def _shared(own: Mapping[int, Shingles]) -> Counter[tuple[int, int]]:
    """How many shingles each pair of posts has in common, for pairs with any."""
    holders: dict[int, int | list[int]] = {}
    pairs: Counter[tuple[int, int]] = Counter()
    for index, shingles in own.items():
        for shingle in shingles:
            before = holders.setdefault(shingle, index)
            if isinstance(before, list):
                pairs.update((earlier, index) for earlier in before)
                before.append(index)
            elif before != index:
                pairs[before, index] += 1
                holders[shingle] = [before, index]
    return pairs


def _similarity(one: int, other: int, shared: int, one_all: int, other_all: int) -> float | None:
    """Jaccard or containment over the shingles that are the posts' own; None below both thresholds.

    A post that is mostly frame has too little of its own to compare.
    """
    if min(one, other) < min(_MIN_SHINGLES, min(one_all, other_all)):
        return None
    jaccard = shared / (one + other - shared)
    if jaccard >= MIN_JACCARD:
        return jaccard
    containment = shared / min(one, other)
    return containment if containment >= MIN_CONTAINMENT and min(one, other) >= _MIN_SHINGLES else None


def _groups(
    posts: Sequence[Post],
    copies_of: Mapping[int, Sequence[int]],
    similar: Mapping[int, Mapping[int, float]],
    sizes: Mapping[int, int],
) -> list[DuplicateGroup]:
    """Each kept post takes the posts similar to itself, so that no chain joins posts that differ."""
    taken: set[int] = set()
    groups: list[DuplicateGroup] = []
    for keep in sorted(copies_of, key=lambda i: _age(posts, i)):
        if keep in taken or _is_excerpt(keep, similar.get(keep, {}), sizes, taken):
            continue
        near = {index: value for index, value in similar.get(keep, {}).items() if index not in taken}
        taken |= {keep, *near}
        leave_out = [*copies_of[keep][1:], *(copy for index in near for copy in copies_of[index])]
        if leave_out:
            ids = tuple(posts[index].document_id for index in sorted(leave_out))
            groups.append(DuplicateGroup(posts[keep].document_id, ids, min(near.values(), default=1.0)))
    return groups


def _is_excerpt(index: int, near: Mapping[int, float], sizes: Mapping[int, int], taken: set[int]) -> bool:
    """True when a much longer post, still in the running, holds this one's words: that one is kept instead."""
    return any(other not in taken and sizes[index] < MIN_JACCARD * sizes[other] for other in near)
