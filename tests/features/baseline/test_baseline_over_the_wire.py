"""Plain prompting before money: few-shot drafts, blind judges, the honest no, and a reason that opens the way."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.bot_process import CHANNEL, words_of
from tests.features.baseline.comparing import WHY, WRITE, Comparison, open_comparison, prose

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Comparison]:
    async with open_comparison(tmp_path_factory.mktemp("town")) as comparison:
        yield comparison


@pytest_asyncio.fixture(loop_scope="module")
async def town(whole_town: Comparison) -> Comparison:
    """One town for all, with a model that answered nobody yet."""
    whole_town.model.requests.clear()
    whole_town.model.replies.clear()
    await whole_town.change("DELETE FROM budget")
    return whole_town


async def test_drafts_are_written_like_the_owner_from_train_posts_and_paid_once(town: Comparison) -> None:
    thread = await town.ready()
    await town.drafted(thread, "editor")
    asked = [seen.body for seen in town.model.seen(WRITE)]
    assert len(asked) == 6
    assert "see below" in await town.words_in(thread, "is being tried")  # the buttons that began it are gone
    for body in asked:
        assert [one["role"] for one in body["messages"]] == ["system", *["user", "assistant"] * 5, "user"]
        assert f"in the voice of {thread.handle}" in body["messages"][0]["content"]
    pairs = await town.pairs("owner", thread)
    assert len(pairs) == len(await town.pairs("editor", thread)) == 6
    prompts = json.dumps([body["messages"] for body in asked])
    for pair in pairs:
        _, *sides = [section["text"]["text"] for section in pair["blocks"] if section["type"] == "section"]
        real = sides["AB".index(town.real(pair))].split("\n", 1)[1]
        assert real[:60] not in prompts
    assert town.month() == [(0, 6 * town.cost)]


async def test_told_apart_opens_the_way_to_approval(town: Comparison) -> None:
    thread = await town.ready()
    await town.drafted(thread, "editor")
    await town.judge_all("owner", thread, right=6)
    assert "<@U0EDITOR>: 6 of 6" in await town.words_in(thread, "Still to answer")
    await town.judge_all("editor", thread, right=5)
    await town.world.quiet()
    result = await town.words_in(thread, "Training may be worth it")
    assert "<@U0OWNER> and <@U0EDITOR> told the draft from the real post in 11 of 12 cases" in result
    assert "in less than 1 of 100 tries" in result  # 13 of 4,096
    assert await asked_for_approval(town, thread.handle) == "a form"


async def test_taken_for_real_closes_payment_until_a_reason_is_given(town: Comparison) -> None:
    thread = await town.ready()
    await town.drafted(thread, "editor")
    await town.judge_all("owner", thread, right=4)
    await town.judge_all("editor", thread, right=2)
    await town.world.quiet()
    result = await town.world.message_in(thread, "Training may not be worth it")
    assert "took the draft for real in 6 of 12 cases" in words_of(result)
    refused = await asked_for_approval(town, thread.handle)
    assert "told few-shot drafts apart in only 6 of 12 cases" in refused
    pressed = await town.press("steward", result, "baseline.override")
    form = await town.world.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    short = await town.world.people.submit("steward", form["view_id"], {"reason": {"reason": "so   " * 6}})
    assert "At least 20 characters" in short["errors"]["reason"]
    pressed = await town.press("steward", result, "baseline.override")
    form = await town.world.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    sent = await town.world.people.submit("steward", form["view_id"], {"reason": {"reason": WHY}})
    assert sent["errors"] == {}, sent
    await town.world.quiet()
    assert f"trains anyway: “{WHY}”" in await town.words_in(thread, "Training may not be worth it")
    assert await asked_for_approval(town, thread.handle) == "a form"


async def test_answers_change_until_the_end_and_nobody_sees_anothers(town: Comparison) -> None:
    thread = await town.ready()
    await town.drafted(thread, "editor")
    first = (await town.pairs("owner", thread))[0]
    await town.guess("owner", first, "unsure")
    await town.world.quiet()
    assert "Your answer: *Can't tell*" in words_of((await town.pairs("owner", thread))[0])
    await town.guess("owner", first, town.real(first))
    await town.judge_all("owner", thread, right=6)
    await town.world.quiet()
    assert all("Your answer" not in words_of(one) for one in await town.pairs("editor", thread))
    assert all("is the real one" not in words_of(one) for one in await town.pairs("owner", thread))
    await town.judge_all("editor", thread, right=0)
    await town.world.quiet()
    of = town.baseline_id(thread)
    assert town.world.query("SELECT count(*) FROM baseline_judgement WHERE baseline_id = ?", of) == [(12,)]
    assert not await town.pairs("editor", thread)  # no buttons are left
    shown = [words_of(one) for one in await town.world.people.messages("D0EDITOR")]
    assert sum("is the real one. You said" in one for one in shown[-6:]) == 6


async def test_each_judge_has_their_own_order_and_both_texts_the_same_length(town: Comparison) -> None:
    thread = await town.ready()
    await town.drafted(thread, "editor", "approver")
    sides = {
        judge: [town.real(one) for one in await town.pairs(judge, thread)] for judge in ("owner", "editor", "approver")
    }
    assert len(set(map(tuple, sides.values()))) > 1
    for pair in await town.pairs("owner", thread):
        _, a, b = [section["text"]["text"] for section in pair["blocks"] if section["type"] == "section"]
        assert len(a.split()) == len(b.split())


async def test_the_steward_closes_without_waiting_once_one_judge_is_done(town: Comparison) -> None:
    thread = await town.ready()
    await town.drafted(thread, "editor")
    assert "baseline.close" not in json.dumps(await town.world.message_in(thread, "Still to answer"))
    await town.judge_all("owner", thread, right=6)
    await town.world.quiet()
    standing = await town.world.message_in(thread, "Still to answer")
    denied = await town.press("member", standing, "baseline.close")
    await town.world.said("Only the steward", after=denied["seq"], kind="ephemeral", to="U0MEMBER")
    await town.press("steward", standing, "baseline.close")
    await town.world.quiet()
    assert "in 6 of 6 cases" in await town.words_in(thread, "Training may be worth it")


async def test_a_copy_is_thrown_away_and_written_again(town: Comparison) -> None:
    thread = await town.ready()
    town.model.replies.extend([prose(3), *(prose(2_000 + number, 200) for number in range(6))])
    await town.start(thread)
    await town.world.quiet()
    assert len(town.model.seen(WRITE)) == 7
    assert len(await town.pairs("owner", thread)) == 6


async def test_a_pair_without_an_answer_is_left_out_and_counted_as_paid(town: Comparison) -> None:
    thread = await town.ready()
    for _ in range(2):
        town.model.next(WRITE, 500, accept=False)
    town.model.replies.extend(prose(3_000 + number, 200) for number in range(8))
    await town.start(thread)
    await town.world.quiet()
    sql = "SELECT sum(sends), sum(answered) FROM baseline_pair WHERE baseline_id = ?"
    ((sends, answered),) = town.world.query(sql, town.baseline_id(thread))
    assert (sends, answered) in ((8, 6), (7, 5))  # the two faults may have met one pair twice
    ((held, settled),) = town.month()
    assert held == 0 and settled > answered * town.cost


async def test_a_refusal_stops_all_drafts_with_its_sentence(town: Comparison) -> None:
    thread = await town.ready()
    town.model.next(WRITE, 400, "bad_request")
    await town.start(thread)
    await town.world.quiet()
    stopped = await town.world.message_in(thread, "The few-shot drafts stopped")
    assert "refused the request (bad_request)" in words_of(stopped)
    assert town.month()[0][0] == 0
    assert "Nobody knows yet whether plain prompting is enough" in await asked_for_approval(town, thread.handle)


async def test_without_consent_nothing_is_drafted(town: Comparison) -> None:
    thread = await town.ready(consent=False)
    typed = await town.world.people.command("steward", f"/voice train {thread.handle}")
    assert "hasn't agreed" in typed["answer"]["text"]
    assert not town.model.seen(WRITE)


async def test_consent_withdrawn_on_the_way_stops_the_drafts(town: Comparison) -> None:
    thread = await town.ready()
    offer = await town.offer(thread)
    pressed = await town.press("steward", offer, "baseline.start")
    form = await town.world.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    await withdraw(town, thread.handle)
    sent = await town.world.people.submit("steward", form["view_id"], {})
    assert "ended consent" in sent["errors"]["base"]
    assert not town.model.seen(WRITE)


async def test_two_presses_at_once_start_one_comparison(town: Comparison) -> None:
    thread = await town.ready()
    town.model.replies.extend(prose(4_000 + number, 200) for number in range(12))
    offer = await town.offer(thread)
    forms = []
    for user in ("steward", "owner"):
        pressed = await town.press(user, offer, "baseline.start")
        form = await town.world.people.wait("view_opened", after=pressed["seq"], user=f"U0{user.upper()}")
        forms.append((user, form["view_id"]))
    sent = await asyncio.gather(*(town.world.people.submit(user, form, {}) for user, form in forms))
    await town.world.quiet()
    assert sorted(bool(one["errors"]) for one in sent) == [False, True]
    sql = "SELECT count(*) FROM baseline WHERE round_id = ?"
    assert town.world.query(sql, town.world.round_id(thread)) == [(1,)]
    assert len(town.model.seen(WRITE)) == 6


async def test_guests_cannot_judge(town: Comparison) -> None:
    thread = await town.ready()
    sent = await town.start(thread, "guest")
    assert "can't check texts" in sent["errors"]["base"]


async def test_over_the_months_limit_nothing_starts(town: Comparison) -> None:
    thread = await town.ready()
    await town.limit_month(1)
    sent = await town.start(thread)
    assert "needs a raised budget" in sent["errors"]["base"] or "would bring" in sent["errors"]["base"]
    assert not town.model.seen(WRITE)


async def test_few_shot_becomes_version_zero_and_drafts(town: Comparison) -> None:
    thread = await town.ready()
    await town.drafted(thread)
    await town.judge_all("owner", thread, right=2)
    await town.world.quiet()
    result = await town.world.message_in(thread, "Training may not be worth it")
    await town.press("steward", result, "baseline.use")
    await town.world.quiet()
    assert "not trained" in await town.words_in(thread, "made few-shot")
    sql = "SELECT version, tuning_job_id FROM voice_model m JOIN voice v ON v.id = m.voice_id WHERE handle = ?"
    assert town.world.query(sql, thread.handle) == [(0, None)]
    assert await drafted(town, f"/voice draft {thread.handle} kettles in autumn words=60")


async def test_yes_to_a_few_shot_draft_writes_what_was_asked_for(town: Comparison) -> None:
    thread = await town.ready()
    town.model.requests.clear()
    typed = await town.world.people.command("member", f"/voice draft {thread.handle} kettles in autumn words=60")
    assert "isn't trained yet (48 texts, not trained). Want a few-shot draft instead?" in typed["answer"]["text"]
    (offer,) = [one for one in await town.world.people.ephemerals("member") if thread.handle in one["text"]]
    pressed = await town.world.people.press("member", CHANNEL, offer["ts"], "drafting.few_shot")
    assert pressed["outcome"] == "acked", pressed
    await town.world.quiet()
    [asked] = [seen.body for seen in town.model.seen(WRITE)]
    assert asked["messages"][-1]["content"] == "kettles in autumn"
    assert [one["role"] for one in asked["messages"]] == ["system", *["user", "assistant"] * 5, "user"]
    sql = "SELECT version FROM voice_model m JOIN voice v ON v.id = m.voice_id WHERE handle = ?"
    assert town.world.query(sql, thread.handle) == [(0,)]


async def asked_for_approval(town: Comparison, handle: str) -> str:
    """`/voice train`: the sentence that refuses it, or "a form"."""
    typed = await town.world.people.command("steward", f"/voice train {handle}")
    assert typed["outcome"] == "acked", typed
    await town.world.quiet()
    return str(typed["answer"]["text"]) if typed["answer"] else "a form"


async def drafted(town: Comparison, command: str) -> bool:
    """Whether a draft came whose footer says that nobody was trained."""
    town.model.requests.clear()
    typed = await town.world.people.command("member", command)
    await town.world.said("v0 (few-shot, not trained)", after=typed["seq"])
    await town.world.quiet()  # the card says so before the draft is written
    [asked] = [seen.body for seen in town.model.seen(WRITE)]
    return len(asked["messages"]) == 12  # the system line, five posts as two turns each, the brief


async def withdraw(town: Comparison, handle: str) -> None:
    of_voice = "voice_id = (SELECT id FROM voice WHERE handle = ?)"
    sql = f"UPDATE consent SET state = 'withdrawn', decided_at = asked_at WHERE {of_voice}"
    await town.change(sql, handle)
