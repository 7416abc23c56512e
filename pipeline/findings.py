"""What each cleaning rule is called, weighs and offers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from pipeline.domain.documents import (
    Choice,
    Finding,
    Recipe,
    Rule,
    Severity,
)
from pipeline.wording import Evidence, counted, sentence

Effect = Literal["rewrite", "leave-out", "none"]

MAX_SAMPLES: Final = 3
TRAIN_ROWS_NEEDED: Final = 10  # OpenAI's guide: a hard minimum of ten lines in the training file
THIN_BELOW: Final = 100  # the old command-line tool warned below this and advised "a few hundred"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """severity: while the rule's finding is kept. fix: button label, {n} is the number of documents, "" if none.

    effect: whether the fix rewrites places in texts or leaves documents out.
    automatic: fixed unless the recipe says "keep".
    """

    severity: Severity
    fix: str
    effect: Effect
    automatic: bool = False


# In the order people read them. "own-draft" and "imbalance" belong to rounds and to classification: not found here.
RULES: Final[Mapping[Rule, RuleFacts]] = {
    "markup": RuleFacts("blocker", "Take it out", "rewrite", automatic=True),
    "shortcode": RuleFacts("blocker", "Take them out", "rewrite", automatic=True),
    "mojibake": RuleFacts("warning", "Repair", "rewrite", automatic=True),
    "empty": RuleFacts("warning", "Leave out {n}", "leave-out", automatic=True),
    "secret": RuleFacts("blocker", "Mask", "rewrite"),
    "email": RuleFacts("blocker", "Mask", "rewrite"),
    "personal-data": RuleFacts("blocker", "Mask", "rewrite"),
    "language": RuleFacts("warning", "Leave out {n}", "leave-out"),
    "quotation": RuleFacts("warning", "Leave out {n}", "leave-out"),
    "series": RuleFacts("warning", "Leave out {n}", "leave-out"),
    "near-duplicate": RuleFacts("warning", "Leave out {n}", "leave-out"),
    "link": RuleFacts("blocker", "Remove, keep the words", "rewrite"),
    "repeated-passage": RuleFacts("warning", "Strip", "rewrite"),
    "too-short": RuleFacts("info", "Leave out {n}", "leave-out"),
    "too-long": RuleFacts("warning", "Leave out {n}", "leave-out"),
    "identical-prompts": RuleFacts("warning", "", "none"),
    "few-examples": RuleFacts("info", "", "none"),
}
FIXABLE: Final[tuple[Rule, ...]] = tuple(rule for rule, facts in RULES.items() if facts.fix)


def choice_of(recipe: Recipe, rule: Rule) -> Choice:
    """What the recipe in force says of a rule. Nobody can keep an empty document: no provider takes an empty row."""
    if rule == "empty":
        return "fix"
    return recipe.choices.get(rule, "fix" if RULES[rule].automatic else "keep")


def accept(recipe: Recipe, rules: Iterable[Rule] | Literal["all"], findings: Iterable[Finding]) -> Recipe:
    """A recipe that also fixes these rules; "all" means every finding that offers a fix."""
    chosen = [finding.rule for finding in findings if finding.fix] if rules == "all" else list(rules)
    accepted: dict[Rule, Choice] = {rule: "fix" for rule in chosen if RULES[rule].fix}
    return replace(recipe, choices={**recipe.choices, **accepted})


def finding(evidence: Evidence, choice: Choice) -> Finding:
    """Put a rule's evidence into words."""
    facts = RULES[evidence.rule]
    settled = facts.automatic and choice == "fix"
    return Finding(
        rule=evidence.rule,
        severity="info" if settled else facts.severity,
        document_ids=evidence.document_ids,
        occurrences=evidence.occurrences,
        sentence=sentence(evidence, choice),
        fix=facts.fix.format(n=f"{len(evidence.document_ids):,}"),
        samples=evidence.samples[:MAX_SAMPLES],
        choice=choice,
        automatic=facts.automatic,
    )


def few_examples(kept: int, train_rows: int, noun: str) -> Finding | None:
    """Says that a set is thin; a blocker when no provider would take it. None when it is large enough."""
    if train_rows < TRAIN_ROWS_NEEDED:
        severity: Severity = "blocker"
        said = f"*Too few.* {counted(kept, noun)} leave {train_rows} to train on; most providers need at least "
        said += f"{TRAIN_ROWS_NEEDED}."
    elif kept < THIN_BELOW:
        severity = "info"
        said = f"*Few.* {kept} is thin: a few hundred is the usual advice. Enough for a rehearsal."
    else:
        return None
    return Finding("few-examples", severity, (), 0, said, "", (), "keep")
