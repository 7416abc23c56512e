"""What drafts on held-out requests come to, beside the owner's own posts on them (pure)."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.domain.evaluations import Contender
from pipeline.domain.origins import Version
from pipeline.drift import Shape
from pipeline.few_shot import held_out, longest_copy, train_posts
from pipeline.likeness import Likeness, Writer, differing
from pipeline.stages.links import find_links
from pipeline.tone import out_of_tone, tone_range

OWN_POSTS: Final = 40  # of the held-out ones, that are judged like drafts
COPIED_WORDS: Final = 20  # a run over so many that stands in a post too
TRAITS_TOLD: Final = 3


def evaluated(version: Version, drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]:
    """JSON values. Only the training split describes the owner: the held-out posts are judged like drafts."""
    train = [post.text for post in train_posts(version)]
    own = [post.text for post in held_out(version, number=OWN_POSTS)]
    voice = list(drafts.get("voice", ()))
    shape = Shape.of(voice)
    usual = tone_range(train, round(shape.words)) if shape.words else None
    tones = [one.sentence for text in voice for one in out_of_tone(text, usual)] if usual else []
    every = [text.completion for text in version.texts.values()]
    return {
        "likeness": likeness_facts(train, own, drafts),
        "traits": [trait.sentence for trait in differing(voice, train)[:TRAITS_TOLD]],
        "links": sum(len(find_links(text)) for text in voice),
        "copied": sum(bool(longest_copy(text, every, at_least=COPIED_WORDS)) for text in voice),
        "tone": sorted(set(tones)) if usual else None,
        "words": shape.words,
        "sameness": shape.sameness,
    }


def likeness_facts(
    train: Sequence[str], own: Sequence[str], drafts: Mapping[Contender, Sequence[str]]
) -> dict[str, Any]:
    """Medians; why: what stands in the way, in words, where nothing could be measured."""
    writer = Writer.of(train)
    if not isinstance(writer, Writer):
        return {"why": writer.why}
    measured = {name: judged(writer, texts) for name, texts in drafts.items()}
    found = measured.get("voice", [])
    if not found:
        return {"why": "text too short"}
    real = [one.probability for one in judged(writer, own)]
    return {
        "why": None,
        "by": {name: statistics.median(one.probability for one in each) for name, each in measured.items() if each},
        "own": statistics.median(real) if real else statistics.median(one.own for one in found),
        "low": statistics.median(one.own_low for one in found),
        "high": statistics.median(one.own_high for one in found),
        "words": min(one.words for one in found),
        "is_weak": any(one.is_weak for one in found),
    }


def judged(writer: Writer, texts: Sequence[str]) -> list[Likeness]:
    """Those that are long enough."""
    return [told for told in map(writer.judge, texts) if isinstance(told, Likeness)]
