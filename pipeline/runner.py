"""Strings the stages together: tags every document, lets the recipe choose, counts what is left out and why.

Order, which decides what is counted over what:
1. filters, then documents excluded by hand
2. marks inside each document (formatting, shortcodes, footnotes, code, garbled letters, links, addresses, secrets),
   found over all selected documents, whatever is left out later
3. documents left out, each rule looking at what the ones before it left: empty, language, quotation, series,
   near-duplicate
4. repeated passages, over the documents still in
5. cleaning: all accepted marks at once; a document without a word left counts as empty
6. too short, then too long, on the clean text and the whole row
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, Final

from pipeline import findings as words
from pipeline import samples as samples_of
from pipeline.cleaning import TOO_SHORT_WORDS, Cleaner, CleanTexts, clean_texts, own_marks
from pipeline.domain.documents import DocumentId, DocumentRule, LeftOutReason, Mark, Post, PromptStyle, Recipe, Rule
from pipeline.domain.prepared import Finding, Prepared, RowHead, Sample, Topics, heads_of
from pipeline.domain.reading import Item
from pipeline.domain.voices import Purpose
from pipeline.errors import NothingLeft
from pipeline.examples import RowMaker, assign_splits, content_hash
from pipeline.findings import choice_of, effect_of
from pipeline.fitting import fitted
from pipeline.models.tokens import row_tokens
from pipeline.ports import Progress
from pipeline.prompts import Salience
from pipeline.rows import TextRows, text_rows
from pipeline.stages import answers, coverage, label_doubts, language, near_duplicates, own_drafts, repeats, series
from pipeline.stages.frames import Frame, find_frame
from pipeline.stages.outlines import Outline
from pipeline.stages.splitting import whole_key
from pipeline.stages.stale import long_before_the_newest
from pipeline.survey import Corpus, left_out_for, survey
from pipeline.tagged import EDGE_RULES, PLACED, Flag, Tagged
from pipeline.tagging import TagOptions, of_rule
from pipeline.topics import topics_of
from pipeline.wording import Evidence, Passage

# Rules that point at places and may also leave the whole document out, and the reason that is then counted.
LEFT_OUT_FOR_MARKS: Final[Mapping[Rule, LeftOutReason]] = {
    "secret": "secret",
    "email": "personal-data",
    "personal-data": "personal-data",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What rows are made for. system: the system message, "" for none.

    count_tokens: of one text; it travels to other processes when there are any.
    own_drafts: what was drafted for this voice; a text that is one of them was not written by its owner.
    purpose: what the voice is for; None where nobody said it.
    """

    system: str
    context_tokens: int
    count_tokens: Callable[[str], int]
    own_drafts: tuple[str, ...] = ()
    purpose: Purpose | None = None


def prepare(
    items: Iterable[Item],
    recipe: Recipe,
    target: Target,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Everything known of what was read under one recipe. Raises NothingLeft when the filters keep nothing."""
    return decide(survey(items, recipe, executor=executor, progress=progress), recipe, target, executor=executor)


def decide(corpus: Corpus, recipe: Recipe, target: Target, *, executor: Executor | None = None) -> Prepared:
    """Let a recipe choose on a corpus that fits it. Raises NothingLeft when the filters kept nothing.

    executor: where texts are cleaned and rows are made; None is here.
    """
    if not corpus.tagged:
        author, count = max(corpus.other_authors.items(), key=lambda pair: pair[1], default=(None, 0))
        raise NothingLeft(corpus.documents_read, author, count)
    decision = _Decision(corpus, recipe, target, executor)
    decision.leave_out_less_read()
    decision.note_marks()
    decision.leave_out_posts()
    decision.note_repeats()
    decision.clean()
    return decision.prepared()


class _Decision:
    """A recipe at work: what remains, what was left out, what was found."""

    def __init__(self, corpus: Corpus, recipe: Recipe, target: Target, executor: Executor | None) -> None:
        self.corpus = corpus
        self.recipe = recipe
        self.target = target
        self.executor = executor
        self.cleaner = Cleaner(recipe)
        self.remaining = list(corpus.tagged)
        self.left_out = list(corpus.left_out)
        self.findings: dict[Rule, Finding] = {}
        self.touched: dict[Rule, tuple[DocumentId, ...]] = {}
        self.repeated: Mapping[DocumentId, list[Mark]] = {}
        self.same_text: list[set[DocumentId]] = []
        self.made: TextRows | None = None
        self.salience = Salience(0, {})
        self.noun = "post" if all(tagged.is_post for tagged in corpus.tagged) else "text"

    def note_marks(self) -> None:
        """Rules that point at places inside one document, over all selected documents."""
        for rule in PLACED:
            counts = {t.key: t.count(rule) for t in self.remaining}
            kinds = samples_of.kinds_of(
                (instead, number) for t in self.remaining for of, instead, number in t.kinds if of == rule
            )
            self._note_places(rule, counts, self._samples(rule), kinds=kinds)

    def leave_out_less_read(self) -> None:
        """What has no figures stays: not known is not little."""
        joined, percent = self.corpus.joined, self.recipe.filters.best_percent
        if percent is not None:
            worse = joined.performance.keys() - joined.best(percent)
            self._go([t for t in self.remaining if t.key in worse], "less-read")

    def leave_out_posts(self) -> None:
        for rule, reason in LEFT_OUT_FOR_MARKS.items():
            if effect_of(self.recipe, rule) == "leave-out":
                self._go([t for t in self.remaining if t.count(rule)], reason)
        self._leave_out("empty", [t.key for t in self.remaining if self._is_empty(t)])
        self._own_drafts()
        self._leave_out("language", language.foreign({t.key: t.language for t in self.remaining}))
        self._leave_out("quotation", [t.key for t in self.remaining if t.quoted])
        self._leave_out("guest-post", self._flagged("guest-post"))
        self._leave_out("link-list", self._flagged("link-list"))
        self._leave_out("stale", [*self._flagged("stale"), *self._old_versions()])
        self._leave_out("capitals", self._flagged("capitals"))
        self._leave_out("mostly-code", self._flagged("mostly-code"))
        found = sorted(series.find_series(*self._posts()), key=lambda one: -len(one.document_ids))
        patterns = [Passage(one.pattern, len(one.document_ids)) for one in found]
        self._leave_out("series", [key for one in found for key in one.document_ids], passages=tuple(patterns))
        copies = near_duplicates.find_near_duplicates(*self._posts())
        self.same_text = [{group.keep, *group.leave_out} for group in copies]
        self._leave_out("near-duplicate", [key for group in copies for key in group.leave_out] + self._asked_twice())
        self._judge_answers()

    def note_repeats(self) -> None:
        found = repeats.find_repeats(*self._posts())
        by_document: dict[DocumentId, list[Mark]] = {}
        for passage in found:
            for key, marks in passage.marks.items():
                by_document.setdefault(key, []).extend(marks)
        self.repeated = by_document
        marked = ((t, by_document[t.key]) for t in self.remaining if t.key in by_document)
        first = [(self.corpus.marked(t), marks) for t, marks in islice(marked, words.MAX_SAMPLES)]
        samples = samples_of.mark_samples([(t, t.plain.text, marks) for t, marks in first])
        passages = [Passage(one.text, len(one.document_ids)) for one in found]
        places = {key: len(marks) for key, marks in by_document.items()}
        self._note_places("repeated-passage", places, samples, passages=tuple(passages))
        for rule in EDGE_RULES:
            ends = ((t, own_marks(t.at_ends(rule), by_document.get(t.key, ()))) for t in self.remaining if t.ends)
            own = {t.key: marks for t, marks in ends if marks}
            touched = islice((t for t in self.remaining if t.key in own), words.MAX_SAMPLES)
            samples = samples_of.mark_samples(
                [(marked, marked.plain.text, own[marked.key]) for marked in map(self.corpus.marked, touched)]
            )
            self._note_places(rule, {key: len(marks) for key, marks in own.items()}, samples)

    def clean(self) -> None:
        """Apply what was accepted, make the rows, and drop those that do not fit."""
        packed = ((self.corpus.shelf.read(t.whole), self.repeated.get(t.key, ())) for t in self.remaining)
        clean = clean_texts(self.cleaner, packed, [t.key for t in self.remaining], self.executor)
        self.salience = clean.salience
        self._leave_out("empty", [text.key for text in clean.texts if not text.words])
        short_answers = {tagged.key for tagged in self.remaining if tagged.answer is not None}
        short = [t.key for t in clean.texts if 0 < t.words < TOO_SHORT_WORDS and t.key not in short_answers]
        self._leave_out("too-short", short, limit=TOO_SHORT_WORDS)
        self.made = self._fit(clean)
        self._note_identical_prompts(self.made)
        if self.recipe.prompt_style == "title":
            asked = Counter(whole_key(row.key) for row in self.made.rows)
            self._note_places("title-prompts", asked, ())

    def _fit(self, clean: CleanTexts) -> TextRows:
        """Rows of the texts that stay, long ones in parts where that was chosen."""
        limit = self.target.context_tokens
        made = text_rows(self._maker(), clean, {t.key for t in self.remaining}, self.executor)
        too_long = {row.key for row in made.rows if row.tokens > limit}
        longest = max((row.tokens for row in made.rows), default=0)
        if not too_long or choice_of(self.recipe, "too-long") != "split":
            self._leave_out("too-long", too_long, limit=limit, longest=longest)
            return made.only({t.key for t in self.remaining})
        fits = fitted(clean, too_long, self._maker(), limit)
        self._leave_out("too-long", too_long, limit=limit, left_over=len(fits.unsplit))
        self._go([t for t in self.remaining if t.key in fits.unsplit], "too-long")
        self.same_text += fits.parts
        excluded = set(self.recipe.excluded)
        out = {whole_key(min(parts)) for parts in fits.parts if parts <= excluded}
        self._go([t for t in self.remaining if t.key in out], "excluded")
        kept = {t.key for t in self.remaining}.union(*fits.parts) - excluded
        return text_rows(self._maker(), fits.texts, kept, self.executor)

    def _own_drafts(self) -> None:
        """With "cap", only those beyond the share that may stay go."""
        drafts = self.target.own_drafts
        overlaps = own_drafts.find_own_drafts(self.corpus.posts(self.remaining), drafts) if drafts else {}
        self._leave_out("own-draft", overlaps, percent=round(100 * max(overlaps.values(), default=0.0)))
        if choice_of(self.recipe, "own-draft") == "cap":
            beyond = set(own_drafts.beyond_cap(list(overlaps), len(self.remaining) - len(overlaps)))
            self._go([t for t in self.remaining if t.key in beyond], "own-draft")

    def prepared(self) -> Prepared:
        assert self.made is not None
        splits = assign_splits({row.key: row.topic for row in self.made.rows}, self.same_text)
        examples = self.made.examples(splits)
        train_rows = sum(split == "train" for split in splits.values())
        if few := words.few_examples(len(examples), train_rows, self.noun):
            self.findings[few.rule] = few
        if many := words.many_examples(len(examples)):
            self.findings[many.rule] = many
        days = [t.published_at.date() for t in self.remaining if t.published_at]
        by_month = dict(sorted(Counter(f"{day:%Y-%m}" for day in days).items()))
        topics = self._topics(heads_of(examples))
        self._note_coverage(by_month, topics)
        prepared = Prepared(
            documents_read=self.corpus.documents_read,
            kept=len(self.remaining),
            left_out=tuple(left_out for _, left_out in sorted(self.left_out, key=lambda pair: pair[0])),
            findings=tuple(self.findings[rule] for rule in words.RULES if rule in self.findings),
            examples=examples,
            notices=self.corpus.notices,
            content_hash=content_hash(examples),
            first_published=min(days, default=None),
            last_published=max(days, default=None),
            figures=self.corpus.joined.told(),
            by_month=by_month,
            topics=topics,
            touched=self.touched,
        )
        assert prepared.documents_read == prepared.kept + len(prepared.left_out)
        return prepared

    def _posts(self) -> tuple[Sequence[Post], Sequence[Outline]]:
        prose = [tagged for tagged in self.remaining if tagged.answer is None]
        return self.corpus.posts(prose), self.corpus.outlines(prose)

    def _asked_twice(self) -> list[DocumentId]:
        """Short answers whose request and answer are those of a row before."""
        first: dict[int, DocumentId] = {}
        for tagged in self.remaining:
            if tagged.answer is not None:
                first.setdefault(tagged.answer, tagged.key)
        return [t.key for t in self.remaining if t.answer is not None and first[t.answer] != t.key]

    def _judge_answers(self) -> None:
        """Rows that came with a request and a short answer."""
        whole = (self.corpus.marked(t) for t in self.remaining if t.answer is not None)
        found = [answers.Answer(t.key, t.document.prompt or "", self.cleaner.text(t)) for t in whole]
        self._leave_out("broken-json", answers.broken_json(found))
        self._note_frame(found)
        purpose = self.target.purpose
        labels = bool(found) and len(found) == len(self.remaining) and answers.are_labels(found, purpose)
        if labels or purpose in answers.ONE_ANSWER:
            self._leave_out("label-conflict", answers.contradictory(found))
        if labels:
            self._judge_labels(found)
            self._doubt_labels(found)

    def _note_frame(self, found: Sequence[answers.Answer]) -> None:
        frame = find_frame([answer.prompt for answer in found]) if len(found) == len(self.remaining) else Frame()
        shared = [" ".join(words.split()) for words in (frame.prefix, frame.suffix) if words]
        passages = tuple(Passage(one, len(found)) for one in shared)
        self._note_places("prompt-frame", {answer.key: 1 for answer in found if shared}, (), passages=passages)
        if effect_of(self.recipe, "prompt-frame") == "rewrite":
            self.cleaner = replace(self.cleaner, frame=frame)

    def _judge_labels(self, found: Sequence[answers.Answer]) -> None:
        usual = answers.spellings(found)
        odd = {answer.key: 1 for answer in found if answer.words in usual}
        written = Counter(answer.words for answer in found)
        passages = tuple(Passage(label, written[label]) for label in usual)
        self._note_places("label-spelling", odd, (), passages=passages)
        if effect_of(self.recipe, "label-spelling") == "rewrite":
            self.cleaner = replace(self.cleaner, usual=usual)
        rare, limit = answers.rare(found), 0
        if not rare and self.target.purpose == "classification":
            rare, limit = answers.too_few(found), answers.ENOUGH_OF_EACH
        rarely = {answer.key: 1 for answer in found if answers.label_key(answer.words) in rare}
        passages = tuple(Passage(*pair) for pair in rare.items())
        self._note_places("imbalance", rarely, (), passages=passages, limit=limit)

    def _doubt_labels(self, found: Sequence[answers.Answer]) -> None:
        """Of rows that nothing else is wrong with: one asked twice is its own nearest neighbour."""
        odd = {*answers.contradictory(found), *answers.broken_json(found), *self._asked_twice()}
        doubts = label_doubts.find_doubts([answer for answer in found if answer.key not in odd])
        named = {tagged.key: tagged.document_id for tagged in self.remaining}
        samples = tuple(samples_of.doubt_sample(named[one.key], one) for one in doubts[: words.MAX_SAMPLES])
        self._leave_out("label-doubt", [one.key for one in doubts], samples=samples)

    def _topics(self, rows: Sequence[RowHead]) -> Topics | None:
        prose = [tagged for tagged in self.remaining if tagged.answer is None]
        english = 2 * sum(tagged.language == "en" for tagged in prose) > len(prose)
        mean_words = sum(row.words for row in rows) / max(1, len(rows))
        return topics_of([tagged.tags for tagged in prose], self.salience, mean_words, english=english)

    def _note_coverage(self, by_month: Mapping[str, int], topics: Topics | None) -> None:
        spoken = sum(tagged.register == "spoken" for tagged in self.remaining)
        told = coverage.told(by_month, topics, self.noun, spoken=spoken, written=len(self.remaining) - spoken)
        if told:
            self._note("coverage", self.remaining, 0, kinds=tuple((one, 1) for one in told))

    def _maker(self) -> RowMaker:
        return RowMaker(self.target.system, self._prompt_style(), partial(row_tokens, count=self.target.count_tokens))

    def _prompt_style(self) -> PromptStyle:
        return "mixed" if choice_of(self.recipe, "title-prompts") == "fix" else self.recipe.prompt_style

    def _is_empty(self, tagged: Tagged) -> bool:
        return tagged.may_be_empty and not self.cleaner.text(self.corpus.marked(tagged)).split()

    def _flagged(self, flag: Flag) -> list[DocumentId]:
        return [tagged.key for tagged in self.remaining if flag in tagged.flags]

    def _old_versions(self) -> list[DocumentId]:
        """Announcements of a version that were a year old when the newest text appeared."""
        old = long_before_the_newest({t.key: t.published_at for t in self.remaining if t.published_at})
        return [key for key in self._flagged("version") if key in old]

    def _samples(self, rule: Rule) -> list[Sample]:
        if rule == "markup":
            stripped = islice((t for t in self.remaining if t.count(rule)), words.MAX_SAMPLES)
            return [samples_of.markup_sample(self.corpus.marked(t)) for t in stripped]
        touched = islice((t for t in self.remaining if t.count_in_text(rule)), words.MAX_SAMPLES)
        whole = [self.corpus.marked(t) for t in touched]
        if rule == "code":
            return [samples_of.code_sample(one) for one in whole]
        if rule == "footnote":
            options = TagOptions.of(self.recipe)
            return [samples_of.footnote_sample(one, one.source(options)) for one in whole]
        if rule == "shortcode":
            return samples_of.mark_samples([(t, t.document.body, t.shortcodes) for t in whole])
        return samples_of.mark_samples([(t, t.plain.text, of_rule(rule, t.marks)) for t in whole])

    def _note_places(
        self,
        rule: Rule,
        places: Mapping[DocumentId, int],
        samples: Sequence[Sample],
        **facts: Any,
    ) -> None:
        """A finding for a rule that points at places; places: how many in each document."""
        touched = [tagged for tagged in self.remaining if places.get(tagged.key)]
        self._note(rule, touched, sum(places.values()), samples=tuple(samples), **facts)

    def _leave_out(
        self,
        rule: DocumentRule,
        keys: Iterable[DocumentId],
        **facts: Any,
    ) -> None:
        """A finding for a rule that is about whole documents; they go when the recipe says so. facts: Evidence's."""
        leaving = set(keys)
        touched = [tagged for tagged in self.remaining if tagged.key in leaving]
        if "samples" not in facts:
            facts["samples"] = tuple(samples_of.opening(self.corpus.marked(t)) for t in touched[: words.MAX_SAMPLES])
        self._note(rule, touched, len(touched), **facts)
        if effect_of(self.recipe, rule) == "leave-out":
            self._go(touched, rule)

    def _go(self, touched: Sequence[Tagged], reason: LeftOutReason) -> None:
        leaving = {tagged.key for tagged in touched}
        self.left_out += [(t.number, left_out_for(t, reason)) for t in touched]
        self.remaining = [tagged for tagged in self.remaining if tagged.key not in leaving]

    def _note(self, rule: Rule, touched: Sequence[Tagged], occurrences: int, **facts: Any) -> None:
        if not touched:
            return
        self.touched[rule] = tuple(tagged.key for tagged in touched)
        document_ids = tuple(tagged.document_id for tagged in touched)
        evidence = Evidence(rule, document_ids, occurrences, len(self.remaining), self.noun, **facts)
        self.findings[rule] = words.finding(evidence, self.recipe)

    def _note_identical_prompts(self, made: TextRows) -> None:
        asked = Counter(row.prompt for row in made.rows)
        shared = Counter(whole_key(row.key) for row in made.rows if asked[row.prompt] > 1)
        often = {prompt: number for prompt, number in asked.most_common(words.MAX_SAMPLES) if number > 1}
        first = {row.prompt: row for row in reversed(made.rows) if row.prompt in often}
        passages = [Passage(made.prompt(first[prompt]), number) for prompt, number in often.items()]
        self._note_places("identical-prompts", shared, (), passages=tuple(passages))
