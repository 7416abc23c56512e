"""Two managers and a double-clicker press Approve at once, over signed HTTP: one run, and the truth for each."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.settings import ModelSettings
from bot.wiring import running_bot
from sandbox.parcels import Answer, Parcel, Transport
from sandbox.server import running_sandbox
from tests.fakes.bot_process import Json, World, settings_for, words_of
from tests.fakes.made_posts import csv_posts
from tests.fakes.openai_server import FakeOpenAI, fake_openai

SPENDING = "C0VOICESPEND"
CREATE = "POST /fine_tuning/jobs"
PRESSES = ("approver", "approver-2", "editor", "editor")
APPROVERS = {"approver": "U0APPROVER", "approver-2": "U0APPROVER2", "editor": "U0EDITOR"}
ALREADY = r"Already approved by <@(\w+)> at <!date\^.+>\. Nothing more was done or paid\."


@dataclass
class AllAtOnce:
    """Holds requests back until all are there; then they leave in one turn of the event loop."""

    line: Transport
    barrier: asyncio.Barrier

    async def send(self, parcel: Parcel, *, timeout_s: float) -> Answer:
        if parcel.kind == "interactive":
            await self.barrier.wait()
        return await self.line.send(parcel, timeout_s=timeout_s)

    async def close(self) -> None:
        await self.line.close()


@asynccontextmanager
async def open_town(folder: Path) -> AsyncIterator[tuple[World, FakeOpenAI]]:
    async with running_sandbox(mode="http", retry_scale=0.001, ack_timeout_s=30) as space, fake_openai() as provider:
        provider.models["understudy-ngram"] = None
        models = ModelSettings(
            api_keys={"private": SecretStr("k")}, base_urls={"private": provider.base_url}, request_timeout_s=2
        )
        made = settings_for(space, folder, mode="http", models=models)
        spend = made.spend.model_copy(update={"approvers": tuple(APPROVERS.values())})
        async with running_bot(made.model_copy(update={"spend": spend})) as bot:
            await space.client.act("events_url", url=f"http://127.0.0.1:{bot.port}/slack/events")
            yield World(space, folder, bot), provider


async def approval_card(world: World) -> Json:
    thread = await world.dataset_thread(await world.agreed_voice())
    await world.report(thread, "notes.csv", csv_posts(40).encode())
    await world.ready_to_pay(thread.handle)
    typed = await world.people.command("steward", f"/voice train {thread.handle}")
    form = await world.people.wait("view_opened", after=typed["seq"], user="U0STEWARD")
    sent = await world.people.submit("steward", form["view_id"], {})
    assert sent["errors"] == {}, sent
    card = await world.people.wait("message", after=sent["seq"], channel=SPENDING, by_bot=True)
    return dict(card["message"])


async def press_at_once(world: World, card: Json) -> None:
    line = AllAtOnce(world.space.slack.transport, asyncio.Barrier(len(PRESSES)))
    world.space.slack.transport = line
    presses = (world.people.press(user, SPENDING, card["ts"], "spending.approve") for user in PRESSES)
    assert [pressed["outcome"] for pressed in await asyncio.gather(*presses)] == ["acked"] * len(PRESSES)
    world.space.slack.transport = line.line


async def test_two_managers_and_a_double_clicker_at_the_same_moment_make_one_run(tmp_path: Path) -> None:
    async with open_town(tmp_path) as (world, provider):
        card = await approval_card(world)
        await press_at_once(world, card)
        await world.rows_when("SELECT 1 FROM tuning_job WHERE provider_job IS NOT NULL")
        await world.rows_when("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'due')")
        ((winner, ceiling_microusd),) = world.query(
            "SELECT decided_by, ceiling_microusd FROM spend_request WHERE state = 'approved'"
        )
        assert winner in APPROVERS.values()
        assert world.query("SELECT who FROM audit_entry WHERE what = 'spend.approved'") == [(winner,)]
        assert world.query("SELECT state, amount_microusd FROM spend_hold") == [("held", ceiling_microusd)]
        assert len(world.query("SELECT id FROM tuning_job")) == 1
        assert len(provider.jobs) == 1 and len(provider.seen(CREATE)) == 1
        await everybody_knows(world, card, winner)


async def everybody_knows(world: World, card: Json, winner: str) -> None:
    """The card names who approved; each press that came later is told so, and that nothing more happened."""
    (shown,) = [one for one in await world.people.messages(SPENDING) if one["ts"] == card["ts"]]
    assert f"<@{winner}>" in words_of(shown) and "spending.approve" not in str(shown["blocks"])
    for user, user_id in APPROVERS.items():
        whispers = [one["text"] for one in await world.people.ephemerals(user) if one["channel"] == SPENDING]
        late = PRESSES.count(user) - (user_id == winner)
        told = [re.fullmatch(ALREADY, text) for text in whispers]
        assert [one and one[1] for one in told] == [winner] * late, whispers
