"""What a set is about: by its own tags, else by shared words; told in a line, in a finding and in a picture."""

from dataclasses import asdict, replace

import pytest

from pipeline.domain.documents import Document, DocumentId, Recipe
from pipeline.domain.prepared import Prepared, Topics
from pipeline.prompts import Salience
from pipeline.report import report_markdown
from pipeline.runner import Target, prepare
from pipeline.text_charts import coverage_lines
from pipeline.topics import MOST_TOPICS, MOST_WORDS, topics_of

NO_WORDS = Salience(0, {})
TARGET = Target("", 8192, lambda text: len(text.split()))
PROSE = (
    "We walked out before breakfast and talked about what nobody had wanted to hear the day before. It rained, as it "
    "does, and the others stayed inside with their letters. I thought it better to go on, and so we did, although "
    "she said twice that her shoes were not made for it and that the dog knew more than both of us together."
)


def by_tags(*tags: tuple[str, ...]) -> Topics | None:
    return topics_of(tags, NO_WORDS, 100.0, english=True)


def test_tags_are_counted_in_texts_under_their_usual_spelling() -> None:
    found = by_tags(("Tools", "tools "), ("tools",), ("tools", "Market"), ("Garden",), ())
    assert found == Topics("tags", {"tools": 3, "Garden": 1, "Market": 1}, of=5, without=1)


def test_what_a_program_writes_where_nobody_chose_is_no_topic() -> None:
    assert by_tags(("Uncategorized",), ("Uncategorized", "Tools")) == Topics("tags", {"Tools": 1}, of=2, without=1)


def test_few_tagged_texts_say_nothing_of_the_others() -> None:
    assert by_tags(("tools",), (), ()) is None


def test_of_thousands_of_tags_the_first_are_listed_and_the_others_counted() -> None:
    found = by_tags(*((f"tag {n:03}", "all") for n in range(60)))
    assert found is not None
    assert (len(found.texts), found.others, next(iter(found.texts.items()))) == (MOST_TOPICS, 21, ("all", 60))


def shared(**texts_with: int) -> Topics | None:
    return topics_of([()] * 40, Salience(40, texts_with), 300.0, english=True)


def test_words_that_general_english_seldom_uses_stand_for_topics() -> None:
    found = shared(allotment=20, spade=15, spades=9, spare=1, because=38, people=20, every=25, seedlings=40)
    assert found == Topics("words", {"allotment": 20, "spade": 15}, of=40)


def test_numbers_contractions_and_short_words_are_no_topics() -> None:
    assert shared(**{"2024": 20, "shan't": 20, "zx": 20}) is None


def test_only_so_many_words_are_listed() -> None:
    found = shared(**{f"zq{chr(97 + n // 26)}{chr(97 + n % 26)}": 10 for n in range(60)})
    assert found is not None
    assert len(found.texts) == MOST_WORDS


def test_without_tags_nothing_is_said_of_texts_that_are_not_english() -> None:
    assert topics_of([()] * 40, Salience(40, {"allotment": 20}), 300.0, english=False) is None


def prepared(*tags: tuple[str, ...]) -> Prepared:
    texts = [
        Document(
            DocumentId(str(n)), f"Text {n}", f"{PROSE} Number {n * 7919:x} {n * 104729:x}.", "text", "a", tags=some
        )
        for n, some in enumerate(tags)
    ]
    return prepare([replace(one, kind="post") for one in texts], Recipe(), TARGET)


def test_one_topic_in_half_of_the_texts_is_a_finding_and_less_is_none() -> None:
    most = prepared(*[("mobile",)] * 6, *[("tools",)] * 5)
    (told,) = [one.sentence for one in most.findings if one.rule == "coverage"]
    assert told.startswith("*Coverage.* 6 of 11 texts are tagged “mobile”.")
    even = prepared(*[("mobile",)] * 5, *[("tools",)] * 6, ("shed",))
    assert [one for one in even.findings if one.rule == "coverage"] != []
    spread = prepared(*[("mobile",)] * 4, *[("tools",)] * 4, *[("shed",)] * 4)
    assert [one for one in spread.findings if one.rule == "coverage"] == []
    assert spread.topics == Topics("tags", {"mobile": 4, "shed": 4, "tools": 4}, of=12)


def test_topics_and_months_are_drawn_in_a_line_each() -> None:
    topics = Topics("tags", {"tools": 24, "garden": 12, **{f"t{n}": 1 for n in range(6)}}, of=40, without=3, others=2)
    lines = coverage_lines({"by_month": {"2021-01": 1, "2021-03": 14, "2022-12": 7}, "topics": asdict(topics)})
    assert [line.replace("\u00a0", " ") for line in lines] == [
        "By month: 2021 ▂▁█▁▁▁▁▁▁▁▁▁ 15 · 2022 ▁▁▁▁▁▁▁▁▁▁▁▅ 7",
        "About, by their own tags: tools ▇▇▇▇▇▇▇▇ 24 · garden ▇▇▇▇ 12 · t0 ▇ 1 · t1 ▇ 1 · t2 ▇ 1 · t3 ▇ 1 · "
        "and 4 other tags · 3 without a tag",
    ]


def test_words_are_not_told_as_tags() -> None:
    (line,) = coverage_lines({"by_month": {}, "topics": asdict(Topics("words", {"spade": 3}, of=9))})
    assert line.replace("\u00a0", " ") == "About, by words they share and others seldom use: spade ▇▇▇▇▇▇▇▇ 3"


def test_of_many_years_the_last_are_drawn_and_the_others_counted() -> None:
    (line,) = coverage_lines({"by_month": {f"{year}-05": 2 for year in range(2001, 2015)}})
    assert line.replace("\u00a0", " ").startswith("By month: earlier 8 · 2005 ▁▁▁▁█▁▁▁▁▁▁▁ 2 · ")
    assert line.endswith("2014\u00a0▁▁▁▁█▁▁▁▁▁▁▁\u00a02")


@pytest.mark.parametrize("report", [{"by_month": {}}, {"by_month": {"2021-01": 4}}])
def test_nothing_is_drawn_of_nothing(report: dict[str, dict[str, int]]) -> None:
    assert coverage_lines(report) == []


def test_the_page_to_read_has_the_lines_and_no_markup_of_a_tag() -> None:
    page = report_markdown(prepared(*[("*tools*",)] * 12))
    assert "## Coverage\n\n- About, by their own tags: \\*tools\\*\u00a0▇▇▇▇▇▇▇▇\u00a012" in page
