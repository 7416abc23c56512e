"""The worker's step: paid for by one worker at a time, shown only while it may be, posted once."""

import asyncio
from dataclasses import replace

import pytest
from drafting_world import (
    NOW,
    SHOTS,
    STEWARD,
    UNPRICED,
    Crash,
    CrashingDatabase,
    Prices,
    World,
    rendered,
    wish,
    words_of,
)

from pipeline.errors import (
    LeaseLost,
    NoPrice,
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
    SensitivityNotAllowed,
)


async def test_the_model_gets_what_was_asked_for(world: World) -> None:
    await world.ask(wish(words=700, temperature=0.4))
    await world.work()
    assert world.provider.asked == [
        {
            "model": "ft:small:founder",
            "system": "You write in the voice of founder.",
            "brief": "why we repair tools",
            "max_tokens": 1120,  # 700 words x 1.6
            "temperature": 0.4,
            "sensitivity": "private",
            "shots": (),
            "price": Prices().find("private", "small"),
        }
    ]


async def test_short_drafts_have_room_to_end(world: World) -> None:
    await world.ask(wish(words=50))
    await world.work()
    assert world.provider.asked[0]["max_tokens"] == 200


async def test_a_draft_is_posted_under_its_card_with_emoji(world: World) -> None:
    draft = await world.drafted()
    card, text = world.said
    assert draft.state == "posted"
    assert text.thread_ts == await world.ts_of(draft.card_key)
    assert (text.saying.key, text.saying.seeds) == (draft.text_key, ("+1", "-1", "pencil2"))
    assert card.saying.key == draft.card_key
    words = words_of(rendered(text))
    assert words.startswith("🤖 *AI-written draft* in Olive's voice")
    assert "_AI draft in Olive's voice · founder v1 · asked by <@UMEMBER> · d-0001 · 20 words · $0.0012_" in words
    [posted] = await world.audits("draft.posted")
    assert posted.after == {"cost_microusd": 1_200, "latency_ms": 900}


async def test_consent_withdrawn_while_the_model_writes_shows_nothing(world: World) -> None:
    world.provider.during = world.withdraw_consent
    draft = await world.drafted()
    assert (draft.state, draft.failure, draft.written) == ("failed", "ConsentWithdrawn", None)
    assert [one.saying.template for one in world.said] == ["drafting.card", "drafting.failed"]
    assert "<@UOWNER>" in words_of(rendered(world.said[-1]))
    assert "Repair comes first" not in repr([one.saying.facts for one in world.said])
    [failed] = await world.audits("draft.failed")
    assert failed.after == {"why": "ConsentWithdrawn", "cost_microusd": 1_200}


async def test_consent_withdrawn_while_it_waits_sends_nothing(world: World) -> None:
    await world.ask(wish())
    await world.withdraw_consent()
    await world.work()
    assert world.provider.asked == []
    assert (await world.drafts())[0].state == "failed"


async def test_a_voice_paused_while_the_model_writes_shows_nothing(world: World) -> None:
    async def pause() -> None:
        async with world.database.begin() as tx:
            await tx.voices.set_state(world.voice.voice_id, "paused")

    world.provider.during = pause
    assert (await world.drafted()).state == "failed"


async def test_a_busy_provider_is_tried_again_later(world: World) -> None:
    world.provider.answers = [ProviderBusy("private"), ProviderBusy("private"), "At last."]
    await world.ask(wish())
    await world.work()
    assert len(world.provider.asked) == 1
    world.clock.pass_s(2)
    await world.work()
    assert len(world.provider.asked) == 2
    world.clock.pass_s(3)
    assert await world.work() == 0  # the second wait is longer
    world.clock.pass_s(1)
    await world.work()
    draft = (await world.drafts())[0]
    assert draft.written is not None
    assert draft.written.text == "At last."


async def run_out(world: World) -> int:
    """Work until nothing comes back; returns the seconds that took."""
    seconds = 0
    while (await world.drafts())[0].state == "asked":
        await world.work()
        world.clock.pass_s(1)
        seconds += 1
        assert seconds < 1_000
    return seconds


async def test_a_provider_that_stays_busy_outlasts_a_waking_model_and_then_fails(world: World) -> None:
    world.provider.answers = [ProviderBusy("private")]
    await world.ask(wish())
    assert await run_out(world) > 90
    await world.post()
    assert len(world.provider.asked) == 8
    assert "was busy for several minutes and took nothing" in words_of(rendered(world.said[-1]))


async def test_an_unknown_outcome_is_sent_three_times_at_most_and_each_is_on_record(world: World) -> None:
    world.provider.answers = [ProviderUnavailable("private")]
    await world.ask(wish())
    await run_out(world)
    await world.post()
    assert len(world.provider.asked) == 3
    assert [entry.after["try"] for entry in await world.audits("draft.sent")] == [1, 2, 3]
    words = words_of(rendered(world.said[-1]))
    assert "didn't answer in time" in words
    assert "Try again" in words
    assert (await world.drafts())[0].failure == "timeout"


@pytest.mark.parametrize(
    ("error", "failure", "said"),
    [
        (ProviderRefused("private", "model_not_found", "no"), "model_gone", "Your data and feedback are safe"),
        (ProviderRefused("private", "content_filter", "no"), "ProviderRefused", "refused the request (content_filter)"),
        (SensitivityNotAllowed("cloud", "private"), "SensitivityNotAllowed", "Nothing left this machine"),
        (NoPrice("private", "small"), "NoPrice", "I won't guess"),
    ],
)
async def test_a_definite_no_fails_at_once(world: World, error: Exception, failure: str, said: str) -> None:
    world.provider.answers = [error]
    draft = await world.drafted()
    assert (draft.state, draft.failure) == ("failed", failure)
    assert len(world.provider.asked) == 1
    assert said in words_of(rendered(world.said[-1]))
    assert await world.claim() is None


async def test_an_empty_answer_is_no_draft(world: World) -> None:
    world.provider.answers = [" \n "]
    assert (await world.drafted()).state == "failed"


@pytest.mark.parametrize("crash", ["before", "after"])
async def test_a_crash_around_the_commit_posts_one_text(world: World, crash: str) -> None:
    await world.ask(wish())
    crashing = CrashingDatabase(world.database)

    async def arm() -> None:
        crashing.crash = crash

    world.provider.during = arm
    dying = replace(world.step, database=crashing)
    item = await world.claim(lease_s=10)
    assert item is not None
    with pytest.raises(Crash):
        await dying(item)
    world.provider.during = None
    world.clock.pass_s(11)  # the dead worker's lease ends
    await world.work()
    said = await world.post()
    assert [one.saying.template for one in said] == ["drafting.card", "drafting.text"]
    assert len(world.provider.asked) == (2 if crash == "before" else 1)


async def test_a_draft_that_stands_is_not_paid_for_again(world: World) -> None:
    draft = await world.drafted()
    async with world.database.begin() as tx:
        await tx.work.enqueue("draft", draft.draft_id, "T1", run_at=world.clock())
    assert await world.work() == 1
    assert len(world.provider.asked) == 1
    assert len(await world.audits("draft.posted")) == 1


async def test_two_workers_do_not_pay_twice(world: World) -> None:
    """The first froze while the model wrote; its lease ran out and a second worker has the row."""
    await world.ask(wish())
    first = await world.claim("w1", lease_s=10)
    assert first is not None
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def freeze() -> None:
        writing.set()
        await go_on.wait()

    world.provider.during = freeze
    frozen = asyncio.create_task(world.step(first))
    await writing.wait()
    world.clock.pass_s(11)
    second = await world.claim("w2", lease_s=10)
    assert second is not None
    await world.step(second)
    assert len(world.provider.asked) == 1
    go_on.set()
    with pytest.raises(LeaseLost):
        await frozen
    assert (await world.drafts())[0].state == "asked"
    world.provider.during = None
    world.clock.pass_s(5)
    await world.work()
    await world.post()
    assert [one.saying.template for one in world.said] == ["drafting.card", "drafting.text"]


async def test_a_draft_that_kills_its_worker_is_not_paid_for_for_ever(world: World) -> None:
    await world.ask(wish())
    for _ in range(8):  # each time the process dies with the row in hand
        assert await world.claim(lease_s=1) is not None
        world.clock.pass_s(2)
    await world.work()
    assert world.provider.asked == []
    assert (await world.drafts())[0].failure == "timeout"


async def test_invented_links_are_taken_out_and_the_text_is_stored_as_shown(world: World) -> None:
    world.provider.answers = ["Read [our guide](https://example.org/guide) or https://nowhere.example/x now."]
    draft = await world.drafted()
    assert draft.written is not None
    assert "http" not in draft.written.text
    assert draft.written.text.count("⟦link?⟧") == 2
    words = words_of(rendered(world.said[-1]))
    assert "The draft had 2 web links that don't exist." in words
    assert "http" not in words


async def test_a_text_cut_by_the_limit_says_so(world: World) -> None:
    world.provider.finish_reason = "length"
    await world.drafted()
    assert "The model stopped at its limit; the last paragraph may be cut." in words_of(rendered(world.said[-1]))


async def test_a_long_draft_is_a_beginning_and_a_file_with_all_of_it(world: World) -> None:
    paragraphs = [f"Paragraph {number}. " + "Words and more words. " * 40 for number in range(25)]
    world.provider.answers = ["\n\n".join(paragraphs)]
    draft = await world.drafted()
    assert draft.written is not None
    assert len(words_of(rendered(world.said[-1]))) < 11_500
    assert "this is the beginning, all of it is in d-0001.md below" in words_of(rendered(world.said[-1]))
    assert world.sharing.files == []  # never above the message it belongs to
    world.clock.pass_s(1)
    await world.work()
    [(name, content, place)] = world.sharing.files
    assert (name, place.thread_ts) == ("d-0001.md", await world.ts_of(draft.card_key))
    assert content.split()[-len(draft.written.text.split()) :] == draft.written.text.split()


async def test_version_zero_writes_with_posts_in_its_prompt_and_as_privately_as_those(world: World) -> None:
    async with world.database.begin() as tx:
        round_ = await tx.rounds.latest(world.voice.voice_id)
        assert round_ is not None and round_.dataset_id is not None
        dataset = await tx.datasets.by_id(round_.dataset_id)
        await tx.voice_models.few_shot(world.voice, dataset, provider="private", base="small", now=NOW)
    draft = await world.drafted(version=0)
    assert draft.written is not None
    [asked] = world.provider.asked
    assert (asked["model"], asked["shots"], asked["sensitivity"]) == ("small", SHOTS, "private")
    [said] = [one for one in world.said if one.saying.template == "drafting.text"]
    assert "founder v0 (few-shot, not trained)" in words_of(rendered(said))


async def test_version_zero_writes_on_a_base_that_only_this_workspace_has_priced(world: World) -> None:
    async with world.database.begin() as tx:
        round_ = await tx.rounds.latest(world.voice.voice_id)
        assert round_ is not None and round_.dataset_id is not None
        dataset = await tx.datasets.by_id(round_.dataset_id)
        await tx.voice_models.few_shot(world.voice, dataset, provider="private", base=UNPRICED, now=NOW)
        price = replace(Prices().find("private", "small"), base=UNPRICED)
        await tx.entered_prices.add(world.voice.team_id, price, by=STEWARD, now=NOW)
    draft = await world.drafted(version=0)
    assert draft.written is not None and world.provider.asked[0]["shots"] == SHOTS


async def test_a_trained_version_writes_without_posts_and_goes_before_version_zero(world: World) -> None:
    async with world.database.begin() as tx:
        round_ = await tx.rounds.latest(world.voice.voice_id)
        assert round_ is not None and round_.dataset_id is not None
        dataset = await tx.datasets.by_id(round_.dataset_id)
        await tx.voice_models.few_shot(world.voice, dataset, provider="private", base="small", now=NOW)
    await world.drafted()
    [asked] = world.provider.asked
    assert (asked["model"], asked["shots"]) == ("ft:small:founder", ())
