"""The file that a run learns from when it learns from pairs (pure): what people preferred, and what they did not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.domain.documents import Mark
from pipeline.domain.feedback import PairTokens
from pipeline.feedback_rows import dpo_lines
from pipeline.round_rows import PairRow
from pipeline.stages.contacts import find_emails, find_phones
from pipeline.stages.health import find_health
from pipeline.stages.identifiers import find_identifiers
from pipeline.stages.links import find_links
from pipeline.stages.secrets import find_secrets

# What cleaning asks about in texts. Nobody is asked about drafts and their corrections, so it never goes into the file.
FINDERS = (find_secrets, find_emails, find_phones, find_identifiers, find_health, find_links)


@dataclass(frozen=True, slots=True)
class PairsFile:
    """content: as dpo_lines. pairs: how many there are in it."""

    content: bytes
    pairs: int
    tokens: PairTokens


def pairs_file(rows: Iterable[PairRow], system: str, row_tokens: Callable[[Sequence[str]], int]) -> PairsFile:
    """row_tokens: of a row from the texts of its messages, marks and all.

    Pairs that only differed in what is masked teach nothing and are left out.
    """
    fit = [masked for row in rows if (masked := _masked(row)).chosen.strip() != masked.rejected.strip()]
    prompts = sum(row_tokens((system, row.brief)) for row in fit)
    whole = sum(row_tokens((system, row.brief, row.chosen, row.rejected)) for row in fit)
    return PairsFile(dpo_lines(fit, system), len(fit), PairTokens(prompts, whole - prompts))


def _masked(row: PairRow) -> PairRow:
    brief, chosen, rejected = map(masked, (row.brief, row.chosen, row.rejected))
    return replace(row, brief=brief, chosen=chosen, rejected=rejected)


def masked(text: str) -> str:
    """Without personal data, secrets and web addresses; a word in brackets stands for most of them."""
    found = sorted((mark for find in FINDERS for mark in find(text)), key=lambda mark: (mark.start, -mark.end))
    kept: list[Mark] = []
    for mark in found:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    for mark in reversed(kept):
        text = text[: mark.start] + mark.replacement + text[mark.end :]
    return text
