"""No money for texts that nobody rehearsed, nor for those that would teach a fault, unless somebody says why."""

import pytest

from bot.cards import APPROVAL_CARD
from bot.features.spending.asking import Asked, TrainForm
from bot.features.spending.views import TEMPLATES
from bot.slack.failures import sentence_for
from bot.slack.forms import ERROR_CHARS, in_form
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import DatasetId
from pipeline.errors import (
    AppError,
    ComparisonUnderWay,
    FewShotIsEnough,
    NotCompared,
    NotRehearsed,
    RehearsalRefused,
    TextsNotReady,
    TooFewToRehearse,
    UnresolvedBlocker,
)
from tests.fakes.judgements import judge, judging
from tests.fakes.money_bench import STEWARD, TEAM, Bench, press, wish

REPORT_KEY = "dataset:1:rehearsal"


async def test_asking_without_a_rehearsal_starts_it_and_asks_nobody_for_money(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice(), rehearsal=None)
    with pytest.raises(NotRehearsed):
        await bench.form(TEAM, "founder", STEWARD)
    with pytest.raises(NotRehearsed):
        await bench.ask(wish())
    assert [(row.kind, row.subject, row.state) for row in await bench.work()] == [("rehearse", "1", "due")]
    said, places = await bench.said(), await bench.places()
    assert list(said) == [REPORT_KEY]
    assert said[REPORT_KEY][1] == {"state": "running", "handle": "founder", "texts": 87}
    assert places[REPORT_KEY] == "round:1:card"


async def test_after_it_passed_the_same_press_opens_the_form(bench: Bench) -> None:
    dataset = await bench.prepare(await bench.add_voice(), rehearsal=None)
    with pytest.raises(NotRehearsed):
        await bench.form(TEAM, "founder", STEWARD)
    await bench.rehearse(dataset)
    assert isinstance(await bench.form(TEAM, "founder", STEWARD), TrainForm)


async def test_a_rehearsal_of_other_texts_does_not_count(bench: Bench) -> None:
    voice = await bench.add_voice()
    await bench.prepare(voice)
    await bench.prepare(voice, rehearsal=None, content_hash="other")
    with pytest.raises(NotRehearsed):
        await bench.ask(wish())


async def test_other_choices_that_come_to_the_same_rows_need_no_other_rehearsal(bench: Bench) -> None:
    voice = await bench.add_voice()
    first = await bench.prepare(voice)
    again = await bench.prepare(voice, rehearsal=None, recipe_blob="other choices")
    assert first.dataset_id != again.dataset_id
    assert isinstance(await bench.form(TEAM, "founder", STEWARD), TrainForm)


async def test_a_bad_rehearsal_closes_payment_until_it_is_overridden(bench: Bench) -> None:
    dataset = await bench.prepare(await bench.add_voice(), rehearsal="refuse")
    for asking in (bench.form(TEAM, "founder", STEWARD), bench.ask(wish())):
        with pytest.raises(RehearsalRefused) as refused:
            await asking
        assert refused.value.problems == 2
    assert await bench.said() == {} and await bench.work() == []
    await bench.override(dataset)
    asked = await bench.ask(wish())
    assert isinstance(asked, Asked)
    assert isinstance(await bench.approve(press(asked.request)), TuningJob)


async def test_too_few_to_rehearse_needs_the_override_as_well(bench: Bench) -> None:
    dataset = await bench.prepare(await bench.add_voice(), rehearsal="too-few", examples=14, train_examples=12)
    with pytest.raises(TooFewToRehearse) as few:
        await bench.ask(wish())
    assert (few.value.texts, few.value.needed) == (14, 20)
    await bench.override(dataset)
    assert isinstance(await bench.ask(wish()), Asked)


async def test_the_approval_card_says_passed_or_by_whom_it_was_overridden(bench: Bench) -> None:
    await bench.asked()
    assert " · rehearsal ✅ · few-shot told apart in 6 of 6 · consent ✅ · " in await card(bench, 1)
    async with bench.db.read() as tx:
        (voice,) = await tx.voices.of_team(TEAM)
    await bench.override(await bench.prepare(voice, rehearsal="refuse", content_hash="other"))
    await bench.ask(wish())
    assert f"⚠️ rehearsal overridden by <@{STEWARD}>: “the links belong to the posts”" in await card(bench, 2)


async def card(bench: Bench, number: int) -> str:
    template, facts = (await bench.said())[f"spend:{number}:card"]
    assert template == APPROVAL_CARD
    return str(TEMPLATES[APPROVAL_CARD](facts).payload()["blocks"][0]["text"]["text"])


async def test_an_approval_is_checked_again_when_the_rules_have_changed_since(bench: Bench) -> None:
    """An upgrade may find what the rehearsal at the time of asking did not."""
    dataset = await bench.prepare(await bench.add_voice())
    asked = await bench.ask(wish())
    assert isinstance(asked, Asked)
    request = asked.request
    await bench.rehearse(dataset, "refuse")
    with pytest.raises(RehearsalRefused):
        await bench.approve(press(request))
    assert await bench.jobs() == [] and await bench.holds() == []
    assert (await bench.request(request.spend_request_id)).state == "asked"


async def test_open_blockers_and_missing_texts_are_said_before_a_rehearsal_is_started(bench: Bench) -> None:
    voice = await bench.add_voice()
    with pytest.raises(TextsNotReady):
        await bench.form(TEAM, "founder", STEWARD)
    await bench.prepare(voice, rehearsal=None, open_blockers=("link",))
    with pytest.raises(UnresolvedBlocker):
        await bench.form(TEAM, "founder", STEWARD)
    assert await bench.work() == []


@pytest.mark.parametrize("error", [NotRehearsed(), RehearsalRefused(2), TooFewToRehearse(14, 20)])
def test_the_sentences_stand_whole_below_a_forms_field(error: AppError) -> None:
    assert in_form(sentence_for(error)) == sentence_for(error)
    assert len(sentence_for(error)) <= ERROR_CHARS


async def test_asking_without_a_comparison_offers_it_in_the_thread(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice(), is_compared=False)
    with pytest.raises(NotCompared):
        await bench.form(TEAM, "founder", STEWARD)
    with pytest.raises(NotCompared):
        await bench.ask(wish())
    [(key, (template, facts))] = (await bench.said()).items()
    assert (template, facts["handle"], facts["by"]) == ("baseline.offer", "founder", None)
    assert (await bench.places())[key] == "round:1:card"


async def test_while_judges_answer_nobody_can_ask(bench: Bench) -> None:
    dataset = await bench.prepare(await bench.add_voice(), is_compared=False)
    async with bench.db.begin() as tx:
        await judging(tx, dataset)
    with pytest.raises(ComparisonUnderWay) as refused:
        await bench.ask(wish())
    assert refused.value.judges == ("UOWNER",)


async def test_drafts_taken_for_real_close_payment_until_somebody_says_why(bench: Bench) -> None:
    dataset = await bench.prepare(await bench.add_voice(), is_compared=False)
    async with bench.db.begin() as tx:
        await judge(tx, dataset, right=5)
    with pytest.raises(FewShotIsEnough) as refused:
        await bench.ask(wish())
    assert (refused.value.right, refused.value.answers) == (5, 6)
    async with bench.db.begin() as tx:
        await tx.baseline_overrides.give(dataset, by=STEWARD, reason="the base ends in May", at=bench.clock())
    assert isinstance(await bench.ask(wish()), Asked)
    _, card = (await bench.said())["spend:1:card"]
    told = {"right": 5, "answers": 6, "by": STEWARD, "reason": "the base ends in May", "beaten": None}
    assert card["baseline"] == told


async def test_a_comparison_of_other_texts_does_not_count(bench: Bench) -> None:
    voice = await bench.add_voice()
    await bench.prepare(voice)
    await bench.prepare(voice, is_compared=False, content_hash="other")
    with pytest.raises(NotCompared):
        await bench.ask(wish())


async def test_a_request_older_than_the_comparison_is_not_approved(bench: Bench) -> None:
    request = await bench.asked()
    async with bench.db.begin() as tx:
        dataset = await tx.datasets.by_id(DatasetId(request.dataset_id))
        known = await tx.baselines.newest(dataset)
        assert known is not None
        await tx.baselines.end(known, "failed")
    with pytest.raises(NotCompared):
        await bench.approve(press(request))
    assert await bench.jobs() == []
