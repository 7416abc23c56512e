"""Whatever the facts are, what we say passes Slack's limits: slack_sdk's checks and the sandbox's stricter ones."""

from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.features.consent import views as consent
from bot.features.datasets.files import file_views, source_views
from bot.features.datasets.report import report_views
from bot.features.voices import views as voices
from bot.slack.message import MESSAGE_CHARS, Message, fit, plain, section
from bot.slack.mrkdwn import escape
from bot.slack.whispers import render_whisper
from pipeline.domain.documents import Rule
from pipeline.findings import RULES
from pipeline.reasons import REASONS
from sandbox.rules.messages import check_message, texts_in

words = st.text(max_size=30) | st.sampled_from(
    ["<!channel>", "<@U0OWNER>", "&" * 4000, "*`_~" * 900, "word " * 3000, ""]
)
sentences = words.filter(lambda one: bool(escape(one).strip()))  # ours: they always say something
counts = st.integers(0, 10**7)
days = st.none() | st.sampled_from(["2021-04-01", "2026-11-21"])
at = st.just("2026-11-21T09:00:00+00:00")
user = st.just("U0OWNER")


def passes(message: Message) -> list[str]:
    """Its words, once Slack would show it."""
    payload = message.payload()
    assert payload["text"]
    for block in payload["blocks"]:
        assert Block.parse(block) is not None
    assert len(payload["text"]) <= 4000  # chat.update takes no more
    check_message(payload["text"], payload["blocks"], [])
    told = [payload["text"], *texts_in(payload["blocks"])]
    assert not any("<!channel>" in one or "<!here>" in one for one in told)
    return told


findings = st.builds(
    lambda rule, severity, sentence, choice, decided: {
        "rule": rule,
        "severity": severity,
        "sentence": sentence,
        "fixes": [{"choice": fix.choice, "label": fix.label.replace("{n}", "61")} for fix in RULES[rule].fixes],
        "is_open": choice == "keep" and bool(RULES[rule].fixes) and not decided,
        "decided": decided,
        "choice": choice,
        "automatic": RULES[rule].automatic,
        "documents": 61,
    },
    st.sampled_from(list(RULES)),
    st.sampled_from(["info", "warning", "blocker"]),
    words,
    st.sampled_from(["fix", "keep"]),
    st.booleans(),
)
filters = st.fixed_dictionaries(
    {
        "author": st.none() | words,
        "also_by": st.lists(words, max_size=3),
        "since": days,
        "until": days,
        "kinds": st.lists(words, max_size=3),
        "statuses": st.lists(words, max_size=3),
    }
)
reports = st.fixed_dictionaries(
    {
        "round_id": st.just(1),
        "handle": st.just("founder"),
        "documents_read": counts,
        "kept": counts,
        "left_out": st.dictionaries(st.sampled_from(list(REASONS)), counts),
        "filters": filters,
        "findings": st.lists(findings, unique_by=lambda one: one["rule"]),
        "tokens": counts,
        "words": counts,
        "first": days,
        "last": days,
        "if_accepted": st.fixed_dictionaries({"kept": counts, "tokens": counts, "words": counts}),
    }
)


@settings(max_examples=60)
@given(reports)
def test_a_report_fits(facts: dict[str, Any]) -> None:
    passes(report_views.report(facts))


def test_a_report_with_every_finding_at_its_longest_fits_and_keeps_its_buttons() -> None:
    found = [
        {
            "rule": rule,
            "severity": "blocker",
            "sentence": "*Head.* " + "<!channel> & words " * 400,
            "fixes": [
                {"choice": fix.choice, "label": fix.label.replace("{n}", "1,204")}
                for fix in (RULES[rule].fixes if rule in RULES else ())
            ],
            "is_open": True,
            "decided": False,
            "choice": "keep",
            "automatic": False,
            "documents": 1204,
        }
        for rule in get_args(Rule)
    ]
    facts = {
        "round_id": 1,
        "handle": "founder",
        "documents_read": 1204,
        "kept": 165,
        "left_out": dict.fromkeys(REASONS, 1204),
        "filters": {"author": "x" * 3000, "since": None, "until": None, "kinds": ["k" * 999], "statuses": ["&" * 999]},
        "findings": found,
        "tokens": 1,
        "words": 1,
        "first": None,
        "last": None,
        "if_accepted": {"kept": 1, "tokens": 1, "words": 1},
    }
    told = passes(report_views.report(facts))
    assert len(found) >= 17
    offered = sum(bool(one["fixes"]) for one in found)
    assert told.count("Show") == offered or any("*One by one* shows them." in one for one in told)
    assert {"Accept all", "One by one"} <= set(told)


tables = st.fixed_dictionaries(
    {
        "source_name": words,
        "columns": st.lists(st.fixed_dictionaries({"name": words}), min_size=1, max_size=40),
        "fields": st.lists(st.tuples(st.sampled_from(["body", "title", "tags"]), st.just(0)), max_size=2),
        "is_sure": st.booleans(),
        "unused": st.lists(words, max_size=40),
    }
)
speakers = st.fixed_dictionaries(
    {"name": words, "percent": st.integers(0, 100), "sample": words, "chosen": st.booleans()}
)
sources = st.one_of(
    st.fixed_dictionaries(
        {
            "state": st.just("refused"),
            "source_id": st.just(1),
            "why": st.sampled_from(["SameFile", "EmptyFile"]),
            "name": words,
            "sentence": st.just("I refused it."),
        }
    ),
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(["withdrawn", "replaced"]),
            "source_id": st.just(1),
            "name": words,
            "documents": counts,
            "withdrawn_by": st.sampled_from(["U0STEWARD", "file_deleted"]),
        }
    ),
    st.fixed_dictionaries(
        {"state": st.just("waiting"), "name": words, "after": st.none() | words, "in_front": st.integers(0, 9)}
    ).map(lambda facts: facts | {"after": facts["after"] or "a"}),
    st.fixed_dictionaries(
        {
            "state": st.just("read"),
            "source_id": st.just(1),
            "round_id": st.just(1),
            "name": words,
            "format": st.sampled_from([*file_views.FORMAT_NAMES, "new"]),
            "kept": counts,
            "left_out": st.dictionaries(st.sampled_from(list(REASONS)), counts),
            "filters": filters,
            "checked": st.booleans(),
            "documents": counts,
            "broken": counts,
            "authors": st.dictionaries(words, counts, max_size=8),
            "undo": st.booleans(),
            "notices": st.lists(
                st.fixed_dictionaries(
                    {
                        "kind": st.sampled_from(["encoding", "title-rule", "repaired-xml", "broken", "sheet"]),
                        "source_name": words,
                        "detail": words,
                        "sample": words,
                    }
                ),
                max_size=12,
            ),
            "tables": st.lists(tables, max_size=5),
            "speakers": st.lists(speakers, max_size=100),
            "figures": st.dictionaries(st.sampled_from(["views", "clicks"]), counts),
        }
    ),
)


@settings(max_examples=60)
@given(sources)
def test_a_files_message_fits(facts: dict[str, Any]) -> None:
    passes(source_views.source(facts))


examples = st.fixed_dictionaries({"title": words, "before": words, "after": words})


@settings(max_examples=40)
@given(st.none() | st.fixed_dictionaries({"sentence": sentences, "examples": st.lists(examples, max_size=3)}))
def test_what_show_shows_fits(finding: dict[str, Any] | None) -> None:
    passes(render_whisper({"text": report_views.shown(finding)}))


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {
            "handle": st.just("founder"),
            "purpose": st.sampled_from(list(voices.PURPOSES)),
            "channel": st.just("C0CONTENT"),
            "sensitivity": st.sampled_from(list(voices.SENSITIVITIES)),
            "steward": words,
            "owner": words,
            "works_if": words,
            "voice_id": st.just(1),
            "closed": st.booleans(),
            "consent": st.sampled_from(["asked", "given", "refused", "withdrawn", "none"]),
            "consent_until": at,
            "consent_covers": st.booleans(),
            "version": st.none() | st.integers(1, 99),
            "model_state": st.sampled_from(["trial", "promoted", "retired"]),
        }
    )
)
def test_a_voices_card_fits(facts: dict[str, Any]) -> None:
    told = passes(voices.voice_card(facts))
    assert ("Add writing samples" in told) is not facts["closed"]


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {
            "consent_id": st.just(1),
            "handle": st.just("founder"),
            "steward": words,
            "channel": words,
            "answer": st.none() | st.sampled_from(list(consent.ANSWERS)),
            "at": at,
        }
    )
)
def test_the_request_fits(facts: dict[str, Any]) -> None:
    passes(consent.request(facts))


@given(
    st.lists(
        st.text(st.characters(exclude_characters="<&"), max_size=300).map(lambda text: {"text": text}), max_size=20
    ),
    st.integers(50, 400),
)
def test_texts_that_do_not_fit_are_clipped_from_the_longest(texts: list[dict[str, Any]], chars: int) -> None:
    before = [one["text"] for one in texts]
    fit(texts, chars)
    after = [one["text"] for one in texts]
    assert sum(map(len, after)) <= chars
    clipped = [old for old, new in zip(before, after, strict=True) if old != new]
    whole = [old for old, new in zip(before, after, strict=True) if old == new]
    assert not clipped or not whole or len(min(clipped, key=len)) >= len(max(whole, key=len))
    if sum(map(len, before)) <= chars:
        assert before == after


def test_a_message_of_many_long_sections_is_clipped_as_a_whole() -> None:
    passes(Message("long", [section("word " * 600) for _ in range(20)]))


def test_a_short_message_is_left_alone() -> None:
    assert plain("hello").payload()["blocks"][0]["text"]["text"] == "hello"
    assert MESSAGE_CHARS < 13_200
