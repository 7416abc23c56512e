"""What each cleaning rule is called, weighs and offers, and the sentence people read about it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

from pipeline.domain.documents import (
    Choice,
    Document,
    DocumentId,
    Finding,
    Mark,
    PlainText,
    Recipe,
    Rule,
    Sample,
    Severity,
)
from pipeline.stages import choices, contacts, html, links, mojibake, secrets, shortcodes

Effect = Literal["rewrite", "leave-out", "none"]

MAX_SAMPLES: Final = 3
SAMPLE_CHARS: Final = 80
SHOWN_OF_A_SECRET: Final = 4  # characters that let its owner recognise it and nobody use it
SHOWN_PASSAGES: Final = 3
QUOTE_CHARS: Final = 90
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
_CODE = re.compile(r"<[^<>]{1,400}>")
FIXABLE: Final[tuple[Rule, ...]] = tuple(rule for rule, facts in RULES.items() if facts.fix)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words met in several documents, and in how many: a repeated passage, a series' pattern, a shared prompt."""

    words: str
    documents: int


@dataclass(frozen=True, slots=True)
class Tagged:
    """A document and every rule's opinion about it.

    shortcodes: marks on document.body. marks: on plain.text. title_marks: on title, which is plain.
    """

    key: DocumentId
    document: Document
    plain: PlainText
    title: str
    shortcodes: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    title_marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class TagOptions:
    """The two choices that decide which text the other rules look at."""

    shortcodes_out: bool
    markup_out: bool

    @classmethod
    def of(cls, recipe: Recipe) -> "TagOptions":
        return cls(choice_of(recipe, "shortcode") == "fix", choice_of(recipe, "markup") == "fix")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule found over a whole set, before it is put into words.

    of_documents: how many documents the rule looked at. noun: what the set's documents are called, "post" or "text".
    passages: for rules that quote what they found, most frequent first. limit: tokens or words, for the length rules.
    """

    rule: Rule
    document_ids: tuple[DocumentId, ...]
    occurrences: int
    of_documents: int
    noun: str = "post"
    samples: tuple[Sample, ...] = ()
    passages: tuple[Passage, ...] = ()
    limit: int = 0

    @property
    def documents(self) -> str:
        return counted(len(self.document_ids), self.noun)


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
        sentence=_settled_sentence(evidence) if settled else _sentence(evidence),
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


def tag(key: DocumentId, document: Document, options: TagOptions) -> Tagged:
    """Mark one document; nothing in it is changed."""
    found = tuple(shortcodes.find_shortcodes(document.body))
    body = _without(document.body, found) if options.shortcodes_out else document.body
    plain = html.to_plain(body, markup=document.markup)
    title = html.to_plain(document.title, markup="html").text if {"<", "&"} & set(document.title) else document.title
    title = " ".join(title.split())
    return Tagged(
        key=key,
        document=document,
        plain=plain if options.markup_out else replace(plain, text=body, anchors=()),
        title=title,
        shortcodes=found,
        marks=_marks(plain.text if options.markup_out else body),
        title_marks=_marks(title),
    )


def _without(body: str, marks: Iterable[Mark]) -> str:
    """A body without its shortcodes and otherwise untidied: "[words](…)" has to stay a link."""
    kept: list[str] = []
    at = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        kept += [body[at : mark.start], mark.replacement if mark.start >= at else ""]
        at = max(at, mark.end)
    return "".join([*kept, body[at:]])


def _marks(text: str) -> tuple[Mark, ...]:
    finders = (
        mojibake.find_mojibake,
        secrets.find_secrets,
        contacts.find_emails,
        contacts.find_phones,
        links.find_links,
    )
    return tuple(mark for find in finders for mark in find(text))


def places(rule: Rule, tagged: Tagged) -> list[Mark]:
    """Every place of a rule in a text and its title; an address that is its own link counts once."""
    marks = of_rule(rule, tagged.marks)
    if rule == "link":
        marks += [a for a in tagged.plain.anchors if not any(m.start < a.end and a.start < m.end for m in marks)]
    return marks + of_rule(rule, tagged.title_marks)


def of_rule(rule: Rule, marks: Iterable[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark.rule == rule]


def mark_samples(marked: Iterable[tuple[Tagged, str, Sequence[Mark]]]) -> list[Sample]:
    """The first place of each of the first few documents that have one."""
    first = islice(((tagged, text, marks[0]) for tagged, text, marks in marked if marks), MAX_SAMPLES)
    return [mark_sample(tagged.document.document_id, tagged.title, text, mark) for tagged, text, mark in first]


def markup_sample(tagged: Tagged) -> Sample:
    """The first code of a body, as it is and without it."""
    code = _CODE.search(tagged.document.body)
    if code is None:
        return opening(tagged)
    mark = Mark("markup", code.start(), code.end())
    return mark_sample(tagged.document.document_id, tagged.title, tagged.document.body, mark)


def opening(tagged: Tagged) -> Sample:
    return opening_sample(tagged.document.document_id, tagged.title, tagged.plain.text)


def mark_sample(document_id: DocumentId, title: str, text: str, mark: Mark) -> Sample:
    """A place as it is and as fixed; of a secret only the first characters are ever shown."""
    _, after = choices.preview(text, mark, width=SAMPLE_CHARS)
    if mark.rule == "secret":
        text, mark = _covered(text, mark)
    before, _ = choices.preview(text, mark, width=SAMPLE_CHARS)
    return Sample(document_id, title, before, after)


def opening_sample(document_id: DocumentId, title: str, text: str) -> Sample:
    """How a document begins, for rules that leave it out whole."""
    return Sample(document_id, title, shortened(text, SAMPLE_CHARS), "")


def shortened(text: str, size_chars: int) -> str:
    """One line of at most size_chars characters, cut between words."""
    line = " ".join(text.split())
    if len(line) <= size_chars:
        return line
    cut = line[: size_chars - 1]
    return cut[: cut.rfind(" ")].rstrip(" ,;:–—-") + "…" if " " in cut else cut + "…"


def counted(number: int, noun: str) -> str:
    """ "1 post", "1,204 posts"."""
    if number == 1:
        return f"1 {noun}"
    plural = noun + ("es" if noun.endswith(("ss", "s", "x")) else "s")
    return f"{number:,} {plural}"


def _covered(text: str, mark: Mark) -> tuple[str, Mark]:
    shown = text[mark.start : mark.start + SHOWN_OF_A_SECRET] + "…"
    return text[: mark.start] + shown + text[mark.end :], replace(mark, end=mark.start + len(shown))


def _verb(evidence: Evidence, one: str, several: str) -> str:
    return one if len(evidence.document_ids) == 1 else several


def _settled_sentence(e: Evidence) -> str:
    """For what is done without asking, and can be undone."""
    match e.rule:
        case "markup":
            return f"*Formatting.* Web-page code taken out of {e.documents}; headings, lists and paragraphs stay."
        case "shortcode":
            return f"*Shortcodes.* {counted(e.occurrences, 'shortcode')} taken out of {e.documents}."
        case "mojibake":
            return f"*Garbled letters.* {counted(e.occurrences, 'place')} repaired in {e.documents}."
        case _:
            return (
                f"*Empty.* {e.documents} {_verb(e, 'has', 'have')} no words left after cleaning, so nothing to learn."
            )


def _sentence(e: Evidence) -> str:
    match e.rule:
        case "series":
            return _series_sentence(e)
        case "repeated-passage":
            return _repeated_sentence(e)
        case "identical-prompts":
            asked = f"“{shortened(e.passages[0].words, QUOTE_CHARS)}”" if e.passages else "the same words"
            return f"*The same request.* {e.documents} answer a request that others answer too, such as {asked}. " + (
                "A model asked twice for one thing learns to average the answers."
            )
        case _:
            return _harm(e)


def _harm(e: Evidence) -> str:
    """What was found and why it harms, for rules that need nothing but numbers."""
    some, n = e.documents, e.occurrences
    has, repeats, are = _verb(e, "has", "have"), _verb(e, "repeats", "repeat"), _verb(e, "is", "are")
    sentences: dict[Rule, str] = {
        "markup": f"*Formatting.* {some} still {has} web-page code in the text. A model trained on it writes code "
        "between its sentences.",
        "shortcode": f"*Shortcodes.* {some} still {has} commands in [brackets] that only the website understands. "
        "A model learns to write them.",
        "mojibake": f"*Garbled letters.* {counted(n, 'place')} in {some} were damaged by a wrong conversion, such as "
        "“Ã©” for “é”. A model learns the damage.",
        "secret": f"*Secrets.* {some} {has} what looks like a password or an access key ({counted(n, 'place')}). "
        "A model can give it to anyone who asks for a draft.",
        "email": f"*E-mail addresses.* {counted(n, 'address')} in {some}. A model may repeat such details; hosted "
        "training is blocked until you decide.",
        "personal-data": f"*Personal data.* {counted(n, 'phone or account number')} in {some}. A model may "
        "repeat such details; hosted training is blocked until you decide.",
        "language": f"*Another language.* {some} {are} in another language than the rest. Mixed in, that blurs the "
        "voice.",
        "quotation": f"*Mostly quotation.* {some} {are} mostly other people's words. That teaches their voice, not "
        "the writer's.",
        "near-duplicate": f"*Nearly the same.* {some} {repeats} another {e.noun} almost word for word. A model learns "
        "such text by heart; one of each stays.",
        "link": f"*Links.* {counted(n, 'web address')} in {some}. Models trained on these invent links.",
        "too-short": f"*Too short.* {some} {has} fewer than {e.limit:,} words. That says little about the voice and "
        "teaches stopping early.",
        "too-long": f"*Too long.* {some} {are} over {e.limit:,} tokens. A provider cuts the end off, so the model "
        "never sees how a text closes.",
    }
    return sentences[e.rule]


def _series_sentence(e: Evidence) -> str:
    teach = "That teaches the template, not the writer."
    if len(e.passages) == 1:
        share = _verb(e, "shares", "share")
        are = _verb(e, "is", "are")
        return f"*A series.* {e.documents} {are} “{e.passages[0].words}” and {share} most of their skeleton. {teach}"
    shown = ", ".join(f"“{passage.words}” ({passage.documents:,})" for passage in e.passages[:SHOWN_PASSAGES])
    more = _and_more(e.passages)
    return f"*Several series.* {e.documents} follow a pattern: {shown}{more}. {teach}"


def _repeated_sentence(e: Evidence) -> str:
    often = any(2 * passage.documents > e.of_documents for passage in e.passages[:SHOWN_PASSAGES])
    head = f"*Said in almost every {e.noun}.*" if often else "*Said again and again.*"
    shown = "; ".join(
        f"“{shortened(passage.words, QUOTE_CHARS)}” — in {passage.documents:,} of {e.of_documents:,}"
        for passage in e.passages[:SHOWN_PASSAGES]
    )
    return f"{head} {shown}{_and_more(e.passages)}. A model says such words in every draft."


def _and_more(passages: Sequence[Passage]) -> str:
    hidden = len(passages) - SHOWN_PASSAGES
    return f"; and {hidden:,} more" if hidden > 0 else ""
