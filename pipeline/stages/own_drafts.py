"""Texts that are one of our own drafts: a model trained on what it wrote itself grows vague."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pipeline.domain.documents import DocumentId, Post

# Words in a row that two texts must share. Five are seldom said twice by chance.
SHINGLE_WORDS: Final = 5
# Share of a text's shingles that stand in one draft, as for near-duplicates: lightly edited it is still the draft.
OVERLAP: Final = 0.6
MIN_SHINGLES: Final = 20
# Of what is left, when drafts are kept with measure.
KEPT_SHARE: Final = 0.15
_WORD = re.compile(r"\w+")


def find_own_drafts(posts: Sequence[Post], drafts: Iterable[str]) -> Mapping[DocumentId, float]:
    """Posts that are mostly one of these drafts, with their overlap (0 to 1)."""
    drafts_with: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, draft in enumerate(drafts):
        for shingle in _shingles(draft):
            drafts_with[shingle].append(number)
    if not drafts_with:
        return {}
    overlaps = {post.document_id: _overlap(_shingles(post.text), drafts_with) for post in posts}
    return {key: overlap for key, overlap in overlaps.items() if overlap >= OVERLAP}


def beyond_cap(own: Sequence[DocumentId], others: int) -> list[DocumentId]:
    """Those that have to go so that own drafts are at most KEPT_SHARE of the whole; the first ones stay."""
    return list(own[int(KEPT_SHARE * others / (1 - KEPT_SHARE)) :])


def _overlap(shingles: set[tuple[str, ...]], drafts_with: Mapping[tuple[str, ...], Sequence[int]]) -> float:
    if len(shingles) < MIN_SHINGLES:
        return 0.0
    shared: dict[int, int] = defaultdict(int)
    for shingle in shingles:
        for draft in drafts_with.get(shingle, ()):
            shared[draft] += 1
    return max(shared.values(), default=0) / len(shingles)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return set(zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False))
