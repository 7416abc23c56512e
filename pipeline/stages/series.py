"""Posts made from one template: titles of one pattern over one skeleton, or one skeleton under any title."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.domain.documents import DocumentId, Post
from pipeline.stages.sentences import sentences

# Fewer posts are sequels, not a template.
MIN_POSTS = 4
# A line belongs to the skeleton when this share of the group has it.
COMMON_IN = 0.5
# From this much shared skeleton (median over the group) training would teach the template: interview templates of
# real blogs measured 0.75 and 0.86, posts that only share a bio and calls to action at most 0.25.
MIN_SKELETON = 0.3
# Without a common title a skeleton must show in this many lines of each post.
MIN_LINES = 3
# And headings alone count only when a post has so many that they order it.
_MIN_HEADINGS = 3
_MAX_SEEDS = 400
# So many words of a shared line name a series.
_PATTERN_WORDS = 8
# Title parts end here: "So What? …", "Bench Notes #12", "Trends on Tuesday: …", "Weeknotes – 3 May".
_TITLE_PART = re.compile(r"\s*(?:[:|#–—?!]|\s-\s|\s\()\s*")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_COUNTER = re.compile(
    rf"\b(?:{_MONTH}|mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?\b\.?|\d+(?:st|nd|rd|th)?|\b[ivx]{{1,5}}\b", re.I
)

# Which part of the title ("whole", "first", "last") and its words, counters blanked.
_TitlePattern = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Series:
    """Posts of one template. pattern: its title in human words ("Bench Notes #…").

    share in [0, 1]: how much of a typical member the skeleton makes up (its words, or its headings if more).
    """

    pattern: str
    document_ids: tuple[DocumentId, ...]
    share: float


@dataclass(frozen=True, slots=True)
class _Outline:
    """A post by its sentences: under each key its words counted and its wording, and which are headings."""

    words: Mapping[str, int]
    wording: Mapping[str, str]
    headings: frozenset[str]


def find_series(posts: Sequence[Post]) -> list[Series]:
    """Largest first; every post is in at most one series."""
    outlines = [_outline(post) for post in posts]
    free = set(range(len(posts)))
    found: list[Series] = []
    for pattern, members in _by_title(posts):
        group = [index for index in members if index in free]
        series = _series(posts, outlines, group, pattern)
        if series is not None:
            found.append(series)
            free -= set(group)
    for line, members in _by_skeleton(outlines, free):
        series = _series(posts, outlines, members, f"… {line} …")
        if series is not None:
            found.append(series)
            free -= set(members)
    return sorted(found, key=lambda series: -len(series.document_ids))


def _outline(post: Post) -> _Outline:
    words: Counter[str] = Counter()
    wording: dict[str, str] = {}
    headings: set[str] = set()
    for sentence in sentences(post.text):
        if sentence.key:
            words[sentence.key] += sentence.words
            wording[sentence.key] = post.text[sentence.start : sentence.end].lstrip("#>- ")
            if sentence.heading:
                headings.add(sentence.key)
    return _Outline(words, wording, frozenset(headings))


def _series(posts: Sequence[Post], outlines: Sequence[_Outline], members: Sequence[int], pattern: str) -> Series | None:
    if len(members) < MIN_POSTS:
        return None
    counts = Counter(key for index in members for key in outlines[index].words)
    skeleton = frozenset(key for key, count in counts.items() if count >= max(MIN_POSTS, COMMON_IN * len(members)))
    share = median(_skeleton_share(outlines[index], skeleton) for index in members)
    if share < MIN_SKELETON:
        return None
    return Series(pattern, tuple(posts[index].document_id for index in sorted(members)), share)


def _skeleton_share(outline: _Outline, skeleton: frozenset[str]) -> float:
    total = sum(outline.words.values())
    if not total:
        return 0.0
    by_words = sum(count for key, count in outline.words.items() if key in skeleton) / total
    if len(outline.headings) < _MIN_HEADINGS:
        return by_words
    return max(by_words, len(outline.headings & skeleton) / len(outline.headings))


def _by_title(posts: Sequence[Post]) -> Iterator[tuple[str, list[int]]]:
    """Title patterns with the posts that have them, largest groups first."""
    groups: dict[_TitlePattern, list[int]] = defaultdict(list)
    for index, post in enumerate(posts):
        for pattern in _patterns(post.title):
            groups[pattern].append(index)
    for _, members in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(members) >= MIN_POSTS:
            yield _common_title(posts, members), members


def _patterns(title: str) -> set[_TitlePattern]:
    """The whole title with counters blanked, its first part and its last."""
    blanked = _COUNTER.sub("#", title.casefold())
    whole = " ".join(re.findall(r"[\w#]+", blanked))
    patterns = {("whole", whole)} if whole else set()
    parts = [part for part in _TITLE_PART.split(_COUNTER.sub("#", title.casefold())) if part.strip("# ")]
    if len(parts) > 1 or (parts and "#" in blanked):
        patterns |= {("first", parts[0].strip()), ("last", parts[-1].strip())}
    return patterns


def _common_title(posts: Sequence[Post], members: Sequence[int]) -> str:
    """What the titles have in common, an ellipsis for the rest."""
    titles = [posts[index].title.split() for index in members]
    shortest = min(map(len, titles))
    first = next((i for i in range(shortest) if len({words[i].casefold() for words in titles}) > 1), shortest)
    rest = shortest - first
    last = next((i for i in range(rest) if len({words[-1 - i].casefold() for words in titles}) > 1), rest)
    head, tail = titles[0][:first], titles[0][len(titles[0]) - last :]
    if not head and not tail:
        return f"{posts[members[0]].title}, …"
    return " ".join([*head, "…", *tail]) if len(head) < len(titles[0]) else " ".join(head)


def _by_skeleton(outlines: Sequence[_Outline], free: set[int]) -> Iterator[tuple[str, list[int]]]:
    """Groups of posts that share several lines whatever their titles, with one such line.

    `free` shrinks while this runs: posts that have found their series seed no other.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for index in sorted(free):
        for key in outlines[index].words:
            holders[key].append(index)
    seeds = (key for key, members in holders.items() if len(members) >= MIN_POSTS)
    for seed in sorted(seeds, key=lambda key: -len(holders[key]))[:_MAX_SEEDS]:
        members = [index for index in holders[seed] if index in free]
        group = _sharing_lines(outlines, members)
        if len(group) >= MIN_POSTS:
            yield " ".join(outlines[group[0]].wording.get(seed, seed).split()[:_PATTERN_WORDS]), group


def _sharing_lines(outlines: Sequence[_Outline], members: Sequence[int]) -> list[int]:
    counts = Counter(key for index in members for key in outlines[index].words)
    skeleton = {key for key, count in counts.items() if count >= COMMON_IN * len(members)}
    return [index for index in members if len(skeleton & outlines[index].words.keys()) >= MIN_LINES]
