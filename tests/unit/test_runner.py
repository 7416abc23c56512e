"""Tags, then choices: everything read is kept or left out for one reason, and nothing is changed unasked."""

import random
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import batches as batches_module
from pipeline.domain.documents import (
    BrokenItem,
    Choice,
    Document,
    DocumentId,
    Filters,
    LeftOutReason,
    Notice,
    Recipe,
    Rule,
)
from pipeline.domain.prepared import Prepared
from pipeline.domain.reading import Item
from pipeline.errors import NothingLeft
from pipeline.findings import FIXABLE, RULES, accept
from pipeline.runner import Target, decide, prepare
from pipeline.survey import survey

ALL = Recipe(choices=dict.fromkeys(FIXABLE, "fix"))


def count_words(text: str) -> int:
    return len(text.split())


TARGET = Target("You write in the voice of Ada.", 8192, count_words)
SUBJECTS = (
    "gardens",
    "rivers",
    "engines",
    "letters",
    "winters",
    "bakeries",
    "harbours",
    "violins",
    "ladders",
    "comets",
)
VOCABULARY = tuple(start + end for start in ("be", "ga", "li", "mo", "pe", "ru", "so", "ta") for end in SUBJECTS)
KEY = "AKIA" + "IOSFODNN7" + "EXAMPLF"


def words(number: int, size: int = 80) -> str:
    """Sentences that no other number's text shares."""
    dice = random.Random(number)
    return " ".join(
        f"{' '.join(dice.choices(VOCABULARY, k=9)).capitalize()}, {dice.choice(VOCABULARY)}."
        for _ in range(size // 10 + 1)
    )


def document(number: int, body: str | None = None, **values: Any) -> Document:
    facts: dict[str, Any] = {
        "document_id": DocumentId(str(number)),
        "title": f"On {SUBJECTS[number % len(SUBJECTS)]}, part {number}",
        "body": words(number) if body is None else body,
        "markup": "wordpress",
        "source_name": "blog.xml",
        "author": "ada",
        "published_at": datetime(2026, 1, 1 + number % 28, tzinfo=UTC),
    }
    return Document(**{**facts, **values})


def found(prepared: Prepared, rule: Rule) -> Any:
    return next((finding for finding in prepared.findings if finding.rule == rule), None)


def adds_up(prepared: Prepared) -> bool:
    return prepared.documents_read == prepared.kept + sum(prepared.left_out_counts.values())


# Counting

bodies = st.one_of(
    st.integers(0, 10_000).map(words),
    st.sampled_from(
        ["", "<p></p>", "[gallery ids='1']", "Too short.", words(1), words(2, 4000), "Read https://example.com/a now."]
    ),
    st.text(max_size=80),
)
documents = st.builds(
    document,
    st.integers(0, 30),
    bodies,
    author=st.sampled_from(["ada", "bob", None]),
    kind=st.sampled_from(["post", "page"]),
    status=st.sampled_from(["publish", "draft"]),
    source_name=st.sampled_from(["blog.xml", "other.xml"]),
    markup=st.sampled_from(["wordpress", "html", "markdown", "text"]),
)
items = st.lists(
    st.one_of(
        documents,
        st.just(BrokenItem(DocumentId("row 4"), "blog.xml", "row 4 has 6 columns instead of 7")),
        st.just(Notice("encoding", "blog.xml", "read as Windows-1252")),
    ),
    max_size=25,
)
recipes = st.builds(
    Recipe,
    filters=st.builds(Filters, author=st.sampled_from([None, "ada"]), since=st.sampled_from([None, date(2026, 1, 9)])),
    choices=st.dictionaries(st.sampled_from(list(RULES)), st.sampled_from(get_args(Choice))),
    excluded=st.sampled_from([(), (DocumentId("3"),)]),
)


@settings(max_examples=60, deadline=None)
@given(items, recipes)
def test_everything_read_is_kept_or_left_out_for_one_reason(read: list[Item], recipe: Recipe) -> None:
    try:
        prepared = prepare(read, recipe, replace(TARGET, context_tokens=1000))
    except NothingLeft as nothing:
        assert nothing.documents_read == sum(not isinstance(item, Notice) for item in read)
        return
    assert prepared.documents_read == sum(not isinstance(item, Notice) for item in read)
    assert adds_up(prepared)
    assert prepared.kept <= len(prepared.examples)  # a text that is split makes several
    assert {left_out.reason for left_out in prepared.left_out} <= set(get_args(LeftOutReason))
    assert all(example.completion.strip() for example in prepared.examples)
    for finding in prepared.findings:
        if finding.resolved and finding.effect == "leave-out" and finding.rule in get_args(LeftOutReason):
            assert prepared.left_out_counts[finding.rule] >= finding.documents


@settings(max_examples=30, deadline=None)
@given(items)
def test_accepting_every_fix_leaves_no_blocker_but_too_few(read: list[Item]) -> None:
    try:
        first = prepare(read, Recipe(), TARGET)
    except NothingLeft:
        return
    second = prepare(read, accept(Recipe(), "all", first.findings), TARGET)
    assert {finding.rule for finding in second.blockers} <= {"few-examples"}


def test_reasons_are_listed_in_reading_order() -> None:
    read: list[Item] = [
        document(1, status="draft"),
        document(2),
        BrokenItem(DocumentId("x"), "blog.xml", "cut off"),
        document(3, ""),
    ]
    prepared = prepare(read, Recipe(), TARGET)
    assert [(one.document_id, one.reason) for one in prepared.left_out] == [
        ("1", "not-published"),
        ("x", "broken"),
        ("3", "empty"),
    ]
    assert prepared.left_out[1].title == "cut off"


def test_nothing_left_names_the_author_who_was_left_out_most() -> None:
    read = [document(n, author="bob", author_name="Bob B.") for n in range(3)] + [document(9, author="cyd")]
    with pytest.raises(NothingLeft) as caught:
        prepare(read, Recipe(Filters(author="ada")), TARGET)
    assert caught.value.args == (4, "Bob B.", 3)


def test_a_document_left_out_by_hand_is_counted() -> None:
    prepared = prepare([document(1), document(2)], Recipe(excluded=(DocumentId("1"),)), TARGET)
    assert (prepared.kept, len(prepared.left_out)) == (1, 1)


def test_a_document_left_out_by_hand_leaves_its_namesake_in_another_file() -> None:
    one, other = document(1, source_name="a.csv"), document(1, words(2), source_name="b.csv")
    prepared = prepare([one, other], Recipe(excluded=(DocumentId("b.csv\n1"),)), TARGET)
    assert [(gone.source_name, gone.reason) for gone in prepared.left_out] == [("b.csv", "excluded")]
    assert [row.key for row in prepared.examples] == ["a.csv\n1"]


def test_leaving_one_out_by_hand_does_not_rename_the_others() -> None:
    """Two files of one name: the second document is told apart by the first one's being there."""
    both = [document(1), document(1, words(2))]
    before = prepare(both, Recipe(), TARGET).examples
    after = prepare(both, Recipe(excluded=(before[0].key,)), TARGET).examples
    assert [row.example_id for row in after] == [before[1].example_id]


def test_any_kind_and_any_status_can_be_taken() -> None:
    read = [document(1, kind="page"), document(2, status="private")]
    assert prepare(read, Recipe(Filters(statuses=("any",), kinds=("any",))), TARGET).kept == 2


def test_equal_ids_in_two_sources_are_two_documents() -> None:
    read = [document(1), document(1, words(5), source_name="other.xml"), document(1, words(8))]
    prepared = prepare(read, Recipe(), TARGET)
    assert [example.document_id for example in prepared.examples] == ["1", "1", "1"]
    assert len({example.example_id for example in prepared.examples}) == 3


# Executors


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_changes_nothing(pool: Any) -> None:
    read: list[Item] = [document(n, f"<p>{words(n)} see https://example.com/{n}</p>") for n in range(70)]
    with pool(2) as workers:
        assert prepare(read, ALL, TARGET, executor=workers) == prepare(read, ALL, TARGET)


class LazyExecutor(Executor):
    """Remembers how many batches were under way at once."""

    def __init__(self) -> None:
        self.most = 0
        self.pending: list[Future[Any]] = []

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*args, **kwargs))
        self.most += 1
        return future


def test_reading_does_not_run_ahead_of_tagging() -> None:
    pulled = count()
    executor = LazyExecutor()
    limit = batches_module.BATCH * batches_module.BATCHES_IN_FLIGHT
    seen = []

    def reading() -> Any:
        for number in range(2 * limit):
            next(pulled)
            yield document(number, "A line.")

    batches = batches_module.in_batches(executor, list, reading())
    seen.append(next(batches))
    assert executor.most == batches_module.BATCHES_IN_FLIGHT
    assert next(pulled) == limit


def test_progress_tells_how_many_were_read() -> None:
    told: list[int] = []
    prepare([document(1), document(2, kind="page"), document(3)], Recipe(), TARGET, progress=told.append)
    assert told == [1, 2, 3]


# Choices

LINKED = (
    "<p>Read <a href='https://example.com/a'>the essay</a> at https://example.com/b or write to ada@example.org.</p>"
)


def test_formatting_goes_without_asking_and_links_wait_to_be_decided() -> None:
    prepared = prepare([document(1, f"[gallery ids='1']{LINKED}<p>{words(1)}</p>")], Recipe(), TARGET)
    (example,) = prepared.examples
    assert "<" not in example.completion and "[gallery" not in example.completion
    assert "https://example.com/b" in example.completion
    assert [(f.rule, f.choice, f.severity) for f in prepared.findings if f.rule in {"markup", "shortcode", "link"}] == [
        ("markup", "fix", "info"),
        ("shortcode", "fix", "info"),
        ("link", "keep", "blocker"),
    ]


def test_formatting_can_be_kept() -> None:
    body = f"<p>{words(1)}</p>"
    prepared = prepare([document(1, body)], Recipe(choices={"markup": "keep"}), TARGET)
    assert prepared.examples[0].completion == body
    assert "markup" in {finding.rule for finding in prepared.blockers}


def test_an_accepted_link_keeps_its_words() -> None:
    prepared = prepare([document(1, f"{LINKED}<p>{words(1)}</p>")], ALL, TARGET)
    assert "the essay" in prepared.examples[0].completion
    assert "example.com" not in prepared.examples[0].completion
    assert found(prepared, "link").occurrences == 2


def test_addresses_and_secrets_are_masked_when_accepted_and_secrets_never_shown() -> None:
    read = [document(1, f"{LINKED}<p>The key is {KEY}. {words(1)}</p>")]
    before, after = prepare(read, Recipe(), TARGET), prepare(read, ALL, TARGET)
    assert "ada@example.org" in before.examples[0].completion
    assert KEY in before.examples[0].completion
    assert "ada@example.org" not in after.examples[0].completion
    assert KEY not in after.examples[0].completion
    assert {"secret", "email"} <= {finding.rule for finding in before.blockers}
    assert all(KEY not in str(finding) for finding in (*before.findings, *after.findings))
    assert found(before, "secret").samples[0].before


def test_choices_apply_to_titles_too() -> None:
    prepared = prepare([document(1, title="My &amp; your <b>site</b> https://example.com/x")], ALL, TARGET)
    assert "example.com" not in prepared.examples[0].prompt
    assert "&amp;" not in prepared.examples[0].prompt


def test_an_empty_document_cannot_be_kept() -> None:
    prepared = prepare([document(1, "<p> </p>"), document(2)], Recipe(choices={"empty": "keep"}), TARGET)
    assert prepared.left_out_counts == {"empty": 1}


def test_accepting_leaves_the_recipe_as_it_was() -> None:
    findings = prepare([document(1, LINKED + words(1)), document(2, "Short.")], Recipe(), TARGET).findings
    recipe = Recipe(choices={"mojibake": "keep"})
    assert accept(recipe, ["link"], findings).choices == {"mojibake": "keep", "link": "fix"}
    everything = accept(recipe, "all", findings).choices
    assert everything == {"mojibake": "keep", "email": "fix", "link": "fix", "too-short": "fix"}
    assert recipe.choices == {"mojibake": "keep"}


def test_what_offers_no_fix_cannot_be_accepted() -> None:
    assert accept(Recipe(), ["few-examples"], ()).choices == {}


def test_length_is_measured_on_clean_rows() -> None:
    links = " https://example.com/a" * 200
    read = [document(1, words(1, 120) + links), document(2, words(2, 400)), document(3, "Three words only.")]
    target = replace(TARGET, context_tokens=200)
    prepared = prepare(read, ALL, target)
    assert {(one.document_id, one.reason) for one in prepared.left_out} == {("2", "too-long"), ("3", "too-short")}
    assert found(prepare(read, Recipe(), target), "too-long").document_ids == ("1", "2")


def test_a_repeated_passage_is_counted_over_the_documents_still_in() -> None:
    bio = "Ada Brown grows pears in the north of the county and writes about them every single week of the year."
    read = [document(n, f"<p>{words(n)}</p><p>{bio}</p>") for n in range(12)]
    read += [document(n, f"<p>{words(n)}</p><p>{bio}</p>", kind="page") for n in range(12, 15)]
    prepared = prepare(read, Recipe(), TARGET)
    finding = found(prepared, "repeated-passage")
    assert finding.documents == 12
    assert "in 12 of 12" in finding.sentence
    assert bio in prepared.examples[0].completion
    assert all(bio not in example.completion for example in prepare(read, ALL, TARGET).examples)


def test_a_copy_is_left_out_when_accepted_and_shares_the_split_when_kept() -> None:
    read = [document(n) for n in range(30)] + [document(50, words(3), title="Anew")]
    kept, fixed = prepare(read, Recipe(), TARGET), prepare(read, ALL, TARGET)
    assert found(kept, "near-duplicate").documents == 1
    assert fixed.left_out_counts == {"near-duplicate": 1}
    splits = {example.document_id: example.split for example in kept.examples}
    assert splits[DocumentId("3")] == splits[DocumentId("50")]


def test_a_thin_set_is_told_and_a_tiny_one_stops() -> None:
    few = found(prepare([document(n) for n in range(30)], Recipe(), TARGET), "few-examples")
    assert (few.severity, few.fixes) == ("info", ())
    assert "30 is thin" in few.sentence
    assert found(prepare([document(1)], Recipe(), TARGET), "few-examples").severity == "blocker"
    assert found(prepare([document(n) for n in range(100)], Recipe(), TARGET), "few-examples") is None


def test_equal_requests_are_told() -> None:
    prepared = prepare([document(n, title="News", prompt="Write the news") for n in range(4)], Recipe(), TARGET)
    assert found(prepared, "identical-prompts").documents == 4
    assert "Write the news" in found(prepared, "identical-prompts").sentence


# Deciding again


def test_a_corpus_is_decided_on_again_without_reading_again() -> None:
    read = [document(n, LINKED + words(n)) for n in range(12)]
    corpus = survey(iter(read), Recipe())
    assert corpus.fits(ALL)
    assert decide(corpus, ALL, TARGET) == prepare(read, ALL, TARGET)
    assert not corpus.fits(Recipe(choices={"markup": "keep"}))
    assert not corpus.fits(Recipe(Filters(author="ada")))


def test_the_same_recipe_on_the_same_sources_gives_the_same_hash() -> None:
    read = [document(n) for n in range(20)]
    hashes = {prepare(order, ALL, TARGET).content_hash for order in (read, read[::-1])}
    assert len(hashes) == 1
    assert prepare(read[:-1], ALL, TARGET).content_hash not in hashes


def test_the_days_are_those_of_the_kept_documents() -> None:
    read = [document(1), document(5), document(20, kind="page"), document(7, published_at=None)]
    prepared = prepare(read, Recipe(), TARGET)
    assert (prepared.first_published, prepared.last_published) == (date(2026, 1, 2), date(2026, 1, 6))


# Several fixes for one finding


def test_the_recommended_fix_is_the_first_and_what_accept_all_takes() -> None:
    for facts in RULES.values():
        assert [fix.choice for fix in facts.fixes][:1] in ([], ["fix"])
        assert len({fix.choice for fix in facts.fixes}) == len(facts.fixes)
        assert "keep" not in {fix.choice for fix in facts.fixes}


def test_a_signature_stays_in_one_text_of_ten_and_always_in_the_same() -> None:
    bio = "Ada Byron writes about engines. All opinions are her own, and so are the errors."
    read = [document(n, f"{words(n)}\n\n{bio}") for n in range(200)]
    signed = Recipe(choices={"repeated-passage": "signature"})
    prepared = prepare(read, signed, TARGET)
    kept = {example.document_id for example in prepared.examples if bio in example.completion}
    assert 10 <= len(kept) <= 32  # 20 of 200 by chance, three deviations either way
    again = prepare(read[:100], signed, TARGET)
    assert {e.document_id for e in again.examples if bio in e.completion} == {n for n in kept if int(n) < 100}
    assert found(prepared, "repeated-passage").resolved


def test_texts_with_personal_data_may_be_left_out_whole() -> None:
    read = [document(1, "Write to ann@example.org. " + words(1)), *(document(n) for n in range(2, 15))]
    prepared = prepare(read, Recipe(choices={"email": "leave-out"}), TARGET)
    assert prepared.left_out_counts == {"personal-data": 1}
    assert not prepared.blockers
    assert found(prepared, "email").sentence == "*E-mail addresses.* 1 post left out."


def test_a_choice_that_a_rule_does_not_offer_counts_as_none() -> None:
    prepared = prepare([document(1, LINKED + words(1)), document(2)], Recipe(choices={"link": "signature"}), TARGET)
    assert (found(prepared, "link").choice, found(prepared, "link").resolved) == ("keep", False)


def test_a_warning_that_somebody_keeps_is_decided_and_a_blocker_stays_open() -> None:
    keep = Recipe(choices={"link": "keep", "too-short": "keep"})
    prepared = prepare([document(1, LINKED + words(1)), document(2, "Short.")], keep, TARGET)
    assert not found(prepared, "too-short").is_open
    assert found(prepared, "link").is_open
    assert accept(keep, "all", prepared.findings).choices == {**keep.choices, "email": "fix"}


def test_personal_data_may_stay_for_private_training_only() -> None:
    read = [document(1, "Write to ann@example.org. " + words(1)), *(document(n) for n in range(2, 15))]
    prepared = prepare(read, Recipe(choices={"email": "private-only"}), TARGET)
    assert not prepared.blockers
    assert prepared.private_only
    assert "ann@example.org" in prepared.examples[0].completion
    assert "1 e-mail address" in found(prepared, "email").sentence


def test_personal_data_is_told_by_kind() -> None:
    body = "Call 020 7946 0958 or (202) 456-1111. My father had a heart attack. " + words(1)
    prepared = prepare([document(1, body), document(2)], Recipe(), TARGET)
    assert found(prepared, "personal-data").sentence == (
        "*Personal data.* 1 post contains what looks like personal data (2 phone numbers, 1 health note). "
        "Hosted training is blocked until you decide."
    )


def test_a_text_left_out_by_hand_says_so() -> None:
    prepared = prepare([document(1), document(2)], Recipe(excluded=(DocumentId("1"),)), TARGET)
    assert prepared.left_out_counts == {"excluded": 1}


# What stands at the ends, and texts that are as a whole not the writer's


def test_a_line_that_many_texts_share_is_one_finding_and_not_two() -> None:
    call = "Subscribe to my newsletter for more."
    shared = prepare([document(n, f"{words(n, 300)}\n\n{call}") for n in range(12)], Recipe(), TARGET)
    assert found(shared, "repeated-passage") and found(shared, "call-to-action") is None
    alone = prepare([document(0, f"{words(0, 300)}\n\n{call}"), document(1)], Recipe(), TARGET)
    assert found(alone, "call-to-action").document_ids == ("0",)
    cleaned = prepare([document(0, f"{words(0, 300)}\n\n{call}")], Recipe(choices={"call-to-action": "fix"}), TARGET)
    assert cleaned.examples[0].completion == words(0, 300)


def test_a_kept_signature_keeps_its_call() -> None:
    bio = "Subscribe to my newsletter for more."
    choices: dict[Rule, Choice] = {"repeated-passage": "keep", "call-to-action": "fix"}
    prepared = prepare([document(n, f"{words(n, 300)}\n\n{bio}") for n in range(12)], Recipe(choices=choices), TARGET)
    assert all(bio in example.completion for example in prepared.examples)


def test_an_announced_version_is_out_of_date_a_year_before_the_newest_text() -> None:
    old = document(1, title="Glue 2.0 released", published_at=datetime(2020, 1, 1, tzinfo=UTC))
    new = document(2, title="Glue 3.0 released", published_at=datetime(2023, 1, 1, tzinfo=UTC))
    prepared = prepare([old, new], Recipe(choices={"stale": "fix"}), TARGET)
    assert prepared.left_out_counts == {"stale": 1}
    assert found(prepared, "stale").document_ids == ("1",)


# Long texts, and texts that we drafted


def test_a_long_text_is_split_at_its_headings_and_loses_nothing() -> None:
    body = "\n\n".join(f"## Part {n}\n\n{words(n, 200)}" for n in range(5))
    long = replace(TARGET, context_tokens=500)
    read = [document(0, body, markup="text"), document(1, words(9, 900), markup="text"), document(2)]
    prepared = prepare(read, Recipe(choices={"too-long": "split"}), long)
    assert (prepared.kept, prepared.left_out_counts) == (2, {"too-long": 1})
    parts = [example for example in prepared.examples if example.document_id == "0"]
    assert len(parts) > 1 and all(example.tokens <= 500 for example in parts)
    assert "\n\n".join(sorted((e.completion for e in parts), key=body.index)) == body
    assert len({example.split for example in parts}) == 1
    assert found(prepared, "too-long").sentence == (
        "*Too long.* 1 text over 500 tokens split at headings. 1 text without fitting headings left out."
    )


def test_each_part_of_a_split_text_can_be_left_out_by_hand() -> None:
    body = "\n\n".join(f"## Part {n}\n\n{words(n, 200)}" for n in range(6))
    long = replace(TARGET, context_tokens=500)
    read = [document(0, body, markup="text"), document(1), document(2)]
    split = Recipe(choices={"too-long": "split"})
    rows = [row for row in prepare(read, split, long).examples if row.document_id == "0"]
    assert len(rows) > 2
    for out in rows:
        fewer = prepare(read, replace(split, excluded=(out.key,)), long)
        left = {row.completion for row in fewer.examples if row.document_id == "0"}
        assert left == {row.completion for row in rows} - {out.completion}
        assert (fewer.kept, fewer.left_out_counts) == (3, {})
    none = prepare(read, replace(split, excluded=tuple(row.key for row in rows)), long)
    assert (none.kept, none.left_out_counts) == (2, {"excluded": 1})


def test_long_texts_may_stay_whole_for_a_bigger_base() -> None:
    long = replace(TARGET, context_tokens=300)
    prepared = prepare([document(0, words(0, 900)), document(1)], Recipe(choices={"too-long": "bigger-base"}), long)
    assert prepared.kept == 2
    assert prepared.needs_context_tokens == max(example.tokens for example in prepared.examples) > 300
    assert prepare([document(0, words(0, 900)), document(1)], Recipe(), long).needs_context_tokens == 0


def test_a_text_that_we_drafted_is_known_again() -> None:
    drafts = replace(TARGET, own_drafts=(words(0, 300), words(1, 300)))
    edited = words(0, 300).replace(".", "!", 1) + " And one sentence of her own at the end."
    read = [document(0, edited), *(document(n, words(n + 50, 300)) for n in range(1, 20))]
    prepared = prepare(read, Recipe(), drafts)
    assert found(prepared, "own-draft").document_ids == ("0",)
    assert "like my own drafts (9" in found(prepared, "own-draft").sentence
    assert found(prepare(read, Recipe(), TARGET), "own-draft") is None
    assert prepare(read, Recipe(choices={"own-draft": "fix"}), drafts).left_out_counts == {"own-draft": 1}


def test_own_drafts_may_stay_up_to_a_share() -> None:
    drafts = replace(TARGET, own_drafts=tuple(words(n, 300) for n in range(10)))
    read = [document(n, words(n, 300)) for n in range(27)]  # 10 drafts beside 17: 3 of 20 are 15 %
    prepared = prepare(read, Recipe(choices={"own-draft": "cap"}), drafts)
    assert prepared.left_out_counts == {"own-draft": 7}
    assert prepared.kept == 20


@pytest.mark.parametrize(
    ("choices", "has_note", "has_code"),
    [({}, False, False), ({"footnote": "brackets"}, True, False), ({"footnote": "keep", "code": "keep"}, True, True)],
)
def test_footnotes_and_code_go_unless_somebody_keeps_them(
    choices: dict[Rule, Choice], has_note: bool, has_code: bool
) -> None:
    body = f"{words(1)}[^1]\n\n```\nhoe = mend(shed[3])\n```\n\n{words(2)}\n\n[^1]: Not my rakes.\n"
    prepared = prepare([document(1, body, markup="markdown")], Recipe(choices=choices), TARGET)
    text = prepared.examples[0].completion
    assert ("Not my rakes." in text, "mend(shed[3])" in text) == (has_note, has_code)
    for rule, shown in (("footnote", "Not my rakes."), ("code", "mend(shed[3])")):
        finding = found(prepared, rule)  # type: ignore[arg-type]  # both are rules
        assert finding.occurrences == 1
        assert shown in finding.samples[0].before + finding.samples[0].after
