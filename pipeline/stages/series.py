"""Posts made from one template: titles of one pattern over one skeleton, or one skeleton under any title."""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.domain.documents import DocumentId, Post
from pipeline.shelf import Partitions, part_of
from pipeline.stages.outlines import Outline, sentence_blocks
from pipeline.stages.outlines import outlines as outlines_of
from pipeline.stages.range_hashes import Flags, Hashes, Ints, Longs

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
# Sentences of so many posts are looked at together: 300,000 of an ordinary corpus.
_PART_POSTS = 8_000
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


def find_series(posts: Sequence[Post], outlines: Sequence[Outline] | None = None) -> list[Series]:
    """Largest first; every post is in at most one series. outlines: of the posts' texts, made here when None."""
    outlines = outlines if outlines is not None else outlines_of([post.text for post in posts])
    lines = _Lines.of(outlines)
    free = np.ones(len(posts), np.bool_)
    found: list[Series] = []

    def take(pattern: str, members: Sequence[int]) -> None:
        share = lines.skeleton_share(members)
        if share >= MIN_SKELETON:
            ids = tuple(posts[index].document_id for index in sorted(members))
            found.append(Series(pattern, ids, share))
            free[members] = False

    for members in _by_title(posts):
        group = [index for index in members if free[index]]
        if len(group) >= MIN_POSTS:
            take(_common_title(posts, members), group)
    for key, group in _by_skeleton(lines, free):
        take(f"… {_wording(posts[group[0]], outlines[group[0]], key)} …", group)
    return sorted(found, key=lambda series: -len(series.document_ids))


def _wording(post: Post, outline: Outline, key: np.uint64) -> str:
    """How a post puts a line that others share, shortened."""
    row = int(np.flatnonzero(outline.key == key)[-1])
    words = post.text[outline.start[row] : outline.end[row]].lstrip("#>- ").split()
    return " ".join(words[:_PATTERN_WORDS])


@dataclass(frozen=True, slots=True)
class _Lines:
    """What several posts say alike; what only one says is in the totals alone.

    Row i: post[i] says keys[line[i]], in words[i] words, as a heading or not. Posts stand together, post p in rows
    [begin[p], begin[p + 1]). first: the row's place among all sentences. total, headings: of each post.
    """

    keys: Hashes
    post: Ints
    line: Ints
    words: Ints
    heading: Flags
    first: Ints
    begin: Longs
    total: Longs
    headings: Longs

    @classmethod
    def of(cls, outlines: Sequence[Outline]) -> "_Lines":
        total, headings = np.zeros(len(outlines), np.int64), np.zeros(len(outlines), np.int64)
        shared: list[NDArray[Any]] = [np.zeros(0, _SAID)]
        for rows in _sentences(outlines, total):
            said = _said(rows)
            headings += np.bincount(said["post"][said["heading"]], minlength=len(outlines))
            new = np.ones(len(said), np.bool_)
            new[1:] = said["key"][1:] != said["key"][:-1]
            line = np.cumsum(new) - 1
            shared.append(said[np.bincount(line, minlength=1)[line] > 1])
        said = np.concatenate(shared)  # by what is said, as the parts are
        new = np.ones(len(said), np.bool_)
        new[1:] = said["key"][1:] != said["key"][:-1]
        line = (np.cumsum(new) - 1).astype(np.int32)
        order = np.argsort(said["post"], kind="stable")
        keys, said, line = said["key"][new], said[order], line[order]
        return cls(
            keys=keys,
            post=said["post"].copy(),
            line=line,
            words=said["words"].copy(),
            heading=said["heading"].copy(),
            first=said["first"].copy(),
            begin=np.searchsorted(said["post"], np.arange(len(outlines) + 1)),
            total=total,
            headings=headings,
        )

    def rows(self, members: Sequence[int]) -> Longs:
        parts = [np.arange(self.begin[post], self.begin[post + 1]) for post in members]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def skeleton(self, members: Sequence[int], least: float) -> Longs:
        """Rows of the members with lines that at least so many of them have."""
        rows = self.rows(members)
        _, line, count = np.unique(self.line[rows], return_inverse=True, return_counts=True)
        return rows[(count >= least)[line]]

    def skeleton_share(self, members: Sequence[int]) -> float:
        """How much of a typical member its skeleton is, by its words, or by its headings if they are more."""
        rows = self.skeleton(members, max(MIN_POSTS, COMMON_IN * len(members)))
        here = np.sort(np.array(members, np.int64))
        member = np.searchsorted(here, self.post[rows])
        words = np.bincount(member, self.words[rows], len(here))
        headings = np.bincount(member[self.heading[rows]], minlength=len(here))
        of_words = words / np.maximum(self.total[here], 1)
        enough = self.headings[here] >= _MIN_HEADINGS
        of_headings = np.where(enough, headings / np.maximum(self.headings[here], 1), 0.0)
        return float(np.median(np.maximum(of_words, of_headings)))


_SAID = [("post", "<i4"), ("key", "<u8"), ("words", "<i4"), ("heading", "?"), ("first", "<i4")]


def _sentences(outlines: Sequence[Outline], total: Longs) -> Partitions:
    """All sentences with a word in them, in parts by what they say. first: their number; total: words of each post."""
    parts = Partitions(1 + len(outlines) // _PART_POSTS, _SAID)
    number = 0
    for columns in sentence_blocks(outlines):
        worded = columns.key != 0
        post, key, words, heading = (
            column[worded] for column in (columns.post, columns.key, columns.words, columns.heading)
        )
        total += np.bincount(post, words, len(total)).astype(np.int64)
        parts.add(part_of(key, len(parts)), post, key, words, heading, np.arange(number, number + len(post)))
        number += len(post)
    return parts


def _said(rows: NDArray[Any]) -> NDArray[Any]:
    """What a post says twice as one row: its words together, a heading when one of them is; by key, then post."""
    rows = rows[np.lexsort((rows["post"], rows["key"]))]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows["key"][1:] != rows["key"][:-1]) | (rows["post"][1:] != rows["post"][:-1])
    place = np.cumsum(new) - 1
    said = rows[new]
    said["words"] = np.bincount(place, rows["words"], len(said))
    said["heading"] = np.bincount(place[rows["heading"]], minlength=len(said)) > 0
    return said


def _by_title(posts: Sequence[Post]) -> Iterator[list[int]]:
    """Posts that have a title pattern in common, largest groups first."""
    groups: dict[_TitlePattern, list[int]] = defaultdict(list)
    for index in _with_shared_titles(posts):
        for pattern in _patterns(posts[index].title):
            groups[pattern].append(index)
    large = (item for item in groups.items() if len(item[1]) >= MIN_POSTS)
    for _, members in sorted(large, key=lambda item: (-len(item[1]), item[0])):
        yield members


def _with_shared_titles(posts: Sequence[Post]) -> list[int]:
    """Those of which a pattern is seen often enough, told by its hash: most of many titles are like no other."""
    found, of = array("q"), array("i")
    for index, post in enumerate(posts):
        for pattern in _patterns(post.title):
            found.append(hash(pattern))
            of.append(index)
    _, number, times = np.unique(np.array(found), return_inverse=True, return_counts=True)
    shared: list[int] = np.unique(np.array(of)[times[number] >= MIN_POSTS]).tolist()
    return shared


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


def _by_skeleton(lines: _Lines, free: Flags) -> Iterator[tuple[np.uint64, list[int]]]:
    """Groups of posts that share several lines whatever their titles, with one such line.

    `free` shrinks while this runs: posts that have found their series seed no other.
    """
    rows = np.flatnonzero(free[lines.post])
    order = rows[np.argsort(lines.line[rows], kind="stable")]
    held, start, count = np.unique(lines.line[order], return_index=True, return_counts=True)
    seeds = [
        (-int(count[seed]), int(lines.first[order[start[seed]]]), seed)
        for seed in np.flatnonzero(count >= MIN_POSTS).tolist()
    ]
    for _, _, seed in sorted(seeds)[:_MAX_SEEDS]:
        posts = lines.post[order[start[seed] : start[seed] + count[seed]]]
        members = posts[free[posts]].tolist()
        if len(members) >= MIN_POSTS:
            group = _sharing_lines(lines, members)
            if len(group) >= MIN_POSTS:
                yield lines.keys[held[seed]], group


def _sharing_lines(lines: _Lines, members: Sequence[int]) -> list[int]:
    rows = lines.skeleton(members, COMMON_IN * len(members))
    posts, count = np.unique(lines.post[rows], return_counts=True)
    return [int(post) for post in posts[count >= MIN_LINES]]
