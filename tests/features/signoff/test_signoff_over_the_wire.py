"""An editor gets ten random texts by direct message, keeps or leaves out each, and the cards say how it came out."""

import asyncio
import json
import sqlite3
from random import Random
from typing import Any

import pytest

from tests.fakes.bot_process import CHANNEL, REPORT, Json, Thread, World, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
VOCABULARY = [f"{a}{b}" for a in ("gar", "riv", "eng", "let", "win", "bak", "har") for b in ("den", "er", "ine", "ter")]
EDITOR, DIRECT = "editor", "D0EDITOR"


def posts(number: int, words: int = 70) -> bytes:
    rows = [
        f'"Post {n}","{" ".join(Random(n).choices(VOCABULARY, k=words))}.",2024-01-{n:02}' for n in range(1, number + 1)
    ]
    return "\n".join(["title,body,date", *rows]).encode()


async def report_in(town: World, thread: Thread) -> Json:
    return await town.message_in(thread, REPORT)


async def asked(town: World, *, number: int = 14, words: int = 70, editor: str = EDITOR) -> Thread:
    thread = await town.dataset_thread()
    await town.report(thread, "posts.csv", posts(number, words))
    await ask(town, thread, editor)
    await town.quiet()
    return thread


async def ask(town: World, thread: Thread, editor: str = EDITOR, user: str = "steward") -> Json:
    report = await report_in(town, thread)
    pressed = await town.people.press(user, CHANNEL, report["ts"], "signoff.open")
    form = await town.people.wait("view_opened", after=pressed["seq"], user=f"U0{user.upper()}")
    return dict(await town.people.submit(user, form["view_id"], {"editor": {"editor": f"U0{editor.upper()}"}}))


async def rows_of(town: World, thread: Thread, direct: str = DIRECT) -> list[Json]:
    """The messages with a text each, of this voice's newest look."""
    ((signoff_id,),) = town.query("SELECT max(id) FROM signoff WHERE round_id = ?", town.round_id(thread))
    messages = await town.people.messages(direct)
    return [dict(one) for one in messages if f'"{signoff_id}:' in json.dumps(one.get("blocks", []))]


async def answer(town: World, row: Json, *, keep: bool, user: str = EDITOR) -> Json:
    action = "signoff.keep" if keep else "signoff.leave_out"
    return dict(await town.people.press(user, f"D0{user.upper()}", row["ts"], action))


def card(town: World, thread: Thread) -> str:
    sql = "SELECT facts FROM outbox WHERE key = ?"
    ((facts,),) = town.query(sql, f"round:{town.round_id(thread)}:card")
    return str(json.loads(facts)["audits"])


async def shown_card(town: World, thread: Thread) -> str:
    await town.quiet()
    return words_of((await town.people.messages(CHANNEL, thread_ts=thread.ts))[0])


def kept_in(town: World, thread: Thread) -> int:
    sql = "SELECT d.kept FROM dataset d JOIN round r ON r.dataset_id = d.id WHERE r.id = ?"
    ((kept,),) = town.query(sql, town.round_id(thread))
    return int(kept)


async def test_ten_texts_nine_kept_one_left_out(town: World) -> None:
    thread = await asked(town)
    rows = await rows_of(town, thread)
    assert len(rows) == 10
    assert any("For the audit I sent <@U0EDITOR> 10 random rows." in one for one in await town.in_thread(thread))
    assert "✅ owner" in json.dumps(rows[0], ensure_ascii=False)
    for number, row in enumerate(rows):
        assert (await answer(town, row, keep=number != 3))["outcome"] == "acked"
    assert "audited by <@U0EDITOR>, 9/10" in await shown_card(town, thread)
    assert kept_in(town, thread) == 13
    assert "1 left out by hand" in words_of(await report_in(town, thread))
    assert (await rows_of(town, thread))[3] and "❌ left out" in words_of((await rows_of(town, thread))[3])


async def test_the_others_answers_hold_and_nobody_is_asked_again(town: World) -> None:
    thread = await asked(town)
    rows = await rows_of(town, thread)
    for keep, row in zip((True, False, True, False), rows, strict=False):
        await answer(town, row, keep=keep)
        await town.quiet()
    assert "<@U0EDITOR> checked 4 of 10" in await shown_card(town, thread)
    assert "last changed" not in await shown_card(town, thread)
    assert len(town.query("SELECT 1 FROM signoff WHERE round_id = ?", town.round_id(thread))) == 1
    assert [row["ts"] for row in await rows_of(town, thread)] == [row["ts"] for row in rows]
    assert kept_in(town, thread) == 12


async def test_an_answer_can_be_changed(town: World) -> None:
    thread = await asked(town)
    before = town.state_of(thread)[0][2]
    row = (await rows_of(town, thread))[0]
    await answer(town, row, keep=False)
    await town.quiet()
    assert kept_in(town, thread) == 13
    await answer(town, row, keep=True)
    await town.quiet()
    assert town.state_of(thread)[0][2] == before
    assert "✅ kept" in words_of((await rows_of(town, thread))[0])


async def test_double_clicks_leave_a_text_out_once(town: World) -> None:
    thread = await asked(town)
    row = (await rows_of(town, thread))[0]
    answers = await asyncio.gather(*(answer(town, row, keep=False) for _ in range(4)))
    assert {one["outcome"] for one in answers} == {"acked"}
    await town.quiet()
    sql = "SELECT count(*) FROM recipe_step WHERE round_id = ? AND excluded IS NOT NULL"
    assert town.query(sql, town.round_id(thread)) == [(1,)]
    assert kept_in(town, thread) == 13


async def test_two_editors_answer_at_once(town: World) -> None:
    thread = await asked(town)
    await ask(town, thread, "owner")
    await town.quiet()
    mine, theirs = (
        await rows_of(town, thread, "D0OWNER"),
        [one for one in await town.people.messages(DIRECT) if "signoff.keep" in json.dumps(one)][-10:],
    )
    assert [words_of(one)[:60] for one in mine] == [words_of(one)[:60] for one in theirs]  # drawn by the same hash
    both = [answer(town, row, keep=True) for row in theirs] + [
        answer(town, row, keep=n != 0, user="owner") for n, row in enumerate(mine)
    ]
    await asyncio.gather(*both)
    shown = await shown_card(town, thread)
    assert "audited by <@U0EDITOR>, 10/10 · audited by <@U0OWNER>, 9/10" in shown


async def test_the_steward_puts_a_text_back(town: World) -> None:
    thread = await asked(town)
    await answer(town, (await rows_of(town, thread))[0], keep=False)
    await town.quiet()
    standing = await town.message_in(thread, "❌ left out")
    denied = await town.people.press("member", CHANNEL, standing["ts"], "signoff.put_back.1")
    await town.said("Only the steward", after=denied["seq"], kind="ephemeral", to="U0MEMBER")
    await town.people.press("steward", CHANNEL, standing["ts"], "signoff.put_back.1")
    await town.quiet()
    assert kept_in(town, thread) == 14
    assert await town.message_in(thread, "put back since")


async def test_a_later_change_is_said_on_the_card(town: World) -> None:
    thread = await asked(town)
    for row in await rows_of(town, thread):
        await answer(town, row, keep=True)
    await town.report(thread, "more.csv", posts(18).replace(b"Post", b"Note").replace(b"garden", b"meadow"))
    assert "audited by <@U0EDITOR>, 10/10, before the texts last changed" in await shown_card(town, thread)


async def test_a_long_text_is_shown_whole_on_demand(town: World) -> None:
    thread = await asked(town, number=11, words=900)
    row = (await rows_of(town, thread))[0]
    assert len(words_of(row)) < 2000
    await town.people.press(EDITOR, DIRECT, row["ts"], "signoff.show_all")
    await town.quiet()
    whole = words_of((await rows_of(town, thread))[0])
    assert len(whole) > 5000
    assert "Show all" not in whole


@pytest.mark.parametrize("editor", ["guest", "understudy"])
async def test_a_guest_or_a_bot_is_refused_below_the_field(town: World, editor: str) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "posts.csv", posts(12))
    sent = await ask(town, thread, editor)
    assert "can't check texts" in sent["errors"]["editor"]
    assert not town.query("SELECT 1 FROM signoff WHERE round_id = ?", town.round_id(thread))


async def test_only_the_steward_asks(town: World) -> None:
    thread = await town.dataset_thread()
    report = await town.report(thread, "posts.csv", posts(12))
    pressed = await town.people.press("member", CHANNEL, report["ts"], "signoff.open")
    await town.said("Only the steward", after=pressed["seq"], kind="ephemeral", to="U0MEMBER")


async def test_asked_twice_nothing_more_is_sent(town: World) -> None:
    thread = await asked(town)
    before = len(await town.people.messages(DIRECT))
    assert not (await ask(town, thread))["errors"]
    await town.quiet()
    assert len(await town.people.messages(DIRECT)) == before


async def test_a_paid_round_and_a_withdrawn_consent_are_told(town: World) -> None:
    thread = await asked(town)
    row = (await rows_of(town, thread))[0]
    await asyncio.to_thread(change, town, "UPDATE round SET state = 'locked' WHERE id = ?", town.round_id(thread))
    pressed = await answer(town, row, keep=False)
    await town.said("was approved, so it no longer changes", after=pressed["seq"], kind="ephemeral", to="U0EDITOR")
    await asyncio.to_thread(change, town, "UPDATE round SET state = 'open' WHERE id = ?", town.round_id(thread))
    of_round = "voice_id = (SELECT voice_id FROM round WHERE id = ?)"
    sql = f"UPDATE consent SET state = 'withdrawn', decided_at = asked_at WHERE {of_round}"
    await asyncio.to_thread(change, town, sql, town.round_id(thread))
    pressed = await answer(town, row, keep=False)
    await town.said("no longer collects, trains or writes", after=pressed["seq"], kind="ephemeral", to="U0EDITOR")
    assert kept_in(town, thread) == 14


def change(town: World, sql: str, *values: Any) -> None:
    connection = sqlite3.connect(town.database, timeout=10)
    with connection:
        connection.execute(sql, values)
    connection.close()


async def test_hostile_texts_mention_nobody(town: World) -> None:
    thread = await town.dataset_thread()
    hostile = posts(12).replace(b"Post", b"<!channel> *x* Post").replace(b"garden", b"<@U0OWNER> garden")
    await town.report(thread, "hostile.csv", hostile)
    await ask(town, thread)
    await town.quiet()
    rows = await rows_of(town, thread)
    assert len(rows) == 10
    for row in rows:
        assert "<!channel>" not in json.dumps(row)
        assert "<@U0OWNER>" not in json.dumps(row)
