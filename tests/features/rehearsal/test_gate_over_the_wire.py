"""From a dirty file to an approval card: what the gate says on the way, in the bot between two real servers."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import ModelSettings
from tests.fakes.bot_process import CHANNEL, Json, Thread, World, open_world, words_of

SPENDING = "C0VOICESPEND"
SYLLABLES = ("ka", "ro", "ten", "mi", "sal", "ver", "do", "lin")
WHY = "The addresses belong to the posts, and we want them."


def body(number: int, inside: str = "") -> str:
    """Words that no other post has in this order, and something among them."""
    chance = random.Random(number)
    words = ["".join(chance.choices(SYLLABLES, k=2)) for _ in range(70)]
    return f"{' '.join(words[:35]).capitalize()} {inside} {' '.join(words[35:])}."


def posts_csv(size: int, inside: str = "") -> bytes:
    rows = [f'Note {number},"{body(number, inside.format(number=number))}"' for number in range(size)]
    return ("title,body\n" + "\n".join(rows)).encode()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, models=ModelSettings(api_keys={"private": SecretStr("none is asked")})) as world:
        yield world


async def cleaned(world: World, content: bytes) -> Thread:
    """All fixes accepted, where any are offered."""
    thread = await world.dataset_thread(await world.agreed_voice())
    report = await world.report(thread, "notes.csv", content)
    if "datasets.accept_all" in pressable(report):
        await press(world, report, "datasets.accept_all")
        await world.quiet()
    return thread


def pressable(message: Json) -> list[str]:
    held = [[*block.get("elements", []), block.get("accessory") or {}] for block in message["blocks"]]
    return [str(one.get("action_id")) for elements in held for one in elements if one.get("action_id")]


async def press(world: World, message: Json, action_id: str, user: str = "steward") -> int:
    pressed = await world.people.press(user, message.get("channel", CHANNEL), message["ts"], action_id)
    assert pressed["outcome"] == "acked", pressed
    return int(pressed["seq"])


async def asked_for_approval(world: World, thread: Thread) -> str:
    """`/voice train`; the sentence that refuses it."""
    typed = await world.people.command("steward", f"/voice train {thread.handle}")
    assert typed["outcome"] == "acked" and typed["answer"], typed
    await world.quiet()
    return str(typed["answer"]["text"])


async def approval_card(world: World, report: Json) -> Json:
    """By the report's button and the form it opens."""
    seq = await press(world, report, "spending.ask")
    form = await world.people.wait("view_opened", after=seq, user="U0STEWARD")
    await world.provider_asked()
    sent = await world.people.submit("steward", form["view_id"], {})
    assert sent["errors"] == {}, sent
    card = await world.people.wait("message", after=seq, channel=SPENDING, by_bot=True)
    return dict(card["message"]) | {"channel": SPENDING}


async def card_of(world: World, thread: Thread) -> str:
    return words_of((await world.people.messages(CHANNEL, thread_ts=thread.ts))[0])


async def test_asking_without_a_rehearsal_runs_it_and_goes_on_in_the_thread(town: World) -> None:
    thread = await cleaned(town, posts_csv(40))
    assert "clean · not rehearsed" in await card_of(town, thread)
    assert await asked_for_approval(town, thread) == (
        "These texts haven't been rehearsed yet. I'm doing it now, free: try again when the report stands in the "
        "dataset thread."
    )
    assert "clean · rehearsed ✅" in await card_of(town, thread)
    report = await town.message_in(thread, "🎭 *Rehearsal — free, on our own machine.*")
    await town.skip_comparing(thread.handle)
    card = await approval_card(town, report)
    assert "40 texts · rehearsal ✅ · " in words_of(card)
    seq = await press(town, card, "spending.approve", "approver")
    assert await town.rows_when("SELECT state FROM tuning_job")
    await town.said("texts, locked.", after=seq, kind="message_changed")
    locked = await town.message_in(thread, "*Cleaning report*")
    assert "What was approved no longer changes." in words_of(locked)
    assert pressable(locked) == ["pictures.show"]


async def test_a_fault_closes_payment_until_its_fix_is_pressed_under_the_report(town: World) -> None:
    thread = await town.dataset_thread(await town.agreed_voice())
    await town.report(thread, "notes.csv", posts_csv(40, "https://example.org/notes/{number}"))
    await town.people.command("steward", f"/voice rehearse {thread.handle}")
    await town.quiet()
    report = await town.message_in(thread, "🛑 *Rehearsal found 1 problem. Paying now would waste the run.*")
    assert "spending.ask" not in pressable(report)
    assert "🛑 rehearsal found problems" in await card_of(town, thread)
    await press(town, report, "datasets.fix.link.fix")
    await town.quiet()
    assert town.query("SELECT choice FROM recipe_step WHERE rule = 'link'") == [("fix",)]
    assert "haven't been rehearsed yet" in await asked_for_approval(town, thread)
    after = await town.message_in(thread, "🎭 *Rehearsal — free, on our own machine.*")
    await town.skip_comparing(thread.handle)
    assert "rehearsal ✅" in words_of(await approval_card(town, after))


async def test_a_reason_opens_the_way_and_the_approver_reads_it(town: World) -> None:
    thread = await cleaned(town, posts_csv(14))
    assert "haven't been rehearsed yet" in await asked_for_approval(town, thread)
    report = await town.message_in(thread, "14 texts are left; I need at least 20 to rehearse")
    assert await asked_for_approval(town, thread) == (
        "14 texts are too few to rehearse (20 are needed). Add texts, use few-shot, or override the report in the "
        "dataset thread."
    )
    seq = await press(town, report, "rehearsal.override")
    form = await town.people.wait("view_opened", after=seq, user="U0STEWARD")
    sent = await town.people.submit("steward", form["view_id"], {"reason": {"reason": WHY}})
    assert sent["errors"] == {}, sent
    await town.quiet()
    report = await town.message_in(thread, "14 texts are left; I need at least 20 to rehearse")
    await town.skip_comparing(thread.handle)
    card = await approval_card(town, report)
    assert f"⚠️ rehearsal overridden by <@U0STEWARD>: “{WHY}”" in words_of(card)
    assert town.query("SELECT who FROM audit_entry WHERE what = 'rehearsal.overridden'") == [("U0STEWARD",)]
