"""What changed from one dataset to another: texts that came, went and were rewritten, and the choices behind it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from pipeline.domain.documents import Choice, DocumentId, Filters, LeftOutReason, Recipe, Rule, Split
from pipeline.domain.origins import Fate, Version
from pipeline.findings import RULES, choice_of
from pipeline.stages.splitting import whole_key

HELD_OUT: Final[frozenset[Split | None]] = frozenset(("test", "validation"))


@dataclass(frozen=True, slots=True)
class ChoiceChange:
    rule: Rule
    before: Choice
    after: Choice


@dataclass(frozen=True, slots=True)
class FilterChange:
    """field: of Filters. before, after: as JSON would hold them."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Texts that a changed choice rewrote. change None: other reasons, such as another version of the file."""

    change: ChoiceChange | None
    keys: tuple[DocumentId, ...]


@dataclass(frozen=True, slots=True)
class Size:
    texts: int
    tokens: int
    words: int


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Texts kept back to test the model. same: the same texts with the same words, in the same part."""

    before: int
    after: int
    to_training: int
    from_training: int
    same: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """All keys are in the order of the version they are from.

    added_from: why an added text was not there before; "" is a source that is new. gone_to: why a text is not there
    any more; "" is a source that was taken out, or a text that its source no longer has.
    split, joined: texts that are now in parts, or no longer; neither they nor their parts count as added or gone.
    prompts: texts whose prompt alone is worded differently. excluded, readmitted: documents left out by hand, or no
    longer.
    """

    before: Size
    after: Size
    added: tuple[DocumentId, ...]
    added_from: Mapping[LeftOutReason | str, int]
    gone: tuple[DocumentId, ...]
    gone_to: Mapping[LeftOutReason | str, int]
    split: tuple[DocumentId, ...]
    joined: tuple[DocumentId, ...]
    rewritten: tuple[Rewriting, ...]
    prompts: tuple[DocumentId, ...]
    choices: tuple[ChoiceChange, ...]
    filters: tuple[FilterChange, ...]
    excluded: tuple[DocumentId, ...]
    readmitted: tuple[DocumentId, ...]
    prompt_style: tuple[str, str] | None
    sources_added: tuple[str, ...]
    sources_gone: tuple[str, ...]
    other_rules: bool
    held_out: HeldOut

    @property
    def all_rewritten(self) -> tuple[DocumentId, ...]:
        return tuple(dict.fromkeys(key for one in self.rewritten for key in one.keys))

    @property
    def same_rows(self) -> bool:
        """Whether a model would be trained on exactly the same."""
        moved = self.held_out.to_training or self.held_out.from_training
        other_parts = self.split or self.joined
        return not (self.added or self.gone or other_parts or self.all_rewritten or self.prompts or moved)


def compare(before: Version, after: Version) -> Difference:
    old, new = kept(before), kept(after)
    both = [key for key in new if key in old]
    rewritten = [key for key in both if before.texts[key].completion != after.texts[key].completion]
    prompts = [key for key in both if key not in set(rewritten) and before.texts[key].prompt != after.texts[key].prompt]
    split, joined = _wholes(old, new), _wholes(new, old)
    together = {*split, *joined}
    added = [key for key in new if key not in old and whole_key(key) not in together]
    gone = [key for key in old if key not in new and whole_key(key) not in together]
    one, other = before.making.recipe, after.making.recipe
    changes = _choices(one, other)
    return Difference(
        before=_size(old.values()),
        after=_size(new.values()),
        added=tuple(added),
        added_from=_reasons(added, before),
        gone=tuple(gone),
        gone_to=_reasons(gone, after),
        split=split,
        joined=joined,
        rewritten=tuple(_rewritings(rewritten, old, new, changes)),
        prompts=tuple(prompts),
        choices=changes,
        filters=_filters(one.filters, other.filters),
        excluded=tuple(key for key in other.excluded if key not in one.excluded),
        readmitted=tuple(key for key in one.excluded if key not in other.excluded),
        prompt_style=None if one.prompt_style == other.prompt_style else (one.prompt_style, other.prompt_style),
        sources_added=_names(after, before),
        sources_gone=_names(before, after),
        other_rules=before.making.rules != after.making.rules,
        held_out=_held_out(old, new),
    )


def kept(version: Version) -> dict[DocumentId, Fate]:
    return {fate.key: fate for fate in version.fates if fate.left_out is None}


def _size(kept_fates: Iterable[Fate]) -> Size:
    fates = list(kept_fates)
    return Size(len(fates), sum(fate.tokens for fate in fates), sum(fate.words for fate in fates))


def _wholes(one: Mapping[DocumentId, Fate], other: Mapping[DocumentId, Fate]) -> tuple[DocumentId, ...]:
    """Texts that are whole in one version and in parts in the other."""
    in_parts = dict.fromkeys(whole_key(key) for key in other if whole_key(key) != key)
    return tuple(key for key in in_parts if key in one)


def _reasons(keys: Sequence[DocumentId], elsewhere: Version) -> dict[LeftOutReason | str, int]:
    """Why each is left out in the other version; "" where that one does not know it. Most first."""
    reasons = {fate.key: fate.left_out for fate in elsewhere.fates if fate.left_out is not None}
    by_hand = set(elsewhere.making.recipe.excluded)

    def reason(key: DocumentId) -> LeftOutReason | str:
        return "excluded" if key in by_hand else reasons.get(whole_key(key)) or ""

    return dict(Counter(map(reason, keys)).most_common())


def _choices(before: Recipe, after: Recipe) -> tuple[ChoiceChange, ...]:
    pairs = [(rule, choice_of(before, rule), choice_of(after, rule)) for rule in RULES]
    return tuple(ChoiceChange(rule, one, other) for rule, one, other in pairs if one != other)


def _filters(before: Filters, after: Filters) -> tuple[FilterChange, ...]:
    one, other = asdict(before), asdict(after)
    return tuple(
        FilterChange(field.name, one[field.name], other[field.name])
        for field in fields(Filters)
        if one[field.name] != other[field.name]
    )


def _rewritings(
    keys: Sequence[DocumentId],
    old: Mapping[DocumentId, Fate],
    new: Mapping[DocumentId, Fate],
    changes: Iterable[ChoiceChange],
) -> list[Rewriting]:
    """A text that two changed rules touch counts for both."""
    found, explained = [], set[DocumentId]()
    for change in changes:
        mine = tuple(key for key in keys if change.rule in old[key].rules or change.rule in new[key].rules)
        explained.update(mine)
        if mine:
            found.append(Rewriting(change, mine))
    rest = tuple(key for key in keys if key not in explained)
    return [*found, Rewriting(None, rest)] if rest else found


def _names(of: Version, without: Version) -> tuple[str, ...]:
    """Sources by name whose bytes the other version does not have."""
    known = {source.sha256 for source in without.making.sources}
    return tuple(source.name for source in of.making.sources if source.sha256 not in known)


def _held_out(old: Mapping[DocumentId, Fate], new: Mapping[DocumentId, Fate]) -> HeldOut:
    before = {key: fate for key, fate in old.items() if fate.split in HELD_OUT}
    after = {key: fate for key, fate in new.items() if fate.split in HELD_OUT}
    return HeldOut(
        before=len(before),
        after=len(after),
        to_training=sum(key in new and key not in after for key in before),
        from_training=sum(key in old and key not in before for key in after),
        same={(k, f.split, f.example_id) for k, f in before.items()}
        == {(k, f.split, f.example_id) for k, f in after.items()},
    )
