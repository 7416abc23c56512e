"""How right answers are, by what the voice is for: each number from the library that its field uses (pure).

The libraries are imported when they are asked: rouge-score takes a second, and most voices write posts.
"""

import json
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Final

from pipeline.domain.evaluations import Contender
from pipeline.domain.voices import Purpose
from pipeline.stages.answers import label_key

THERE, ABSENT = "there", "absent"
_ARTICLES: Final = re.compile(r"\b(?:a|an|the)\b")
_SIGNS: Final = str.maketrans(dict.fromkeys(string.punctuation))
_PARTS: Final = re.compile(r"[\n;,]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """What really answers a request, and what was written."""

    real: str
    written: str


@dataclass(frozen=True, slots=True)
class Metric:
    """value: 0 to 1, more is better."""

    name: str
    value: float


def measured(purpose: Purpose, pairs: Sequence[Pair]) -> tuple[Metric, ...]:
    """Nothing for voices that write posts: there is no one right post, and likeness is their measure."""
    measure = MEASURES.get(purpose)
    return tuple(Metric(name, value) for name, value in measure(pairs)) if measure and pairs else ()


def compared(
    real: Mapping[str, str], purpose: Purpose, answers: Mapping[Contender, Mapping[str, str]]
) -> dict[str, Any]:
    """JSON values: by contender, its metrics on the requests that all of them answered; empty where there are none.

    real, and each of answers: text by request.
    """
    shared = [request for request in real if answers and all(request in of for of in answers.values())]
    by = {
        who: [asdict(metric) for metric in measured(purpose, [Pair(real[request], of[request]) for request in shared])]
        for who, of in answers.items()
    }
    return {"by": by, "requests": len(shared)} if shared else {}


def _labels(pairs: Sequence[Pair]) -> Iterator[tuple[str, float]]:
    """The mean over the labels that really occur; a label that is never written has precision 0."""
    from pycm import ConfusionMatrix

    real, written = [label_key(pair.real) for pair in pairs], [label_key(pair.written) for pair in pairs]
    found = ConfusionMatrix(actual_vector=real, predict_vector=written)
    labels = sorted(set(real))
    for name, by_label in (("precision", found.PPV), ("recall", found.TPR), ("F1", found.F1)):
        yield name, fmean(_known(by_label[label]) for label in labels)


def _fields(pairs: Sequence[Pair]) -> Iterator[tuple[str, float]]:
    """Over all fields of all answers: a field counts when its name and value are both right."""
    from pycm import ConfusionMatrix

    real, written = list[str](), list[str]()
    for pair in pairs:
        wanted, given = facts_in(pair.real), facts_in(pair.written)
        for fact in sorted(wanted | given):
            real.append(THERE if fact in wanted else ABSENT)
            written.append(THERE if fact in given else ABSENT)
    if not real:
        return
    found = ConfusionMatrix(actual_vector=real, predict_vector=written, classes=[THERE, ABSENT])
    for name, by_class in (("precision", found.PPV), ("recall", found.TPR), ("F1", found.F1)):
        yield name, _known(by_class[THERE])


def _answers(pairs: Sequence[Pair]) -> Iterator[tuple[str, float]]:
    """As SQuAD counts: without case, signs and articles. Token F1 is ROUGE-1's, on those words."""
    plain = [(answer_key(pair.real), answer_key(pair.written)) for pair in pairs]
    yield "exact match", fmean(real == written for real, written in plain)
    yield "token F1", _rouge("rouge1", plain)


def _summaries(pairs: Sequence[Pair]) -> Iterator[tuple[str, float]]:
    texts = [(pair.real, pair.written) for pair in pairs]
    for name, kind in (("ROUGE-1", "rouge1"), ("ROUGE-2", "rouge2"), ("ROUGE-L", "rougeL")):
        yield name, _rouge(kind, texts)


def _rewrites(pairs: Sequence[Pair]) -> Iterator[tuple[str, float]]:
    from sacrebleu.metrics.chrf import CHRF

    score = CHRF().corpus_score([pair.written for pair in pairs], [[pair.real for pair in pairs]]).score
    yield "chrF", score / 100


MEASURES: Final[Mapping[Purpose, Callable[[Sequence[Pair]], Iterator[tuple[str, float]]]]] = {
    "classification": _labels,
    "extraction": _fields,
    "question answering": _answers,
    "summarization": _summaries,
    "rewriting": _rewrites,
}


class Words:
    """For rouge-score, whose own tokenizer knows no letter outside a to z."""

    def tokenize(self, text: str) -> list[str]:
        return re.findall(r"\w+", text.casefold())


def _rouge(kind: str, texts: Sequence[tuple[str, str]]) -> float:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer([kind], tokenizer=Words())
    return fmean(float(scorer.score(real, written)[kind].fmeasure) for real, written in texts)


def answer_key(text: str) -> str:
    """Source: Rajpurkar et al. 2016, the evaluation script of SQuAD."""
    return " ".join(_ARTICLES.sub(" ", text.casefold().translate(_SIGNS)).split())


def facts_in(text: str) -> set[str]:
    """Fields of a JSON answer as "path: value"; of any other, its lines and parts between commas."""
    try:
        found = json.loads(text)
    except ValueError:
        return {key for part in _PARTS.split(text) if (key := label_key(part))}
    return set(_flat(found, ""))


def _flat(found: Any, path: str) -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            yield from _flat(value, f"{path}.{name}" if path else str(name))
    elif isinstance(found, list):
        for value in found:
            yield from _flat(value, path)
    else:
        yield f"{path}: {label_key(str(found))}"


def _known(value: float | str) -> float:
    """pycm says "None" where nothing was there to divide by."""
    return 0.0 if isinstance(value, str) else float(value)
