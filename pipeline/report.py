"""What was found and kept, for programs (JSON) and for people (Markdown)."""

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from pipeline.domain.prepared import Finding, Prepared, heads_of
from pipeline.domain.spending import Estimate, Range
from pipeline.reasons import in_order, left_out_words
from pipeline.text_charts import coverage_lines

MAX_BARS: Final = 20
BAR_WORDS: Final = tuple(lead * 10**zeros for zeros in range(1, 7) for lead in (1, 2, 5))  # 10, 20, 50, 100 …
SPLITS: Final = ("train", "validation", "test")
MICROUSD_PER_CENT: Final = 10_000


def report_json(prepared: Prepared, estimate: Estimate | None = None) -> dict[str, Any]:
    """Plain values only, ready for json.dumps; the keys are the program's promise to scripts."""
    return {
        "documents_read": prepared.documents_read,
        "kept": prepared.kept,
        "left_out": prepared.left_out_counts,
        "examples": len(prepared.examples),
        "splits": splits(prepared),
        "tokens": prepared.tokens,
        "train_tokens": prepared.train_tokens,
        "words": prepared.words,
        "first_published": _day(prepared.first_published),
        "last_published": _day(prepared.last_published),
        "private_only": prepared.private_only,
        "by_month": dict(prepared.by_month),
        "topics": asdict(prepared.topics) if prepared.topics else None,
        "lengths": lengths(prepared),
        "estimate": _estimate_json(estimate) if estimate else None,
        "findings": [_finding_json(finding) for finding in prepared.findings],
        "notices": [
            {"kind": notice.kind, "source": notice.source_name, "detail": notice.detail, "sample": notice.sample}
            for notice in prepared.notices
        ],
        "content_hash": prepared.content_hash,
        "figures": asdict(prepared.figures) if prepared.figures else None,
    }


def report_markdown(prepared: Prepared, estimate: Estimate | None = None) -> str:
    """The same as a page to read."""
    parts = ["# Cleaning report", _counts(prepared), _left_out(prepared), _coverage(prepared), _notices(prepared)]
    parts.append(_findings(prepared))
    parts += [_training(estimate), f"Content hash: `{prepared.content_hash}`"]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary(prepared: Prepared, estimate: Estimate | None = None) -> str:
    """A few lines for a terminal."""
    lines = [f"{prepared.documents_read:,} read, {prepared.kept:,} kept."]
    if prepared.left_out:
        lines.append("Left out: " + ", ".join(left_out_words(prepared.left_out_counts)) + ".")
    for finding in prepared.findings:
        lines.append(f"{'x' if finding.resolved else '-'} {finding.sentence.replace('*', '')}{_state(finding)}")
    lines.append(_size(prepared))
    if estimate:
        lines.append(_cost(estimate))
    return "\n".join(lines) + "\n"


def splits(prepared: Prepared) -> dict[str, int]:
    counts = Counter(example.split for example in heads_of(prepared.examples))
    return {split: counts[split] for split in SPLITS}


def lengths(prepared: Prepared) -> list[dict[str, int]]:
    """How many examples have from so many words to fewer than so many; bars of equal width, empty ones too."""
    words = [example.words for example in heads_of(prepared.examples)]
    if not words:
        return []
    width = next(width for width in BAR_WORDS if max(words) < MAX_BARS * width or width == BAR_WORDS[-1])
    bars = Counter(min(count // width, MAX_BARS - 1) for count in words)
    return [
        {"from": number * width, "below": (number + 1) * width, "examples": bars[number]}
        for number in range(max(bars) + 1)
    ]


def dollars(amount_microusd: int) -> str:
    """To the cent, halves up: 8,799,960 is $8.80. Less than a cent, but not nothing, says so."""
    if 0 < amount_microusd < MICROUSD_PER_CENT // 2:
        return "under $0.01"
    cents = (amount_microusd + MICROUSD_PER_CENT // 2) // MICROUSD_PER_CENT
    return f"${cents // 100:,}.{cents % 100:02d}"


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "documents": finding.documents,
        "document_ids": list(finding.document_ids),
        "occurrences": finding.occurrences,
        "sentence": finding.sentence,
        "fix": finding.fix,
        "fixes": [{"choice": fix.choice, "label": fix.label} for fix in finding.fixes],
        "decided": finding.decided,
        "is_open": finding.is_open,
        "choice": finding.choice,
        "automatic": finding.automatic,
        "examples": [
            {"document_id": s.document_id, "title": s.title, "before": s.before, "after": s.after}
            for s in finding.samples
        ],
    }


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    return {
        "provider": estimate.provider,
        "base": estimate.base,
        "examples": estimate.examples,
        "train_tokens": estimate.train_tokens,
        "validation_tokens": estimate.validation_tokens,
        "epochs": estimate.epochs,
        "training_microusd": _range_json(estimate.training),
        "drafts_per_month": estimate.drafts_per_month,
        "hosting_microusd": _range_json(estimate.hosting),
        "drafting_microusd": _range_json(estimate.drafting),
        "few_shot_microusd": _range_json(estimate.few_shot),
        "price_source": estimate.price_source,
        "price_as_of": estimate.price_as_of.isoformat(),
        "encoding_is_exact": estimate.encoding_is_exact,
        "shutdown_on": _day(estimate.shutdown_on),
    }


def _range_json(amounts: Range) -> dict[str, int]:
    return {"low": amounts.low_microusd, "expected": amounts.expected_microusd, "high": amounts.high_microusd}


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _counts(prepared: Prepared) -> str:
    when = ""
    if prepared.first_published and prepared.last_published:
        when = f", {prepared.first_published:%b %Y} – {prepared.last_published:%b %Y}"
    return f"**{prepared.kept:,} kept** of {prepared.documents_read:,} read{when}. {_size(prepared)}"


def _size(prepared: Prepared) -> str:
    parts = ", ".join(f"{number:,} {split}" for split, number in splits(prepared).items())
    return f"{len(prepared.examples):,} examples ({parts}) · {prepared.tokens:,} tokens · {prepared.words:,} words."


def _left_out(prepared: Prepared) -> str:
    if not prepared.left_out:
        return ""
    rows = [f"- {line}" for line in left_out_words(prepared.left_out_counts)]
    total = " + ".join(f"{number:,}" for _, number in in_order(prepared.left_out_counts))
    return "\n".join(
        ["## Left out", "", *rows, "", f"{prepared.kept:,} + {total} = {prepared.documents_read:,}"],
    )


def _coverage(prepared: Prepared) -> str:
    topics = asdict(prepared.topics) if prepared.topics else None
    rows = [f"- {_escaped(line)}" for line in coverage_lines({"by_month": prepared.by_month, "topics": topics})]
    return "\n".join(["## Coverage", "", *rows]) if rows else ""


def _notices(prepared: Prepared) -> str:
    if not prepared.notices:
        return ""
    rows = [
        f"- {_escaped(notice.source_name)}: {_escaped(notice.detail)}{_quoted(notice.sample)}"
        for notice in prepared.notices
    ]
    return "\n".join(["## Please look at", "", *rows])


def _findings(prepared: Prepared) -> str:
    if not prepared.findings:
        return ""
    blocks = [_finding_block(number, finding) for number, finding in enumerate(prepared.findings, start=1)]
    return "\n\n".join(["## Findings", *blocks])


def _finding_block(number: int, finding: Finding) -> str:
    head, _, rest = finding.sentence.removeprefix("*").partition("*")
    lines = [f"{number}. **{head}**{_escaped(rest)}{_state(finding)}"]
    for sample in finding.samples:
        shown = f"`{_code(sample.before)}`" if sample.before else "(nothing)"
        if finding.effect == "leave-out":
            lines.append(f"   - {_escaped(sample.title) or sample.document_id}: {shown}")
        else:
            after = f"`{_code(sample.after)}`" if sample.after else "(nothing)"
            lines.append(f"   - {_escaped(sample.title) or sample.document_id}: {shown} → {after}")
    return "\n".join(lines)


def _state(finding: Finding) -> str:
    if not finding.fixes:
        return ""
    if finding.resolved:
        return f" [done: {' / '.join(fix.label for fix in finding.fixes if fix.choice == finding.choice)}]"
    must = ", must be settled before paying" if finding.severity == "blocker" else ""
    return f" [{'open' if finding.is_open else 'kept'}{must}: {' / '.join(fix.label for fix in finding.fixes)}]"


def _training(estimate: Estimate | None) -> str:
    if not estimate:
        return ""
    return f"## Cost\n\n{_cost(estimate)}"


def _cost(estimate: Estimate) -> str:
    training = estimate.training
    near = "" if estimate.encoding_is_exact else " Counted with a near tokenizer, ± 8 %."
    lives = f" The base stops answering on {estimate.shutdown_on:%d %b %Y}." if estimate.shutdown_on else ""
    return (
        f"Training on {estimate.base} at {estimate.provider}: {dollars(training.expected_microusd)} "
        f"({dollars(training.low_microusd)} – {dollars(training.high_microusd)}), {estimate.train_tokens:,} tokens × "
        f"{estimate.epochs} epochs.{near} {estimate.drafts_per_month} drafts a month: "
        f"{dollars(estimate.drafting.expected_microusd)}; without training, with five posts in every prompt: "
        f"{dollars(estimate.few_shot.expected_microusd)}.{lives} Price read on {estimate.price_as_of:%d %b %Y}: "
        f"{estimate.price_source}."
    )


def _quoted(sample: str) -> str:
    return f" (`{_code(sample)}`)" if sample else ""


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").split())


def _escaped(text: str) -> str:
    """Text from a file, so that it cannot become markup of the page."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#" else char for char in text)
