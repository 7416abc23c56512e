"""The ways to the next version: from examples or from pairs, on the base or going on from the promoted version."""

from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from bot.readiness import MIN_TRAIN_EXAMPLES
from bot.versions import is_sound, version_of
from pipeline.domain.feedback import PairTokens, RoundFeedback
from pipeline.domain.spending import Method, SpendRequest
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Round, RoundId, VoiceId
from pipeline.errors import WayClosed
from pipeline.estimate import Workload, default_epochs
from pipeline.ports import Transaction
from pipeline.round_rows import PAIRS_FOR_PREFERENCE

Way = Literal["auto", "examples", "go-on", "pairs"]
OTHER_WAYS: Final[tuple[Way, ...]] = ("go-on", "pairs")  # than examples on the base
# What stands in the way of one. none: there are no pairs. uncounted: they were taken in before tokens were counted.
Closed = Literal["none", "too-few", "uncounted", "method", "no-version", "withdrawn", "elsewhere"]
# The version that it goes on from has read most of the texts already (decision 25).
EPOCHS_GOING_ON: Final = 1


class Methods(Protocol):
    def methods_of(self, provider: str, base: str) -> tuple[Method, ...]:
        """By which this base can be trained there."""
        ...

    def trains_tuned_models(self, provider: str) -> bool:
        """Whether a finished model can be trained further on examples."""
        ...


@dataclass(frozen=True, slots=True)
class Pairs:
    """A round's. tokens: None where they were not counted. sha256: of the file; "" without one."""

    count: int = 0
    tokens: PairTokens | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What a run learns from, and what it goes on from. pairs: None for examples; parent: None for the base."""

    parent: VoiceModel | None = None
    pairs: Pairs | None = None

    @property
    def way(self) -> Way:
        return "pairs" if self.pairs else "go-on" if self.parent else "examples"

    @property
    def method(self) -> Method:
        return "dpo" if self.pairs else "supervised"

    @property
    def parent_version(self) -> int | None:
        return self.parent.version if self.parent else None

    def work(self, examples: Workload) -> Workload:
        """What is read in one pass. A pair has what was asked once; some trainers read it with either answer."""
        if self.pairs is None:
            return examples
        tokens = self.pairs.tokens or PairTokens(0, 0)
        once = tokens.prompts + tokens.answers
        return replace(
            examples,
            examples=self.pairs.count,
            train_tokens=once,
            most_train_tokens=once + tokens.prompts,
            validation_tokens=0,
        )

    def usual_epochs(self, examples: int) -> int:
        """examples: rows of one pass."""
        return EPOCHS_GOING_ON if self.way == "go-on" else default_epochs(examples)


FROM_BASE: Final = Course()


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to choose from beside the examples. promoted: None before a trained version was."""

    pairs: Pairs = Pairs()
    promoted: VoiceModel | None = None

    def closed(self, way: Way, methods: Methods, provider: str, base: str) -> Closed | None:
        """Why this way cannot be gone there; None when it can."""
        if way == "pairs":
            return (
                self._no_pairs() or self._no_method("dpo", methods, provider, base) or self._no_parent(provider, base)
            )
        if way == "go-on":
            can = methods.trains_tuned_models(provider)
            return self._no_parent(provider, base) or (None if can else "method")
        return None

    def course(self, way: Way, methods: Methods, provider: str, base: str) -> Course:
        """Raises WayClosed."""
        if way == "auto":
            way = self.best(methods, provider, base)
        if (why := self.closed(way, methods, provider, base)) is not None:
            version = self.promoted.version if self.promoted else 0
            raise WayClosed(why, provider, base, version, self.pairs.count)
        if way == "pairs":
            return Course(self.promoted, self.pairs)
        return Course(self.promoted) if way == "go-on" else FROM_BASE

    def best(self, methods: Methods, provider: str, base: str) -> Way:
        enough = self.pairs.count >= PAIRS_FOR_PREFERENCE
        return "pairs" if enough and self.closed("pairs", methods, provider, base) is None else "examples"

    def courses(self, methods: Methods, provider: str, base: str) -> list[Course]:
        """All that are open there beside examples from the base."""
        can = [way for way in OTHER_WAYS if self.closed(way, methods, provider, base) is None]
        return [self.course(way, methods, provider, base) for way in can]

    def _no_pairs(self) -> Closed | None:
        if not self.pairs.count:
            return "none"
        if self.pairs.count < MIN_TRAIN_EXAMPLES:
            return "too-few"
        return "uncounted" if self.pairs.tokens is None else None

    def _no_method(self, method: Method, methods: Methods, provider: str, base: str) -> Closed | None:
        return None if method in methods.methods_of(provider, base) else "method"

    def _no_parent(self, provider: str, base: str) -> Closed | None:
        if self.promoted is None:
            return "no-version"
        if (self.promoted.provider, self.promoted.base) != (provider, base):
            return "elsewhere"
        return None if is_sound(self.promoted) else "withdrawn"


async def material_of(tx: Transaction, round_: Round) -> Material:
    models = await tx.voice_models.of_voice(round_.voice_id)
    promoted = [one for one in models if one.state == "promoted" and one.version]
    return Material(pairs_in(await tx.round_feedbacks.of_round(round_.round_id)), promoted[-1] if promoted else None)


async def course_asked(tx: Transaction, request: SpendRequest, methods: Methods) -> Course:
    """The one that was asked for, as it stands now. Raises WayClosed."""
    version, parent = request.parent_version, None
    if version is not None:
        parent = await version_of(tx, VoiceId(request.voice_id), version)
    pairs = pairs_in(await tx.round_feedbacks.of_round(RoundId(request.round_id)))
    way: Way = "pairs" if request.method == "dpo" else "examples" if version is None else "go-on"
    return Material(pairs, parent).course(way, methods, request.provider, request.base)


def pairs_in(taken: RoundFeedback | None) -> Pairs:
    """What was forgotten has no file any more."""
    return Pairs(taken.pairs, taken.pair_tokens, taken.pairs_blob) if taken and taken.pairs_blob else Pairs()
