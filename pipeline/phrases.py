"""Which phrases a set of texts would teach: those its writer says far more often than general English does.

Log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, Fightin' Words), over phrases of
two to five words. A text counts once for each phrase however often it says it: words that come in bursts belong to a
text's subject (Church and Gale 1995), those spread over many texts to the writer.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.general_english import GeneralEnglish, Word, general_english, runs
from pipeline.prompts import STOP_WORDS

MIN_WORDS: Final = 2
MAX_WORDS: Final = 5
HALF_A_TIME: Final = 0.5
PRIOR_WORDS: Final = 1000.0  # weight of the prior, in words of general English added to what the writer wrote
# A phrase in fewer texts, or in a smaller share of them, is not a habit yet.
MIN_TEXTS: Final = 3
MIN_SHARE: Final = 0.02
MIN_Z: Final = 1.96  # with both samples' chances counted in; 95 % of phrases used as in general English stay below
MIN_LOG_ODDS: Final = 2.0  # seven times as often as others say it; below, "the problem" and "it is not" crowd the list
SAME_TEXTS: Final = 0.9  # phrases in so nearly the same texts (Jaccard) are pieces of one passage
MIN_SAME_TEXTS: Final = 5  # fewer texts are the same by accident
# A longer phrase stands for a shorter one inside it when it is said in so large a part of the shorter one's texts.
SAME_PHRASE: Final = 0.7
# Times in its one text from which a phrase looks like a habit to whoever reads only that text.
ONE_OFF_TIMES: Final = 2
MAX_PHRASES: Final = 40  # product.md, US3: "All 40"
MAX_ONE_OFFS: Final = 5

_TAIL_WORDS = (
    "a an and as at but by for from if in into is it its nor of on or our per than that the their this to was with your"
)
_HEAD_WORDS = "and but is nor of or than that's was were"
_TAILS: Final = frozenset(_TAIL_WORDS.split())
_HEADS: Final = frozenset(_HEAD_WORDS.split())

Gram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """words: as written most often. texts: how many say it. log_odds: natural logarithm, against general English.

    weight: log_odds in standard deviations of the writer's own count, general English being known; orders the list.
    """

    words: str
    texts: int
    log_odds: float
    weight: float


@dataclass(frozen=True, slots=True)
class Phrases:
    """habits: strongest first. one_offs: said several times in one text and nowhere else. texts: how many were read."""

    habits: tuple[Phrase, ...]
    one_offs: tuple[Phrase, ...]
    texts: int


def find_phrases(texts: Sequence[str], english: GeneralEnglish | None = None) -> Phrases:
    """What these texts say again and again, and what only one of them does."""
    english = english or general_english()
    read = [list(runs(text)) for text in texts]
    least = max(MIN_TEXTS, math.ceil(MIN_SHARE * len(texts)))
    size = sum(len(run) for of_text in read for run in of_text)
    habits = _strongest(_spread(read, least), size, english)
    one_offs = _one_offs(read, size, english)
    as_written = _as_written(texts, read, [gram for gram, _ in [*habits, *one_offs]])
    return Phrases(
        tuple(replace(phrase, words=as_written[gram]) for gram, phrase in habits),
        tuple(replace(phrase, words=as_written[gram]) for gram, phrase in one_offs),
        len(texts),
    )


@dataclass(frozen=True, slots=True)
class Score:
    """z counts the chances of both samples in, weight only the writer's."""

    log_odds: float
    z: float
    weight: float


def score(times: int, size: int, chance: float, english_size: int) -> Score:
    """How far a phrase said `times` times in `size` words is from general English.

    chance: of the phrase at any one word of general English, known from `english_size` words; what these cannot tell
    from never counts as half a time. Monroe et al. 2008, equations 16, 20 and 22: the prior is general English itself,
    weighing PRIOR_WORDS on both sides.
    """
    prior = PRIOR_WORDS * chance
    said, heard = times + prior, max(chance * english_size, HALF_A_TIME) + prior
    ours = math.log(said / (size + PRIOR_WORDS - said))
    theirs = math.log(heard / (english_size + PRIOR_WORDS - heard))
    odds = ours - theirs
    return Score(odds, odds / math.sqrt(1 / said + 1 / heard), odds * math.sqrt(said))


def _spread(read: Sequence[Sequence[Sequence[Word]]], least: int) -> dict[Gram, set[int]]:
    """Phrases of every length in at least `least` texts, with those texts.

    A phrase can only be as frequent as its parts (Agrawal and Srikant 1994), so each length looks only where the one
    before it was frequent; memory follows what is kept, not what was read.
    """
    found: dict[Gram, set[int]] = {}
    shorter: Mapping[Gram, set[int]] | None = None
    for length in range(1, MAX_WORDS + 1):
        holders: dict[Gram, set[int]] = defaultdict(set)
        for number, of_text in enumerate(read):
            for gram in _grams(of_text, length, shorter):
                holders[gram].add(number)
        shorter = {gram: texts for gram, texts in holders.items() if len(texts) >= least}
        if length > 1:
            found.update(shorter)
    return found


def _grams(of_text: Iterable[Sequence[Word]], length: int, shorter: Mapping[Gram, set[int]] | None) -> Iterable[Gram]:
    for run in of_text:
        forms = tuple(word.form for word in run)
        for start in range(len(forms) - length + 1):
            gram = forms[start : start + length]
            if shorter is None or (gram[:-1] in shorter and gram[1:] in shorter):
                yield gram


def _strongest(spread: Mapping[Gram, set[int]], size: int, english: GeneralEnglish) -> list[tuple[Gram, Phrase]]:
    """Each habit once: the longest wording that most of its texts share."""
    whole = {gram: texts for gram, texts in spread.items() if _is_whole(gram)}
    scores = {gram: score(len(texts), size, english.chance(gram), english.size) for gram, texts in whole.items()}
    telling = [gram for gram, one in scores.items() if one.z >= MIN_Z and one.log_odds >= MIN_LOG_ODDS]
    longer = _longer(whole)
    chosen: list[Gram] = []
    for gram in sorted(telling, key=lambda gram: (-scores[gram].weight, gram)):
        stands = [one for one in longer.get(gram, ()) if len(whole[one]) >= SAME_PHRASE * len(whole[gram])]
        best = max(stands, key=lambda one: (len(one), len(whole[one]), one), default=gram)
        if not any(_overlap(best, other) or _one_passage(whole[best], whole[other]) for other in chosen):
            chosen.append(best)
        if len(chosen) == MAX_PHRASES:
            break
    return [(gram, _phrase(gram, len(whole[gram]), scores[gram])) for gram in chosen]


def _longer(whole: Iterable[Gram]) -> dict[Gram, list[Gram]]:
    """Phrases by each shorter one inside them."""
    inside: dict[Gram, list[Gram]] = defaultdict(list)
    for gram in whole:
        for length in range(2, len(gram)):
            for start in range(len(gram) - length + 1):
                inside[gram[start : start + length]].append(gram)
    return inside


def _is_whole(gram: Gram) -> bool:
    """Not torn from a longer one: two telling words, or more whose edges do not hang on what is missing."""
    if len(gram) == MIN_WORDS:
        return not STOP_WORDS.intersection(gram) and min(map(len, gram)) > 1
    return gram[-1] not in _TAILS and gram[0] not in _HEADS


def _overlap(one: Gram, other: Gram) -> bool:
    """Whether two phrases are one: the shorter inside the longer, or all but a word of it shared at an edge."""
    short, long = sorted((one, other), key=len)
    if any(long[start : start + len(short)] == short for start in range(len(long) - len(short) + 1)):
        return True
    shared = max(2, len(short) - 1)
    return short[-shared:] == long[:shared] or short[:shared] == long[-shared:]


def _one_passage(one: set[int], other: set[int]) -> bool:
    return len(one) >= MIN_SAME_TEXTS and len(one & other) >= SAME_TEXTS * len(one | other)


def _one_offs(
    read: Sequence[Sequence[Sequence[Word]]], size: int, english: GeneralEnglish
) -> list[tuple[Gram, Phrase]]:
    """Pairs of known words said again and again in one text only."""
    texts: Counter[Gram] = Counter()
    most: Counter[Gram] = Counter()
    for of_text in read:
        counts = Counter(gram for gram in _grams(of_text, MIN_WORDS, None) if _is_whole(gram))
        texts.update(counts.keys())
        most.update({gram: count for gram, count in counts.items() if count >= ONE_OFF_TIMES})
    alone = [gram for gram in most if texts[gram] == 1 and all(map(english.knows, gram))]
    scores = {gram: score(most[gram], size, english.chance(gram), english.size) for gram in alone}
    chosen: list[Gram] = []
    for gram in sorted(alone, key=lambda gram: (-scores[gram].weight, gram)):
        if len(chosen) < MAX_ONE_OFFS and not any(set(gram) & set(other) for other in chosen):
            chosen.append(gram)
    return [(gram, _phrase(gram, 1, scores[gram])) for gram in chosen]


def _phrase(gram: Gram, texts: int, score: Score) -> Phrase:
    return Phrase(" ".join(gram), texts, score.log_odds, score.weight)


def _as_written(
    texts: Sequence[str], read: Sequence[Sequence[Sequence[Word]]], grams: Sequence[Gram]
) -> dict[Gram, str]:
    """The most frequent spelling of each phrase, capitals and hyphens included."""
    wanted = set(grams)
    lengths = {len(gram) for gram in wanted}
    spellings: dict[Gram, Counter[str]] = defaultdict(Counter)
    for text, of_text in zip(texts, read, strict=True):
        for run in of_text:
            for length in lengths:
                for start in range(len(run) - length + 1):
                    gram = tuple(word.form for word in run[start : start + length])
                    if gram in wanted:
                        written = " ".join(text[run[start].start : run[start + length - 1].end].split())
                        spellings[gram][written] += 1
    return {gram: found.most_common(1)[0][0] for gram, found in spellings.items()}
