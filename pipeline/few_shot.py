"""Which real posts stand in the prompt of an untrained model, and which requests it is judged on (pure)."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.domain.baselines import HeldOut
from pipeline.domain.documents import DocumentId, Split
from pipeline.domain.drafting import Shot
from pipeline.domain.origins import Version
from pipeline.estimate import FEW_SHOT_POSTS
from pipeline.prompts import POINT, TITLE_REQUESTS, Salience, distinct_words, stable_hash
from pipeline.stages.sentences import sentence_key

PAIRS: Final = 6  # what a judge reads in ten minutes
ANSWERS: Final = 24  # that are counted and not read: more would cost what they do not tell
MIN_PAIRS: Final = 4  # fewer say nothing: a coin tells three of three apart in one try of eight
MIN_WORDS: Final = 40  # of a text that can be judged by its voice
# Of all posts in the prompt: five of 700 words are about 5,000 tokens, and more than that is mostly paid for twice.
PROMPT_TOKENS: Final = 6_000
# A post loses by being like one that is chosen as much as it gains by being like the request: the second of a series'
# twins never comes in. (The usual middle, a weight of one half each.)
SAMENESS: Final = 1.0
COPIED_WORDS: Final = 20  # a run over so many that stands in a post too: that is the post
CONSIDERED: Final = 100  # posts nearest to the request among which diverse ones are sought


@dataclass(frozen=True, slots=True)
class Post:
    """A training row as it may stand in a prompt. tokens: of the whole row."""

    key: DocumentId
    prompt: str
    text: str
    tokens: int

    @property
    def shot(self) -> Shot:
        return Shot(self.prompt, self.text)


Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrainPosts:
    """Posts of the training split, each with how much its words say about it (length 1)."""

    posts: Sequence[Post]
    vectors: Sequence[Vector]
    salience: Salience

    @classmethod
    def of(cls, posts: Sequence[Post]) -> "TrainPosts":
        salience = Salience.of(post.text for post in posts)
        return cls(posts, [_vector(f"{post.prompt}\n{post.text}", salience) for post in posts], salience)

    def near(
        self, request: str, *, budget_tokens: int = PROMPT_TOKENS, number: int = FEW_SHOT_POSTS
    ) -> tuple[Shot, ...]:
        """Posts near a request and unlike each other, within the budget; the nearest stands last.

        Each next one has the best relevance less likeness to those chosen (Carbonell and Goldstein 1998, maximal
        marginal relevance). Equal ones go by hash. Where no whole post fits, the shortest is cut to the budget.
        """
        asked = _vector(request, self.salience)
        near = [_likeness(asked, vector) for vector in self.vectors]
        order = sorted(range(len(self.posts)), key=lambda one: (-near[one], stable_hash("shot", self.posts[one].key)))
        open_, chosen, left = order[:CONSIDERED], list[int](), budget_tokens
        while len(chosen) < number:
            fitting = [one for one in open_ if self.posts[one].tokens <= left]
            if not fitting:
                break
            best = max(fitting, key=lambda one: near[one] - SAMENESS * self._most_alike(one, chosen))
            open_.remove(best)
            chosen.append(best)
            left -= self.posts[best].tokens
        if not chosen:
            return _cut(self.posts, budget_tokens)
        return tuple(self.posts[one].shot for one in sorted(chosen, key=lambda one: near[one]))

    def _most_alike(self, one: int, chosen: Iterable[int]) -> float:
        return max((_likeness(self.vectors[one], self.vectors[other]) for other in chosen), default=0.0)


def train_posts(version: Version) -> list[Post]:
    """What may stand in a prompt: the training split and nothing else."""
    return list(_posts(version, "train"))


def held_out(version: Version, number: int = PAIRS) -> tuple[HeldOut, ...]:
    """Requests of the test split, filled up from the validation split; neither is ever trained on.

    Each is asked for by its title: a brief quotes the text, which would tell the model and the judge the real one.
    Drawn by hash, so that a repetition after a crash draws the same.
    """
    titles = {fate.key: fate.title for fate in version.fates}
    found: list[HeldOut] = []
    for split in ("test", "validation"):
        for post in sorted(_posts(version, split), key=lambda post: stable_hash("baseline", post.key)):
            request = _request(titles[post.key], post.prompt)
            if request and len(post.text.split()) >= MIN_WORDS:
                found.append(HeldOut(request, post.text))
    return tuple(found[:number])


def trials(version: Version) -> tuple[HeldOut, ...]:
    """What a new version is tried on. Where there is a right answer, as it was asked for and of any length."""
    if version.making.rows_for.purpose in (None, "generation"):
        return held_out(version)
    found = [
        HeldOut(post.prompt, post.text)
        for split in ("test", "validation")
        for post in sorted(_posts(version, split), key=lambda post: stable_hash("baseline", post.key))
    ]
    return tuple({one.prompt: one for one in reversed(found)}.values())[::-1][:ANSWERS]


def longest_copy(text: str, posts: Iterable[str], *, at_least: int) -> int:
    """Words of the longest run that a text shares with one of the posts; 0 when it is shorter than at_least."""
    words = sentence_key(text).split()
    longest = at_least - 1
    for post in posts:
        said = f" {sentence_key(post)} "
        start = 0
        while start + longest < len(words):
            if f" {' '.join(words[start : start + longest + 1])} " in said:
                longest += 1
            else:
                start += 1
    return longest if longest >= at_least else 0


def _posts(version: Version, split: Split) -> Iterable[Post]:
    for fate in version.fates:
        if fate.split == split:
            text = version.texts[fate.key]
            yield Post(fate.key, text.prompt, text.completion, fate.tokens)


def _request(title: str, prompt: str) -> str:
    """Empty where there is nothing but a brief to ask by."""
    if title.strip():
        return TITLE_REQUESTS[0].format(thing="text", title=title.strip())
    return "" if POINT in prompt else prompt


def _cut(posts: Sequence[Post], budget_tokens: int) -> tuple[Shot, ...]:
    shortest = min(posts, key=lambda post: (post.tokens, post.key), default=None)
    if shortest is None:
        return ()
    kept = len(shortest.text) * budget_tokens // max(1, shortest.tokens)
    return (replace(shortest, text=shortest.text[:kept].rsplit(" ", 1)[0]).shot,)


def _vector(text: str, salience: Salience) -> Vector:
    weights = salience.weights(text)
    said = {word: weights[word] for word in sorted(distinct_words(text)) if weights[word]}
    length = math.sqrt(math.fsum(weight * weight for weight in said.values()))
    return {word: weight / length for word, weight in said.items()} if length else {}


def _likeness(one: Vector, other: Vector) -> float:
    """Cosine, 0 to 1."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return math.fsum(weight * many[word] for word, weight in few.items() if word in many)
