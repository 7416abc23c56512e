"""What each cleaning rule is called, weighs and offers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from pipeline.domain.documents import Choice, Effect, Recipe, Rule, Severity
from pipeline.domain.prepared import Finding, Fix
from pipeline.wording import Evidence, counted, sentence

MAX_SAMPLES: Final = 3
TRAIN_ROWS_NEEDED: Final = 10  # OpenAI's guide: a hard minimum of ten lines in the training file
PLENTY: Final = 25_000  # MAX_TARGET_EXAMPLES of OpenAI's cookbook: beyond it not even three passes are advised
THIN_BELOW: Final = 100  # the old command-line tool warned below this and advised "a few hundred"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """severity: while the rule's finding is kept. fixes: the recommended one first; {n} is the number of documents.

    automatic: fixed unless the recipe says "keep".
    """

    severity: Severity
    fixes: tuple[Fix, ...] = ()
    automatic: bool = False


def rewrite(label: str) -> Fix:
    return Fix("fix", label, "rewrite")


LEAVE_OUT: Final = Fix("fix", "Leave out {n}", "leave-out")
LEAVE_OUT_INSTEAD: Final = Fix("leave-out", "Leave out {n}", "leave-out")
PRIVATE_ONLY: Final = Fix("private-only", "Private training only", "none")
SIGNATURE: Final = Fix("signature", "It's a signature: keep in 1 of 10", "rewrite")
BRACKETS: Final = Fix("brackets", "Keep in brackets in their place", "rewrite")

SPLIT: Final = Fix("split", "Split at headings", "rewrite")
BIGGER_BASE: Final = Fix("bigger-base", "Bigger base", "none")
LEAVE_OUT_OWN: Final = Fix("fix", "Leave out", "leave-out")
CAP: Final = Fix("cap", "Keep max 15 %", "none")

# In the order people read them.
RULES: Final[Mapping[Rule, RuleFacts]] = {
    "markup": RuleFacts("blocker", (rewrite("Take it out"),), automatic=True),
    "shortcode": RuleFacts("blocker", (rewrite("Take them out"),), automatic=True),
    "footnote": RuleFacts("warning", (rewrite("Leave them out"), BRACKETS), automatic=True),
    "code": RuleFacts("warning", (rewrite("Leave it out"),), automatic=True),
    "mojibake": RuleFacts("warning", (rewrite("Repair"),), automatic=True),
    "empty": RuleFacts("warning", (LEAVE_OUT,), automatic=True),
    "secret": RuleFacts("blocker", (rewrite("Mask"), LEAVE_OUT_INSTEAD)),
    "email": RuleFacts("blocker", (rewrite("Mask"), LEAVE_OUT_INSTEAD, PRIVATE_ONLY)),
    "personal-data": RuleFacts("blocker", (rewrite("Mask"), LEAVE_OUT_INSTEAD, PRIVATE_ONLY)),
    "own-draft": RuleFacts("warning", (LEAVE_OUT_OWN, CAP)),
    "language": RuleFacts("warning", (LEAVE_OUT,)),
    "quotation": RuleFacts("warning", (LEAVE_OUT,)),
    "guest-post": RuleFacts("warning", (LEAVE_OUT,)),
    "link-list": RuleFacts("warning", (LEAVE_OUT,)),
    "stale": RuleFacts("warning", (LEAVE_OUT,)),
    "capitals": RuleFacts("warning", (LEAVE_OUT,)),
    "mostly-code": RuleFacts("warning", (LEAVE_OUT,)),
    "series": RuleFacts("warning", (LEAVE_OUT,)),
    "near-duplicate": RuleFacts("warning", (LEAVE_OUT,)),
    "link": RuleFacts("blocker", (rewrite("Remove, keep the words"),)),
    "repeated-passage": RuleFacts("warning", (rewrite("Strip"), SIGNATURE)),
    "bio": RuleFacts("warning", (rewrite("Take them out"),)),
    "call-to-action": RuleFacts("warning", (rewrite("Take them out"),)),
    "too-short": RuleFacts("info", (LEAVE_OUT,)),
    "too-long": RuleFacts("warning", (LEAVE_OUT, SPLIT, BIGGER_BASE)),
    "broken-json": RuleFacts("warning", (LEAVE_OUT,)),
    "label-conflict": RuleFacts("warning", (LEAVE_OUT,)),
    "label-doubt": RuleFacts("warning", (LEAVE_OUT,)),
    "label-spelling": RuleFacts("warning", (rewrite("Use the usual spelling"),)),
    "imbalance": RuleFacts("info"),
    "prompt-frame": RuleFacts("info", (rewrite("Take it out"),)),
    "identical-prompts": RuleFacts("warning"),
    "title-prompts": RuleFacts("warning", (rewrite("Half titles, half briefs"),)),
    "coverage": RuleFacts("info"),
    "few-examples": RuleFacts("info"),
    "many-examples": RuleFacts("info"),
}
FIXABLE: Final[tuple[Rule, ...]] = tuple(rule for rule, facts in RULES.items() if facts.fixes)


def choice_of(recipe: Recipe, rule: Rule) -> Choice:
    """What the recipe in force says of a rule; a choice that the rule does not offer counts as none.

    Nobody can keep an empty document: no provider takes an empty row.
    """
    facts = RULES[rule]
    if rule == "empty":
        return "fix"
    default: Choice = "fix" if facts.automatic else "keep"
    choice = recipe.choices.get(rule, default)
    return choice if choice == "keep" or choice in {fix.choice for fix in facts.fixes} else default


def effect_of(recipe: Recipe, rule: Rule) -> Effect:
    """What the choice in force does to texts."""
    choice = choice_of(recipe, rule)
    return next((fix.effect for fix in RULES[rule].fixes if fix.choice == choice), "none")


def accept(recipe: Recipe, rules: Iterable[Rule] | Literal["all"], findings: Iterable[Finding]) -> Recipe:
    """A recipe that also fixes these rules; "all" means every finding that nobody decided about."""
    chosen = [found.rule for found in findings if found.is_open and not found.decided] if rules == "all" else rules
    accepted: dict[Rule, Choice] = {rule: "fix" for rule in chosen if RULES[rule].fixes}
    return replace(recipe, choices={**recipe.choices, **accepted})


def finding(evidence: Evidence, recipe: Recipe) -> Finding:
    """Put a rule's evidence into words."""
    facts, choice = RULES[evidence.rule], choice_of(recipe, evidence.rule)
    settled = facts.automatic and choice == "fix"
    return Finding(
        rule=evidence.rule,
        severity="info" if settled else facts.severity,
        document_ids=evidence.document_ids,
        occurrences=evidence.occurrences,
        sentence=sentence(evidence, choice),
        fixes=tuple(_labelled(fix, len(evidence.document_ids)) for fix in facts.fixes),
        samples=evidence.samples[:MAX_SAMPLES],
        choice=choice,
        automatic=facts.automatic,
        decided=evidence.rule in recipe.choices,
    )


def _labelled(fix: Fix, documents: int) -> Fix:
    return replace(fix, label=fix.label.format(n=f"{documents:,}"))


def many_examples(kept: int) -> Finding | None:
    """Says that more than a provider's own advice were kept. None when it is no more."""
    if kept <= PLENTY:
        return None
    said = (
        f"*Plenty.* {kept:,} examples cost money each time they are passed over, and the last ones teach little: "
        f"providers pass only once over more than {PLENTY:,}. A thousand well chosen ones are usually as good."
    )
    return Finding("many-examples", "info", (), 0, said, (), (), "keep")


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
    return Finding("few-examples", severity, (), 0, said, (), (), "keep")
