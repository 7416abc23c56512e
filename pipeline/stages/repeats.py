"""Passages that an author's posts carry again and again: bios, calls to action, series boxes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from statistics import median

from rapidfuzz.fuzz import ratio

from pipeline.domain.documents import DocumentId, Mark, Post
from pipeline.stages.sentences import Sentence, sentences

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
    at_edge: bool


def find_repeats(posts: Sequence[Post]) -> list[RepeatedPassage]:
    """Repeated passages, those with most words in all posts first."""
    said = [list(sentences(post.text)) for post in posts]
    frames: list[list[_Place]] = []
    framed: set[tuple[int, int]] = set()
    for _ in range(MAX_PASSES):
        places = [place for index, of_post in enumerate(said) for place in _places(index, of_post, framed)]
        more = [group for group in _groups(places) if _is_frame(group, len(posts), framed)]
        if not more:
            break
        frames += more
        framed |= {(place.post, place.order) for group in more for place in group}
    passages = [_passage(posts, run) for run in _runs(frames)]
    return sorted(passages, key=lambda p: -len(p.text.split()) * len(p.document_ids))


def _places(index: int, found: Sequence[Sentence], framed: Set[tuple[int, int]]) -> list[_Place]:
    """Sentences that are in no frame yet, with edges as they are once the frames are gone."""
    left = [(order, sentence) for order, sentence in enumerate(found) if (index, order) not in framed]
    total = sum(sentence.words for _, sentence in left)
    edge = min(EDGE_WORDS, EDGE_SHARE * total)
    places: list[_Place] = []
    before = 0
    for order, sentence in left:
        after = total - before - sentence.words
        places.append(_Place(index, order, sentence, before <= edge / 2 or after <= edge))
        before += sentence.words
    return places


def _groups(places: Iterable[_Place]) -> list[list[_Place]]:
    """Places by what they say, variants together; groups in fewer than MIN_POSTS posts are left out."""
    by_key: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        by_key[place.sentence.key].append(place)
    canon = _canonical(by_key)
    groups: dict[str, list[_Place]] = defaultdict(list)
    for key, members in by_key.items():
        groups[canon.get(key, key)] += members
    return [group for key, group in groups.items() if key and len({place.post for place in group}) >= MIN_POSTS]


def _canonical(by_key: Mapping[str, Sequence[_Place]]) -> dict[str, str]:
    """Variant to the most frequent wording. Only sentences at edges are compared, through words they share."""
    at_edge = [
        key
        for key, members in by_key.items()
        if members[0].sentence.words >= MIN_WORDS and any(place.at_edge for place in members)
    ]
    at_edge.sort(key=lambda key: (-len(by_key[key]), key))
    leaders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    canon: dict[str, str] = {}
    for key in at_edge:
        shingles = _word_runs(key)
        near = Counter(leader for run in shingles for leader in leaders[run][:_LEADERS])
        best = next((leader for leader, _ in near.most_common(_LEADERS) if ratio(leader, key) >= VARIANT_RATIO), None)
        if best is not None:
            canon[key] = best
        else:
            for run in shingles:
                leaders[run].append(key)
    return canon


def _word_runs(key: str) -> set[tuple[str, ...]]:
    words = key.split()
    return set(zip(*(words[start:] for start in range(_VARIANT_SHINGLE)), strict=False))


def _is_frame(group: Sequence[_Place], posts: int, framed: Set[tuple[int, int]]) -> bool:
    """Position, frequency and share together tell a frame from an author's own reuse of a good sentence."""
    if _mostly_headings(group):
        return False
    if median(place.sentence.words for place in group) < MIN_WORDS and not _beside(group, framed):
        return False
    count = len({place.post for place in group})
    if sum(place.at_edge for place in group) >= MIN_AT_EDGE * len(group):
        return True
    return count >= MIN_POSTS_IN_MIDDLE and count >= MIN_SHARE_IN_MIDDLE * posts


def _beside(group: Sequence[_Place], framed: Set[tuple[int, int]]) -> bool:
    """Whether nearly all places stand next to a frame: "Sign up here." after an invitation."""
    touching = sum(
        (place.post, place.order - 1) in framed or (place.post, place.order + 1) in framed for place in group
    )
    return touching >= _TOGETHER * len(group)


def _mostly_headings(group: Sequence[_Place]) -> bool:
    return sum(place.sentence.heading and not place.at_edge for place in group) * 2 > len(group)


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
