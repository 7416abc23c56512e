"""What admins and approvers fill in, over the wire: rules, prices, a stand-in, an answer from the home tab, an
emergency."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.settings import ModelSettings
from tests.fakes.bot_process import Json, World, open_world, words_of
from tests.fakes.made_posts import csv_posts
from tests.fakes.openai_server import fake_openai

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPENDING = "C0VOICESPEND"
PRIVATE = ("private", "understudy-ngram")


@dataclass
class Office:
    """A workspace where the training of two voices waits for a yes. cards: in the spend channel."""

    world: World
    cards: list[Json] = field(default_factory=list)

    @property
    def people(self) -> Any:
        return self.world.people

    async def menu(self, user: str) -> str:
        typed = await self.people.command(user, "/voice admin")
        opened = await self.people.wait("view_opened", after=typed["seq"], user=f"U0{user.upper()}", timeout_s=10)
        return str(opened["view_id"])

    async def into(self, user: str, view_id: str, action_id: str, **more: Any) -> Json:
        """The view after a button in it was pressed."""
        pressed = await self.people.press_in_view(user, view_id, action_id, **more)
        assert pressed["outcome"] == "acked", pressed
        await self.people.wait("view_updated", after=pressed["seq"], user=f"U0{user.upper()}", timeout_s=10)
        return await self.view(user)

    async def view(self, user: str) -> Json:
        return dict((await self.people.views(user))[-1])

    async def home(self, user: str) -> Json:
        opened = await self.people.act("home", user=user)
        await self.people.wait("home", after=opened["seq"], user=f"U0{user.upper()}", timeout_s=10)
        return dict(await self.people.home(user))

    async def ask(self) -> str:
        """The voice's handle."""
        thread = await self.world.dataset_thread(await self.world.agreed_voice())
        await self.world.report(thread, "notes.csv", csv_posts(40).encode())
        await self.world.ready_to_pay(thread.handle)
        typed = await self.people.command("steward", f"/voice train {thread.handle}")
        form = await self.people.wait("view_opened", after=typed["seq"], user="U0STEWARD", timeout_s=10)
        sent = await self.people.submit("steward", form["view_id"], {"note": {"note": "for the launch"}})
        assert sent["errors"] == {}, sent
        card = await self.people.wait("message", after=sent["seq"], channel=SPENDING, by_bot=True, timeout_s=10)
        self.cards.append(dict(card["message"]))
        await self.world.quiet()
        return thread.handle

    async def shown(self, number: int) -> str:
        """A card's words as they stand."""
        (found,) = [one for one in await self.people.messages(SPENDING) if one["ts"] == self.cards[number]["ts"]]
        return words_of(found)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    async with fake_openai() as provider:
        provider.models[PRIVATE[1]] = None
        models = ModelSettings(
            api_keys={"private": SecretStr("k")}, base_urls={"private": provider.base_url}, request_timeout_s=2
        )
        async with open_world(folder, models=models) as world:
            yield Office(world)


async def test_only_an_admin_opens_the_menu(office: Office) -> None:
    typed = await office.people.command("member", "/voice admin")
    assert "admin" in typed["answer"]["text"] and not await office.people.views("member")


async def test_rules_that_an_admin_saves_count_and_carry_the_admins_name(office: Office) -> None:
    form = await office.into("steward", await office.menu("steward"), "admin.rules")
    assert form["title"]["text"] == "Spending rules"
    entered = {
        "people": {"people": ["U0APPROVER", "U0APPROVER2"]},
        "voice_limit_microusd": {"voice_limit_microusd": "20"},
        "switches": {"switches": ["emergency", "tells_approvers"]},
    }
    refused = await office.people.submit("steward", form["id"], entered | {"warn_percent": {"warn_percent": "lots"}})
    assert list(refused["errors"]) == ["warn_percent"]
    saved = await office.people.submit("steward", form["id"], entered | {"warn_percent": {"warn_percent": "70"}})
    assert saved["errors"] == {}, saved
    rows = office.world.query("SELECT who, subject, after FROM audit_entry WHERE what = 'rule.changed'")
    changed = {subject: json.loads(after)["value"] for _, subject, after in rows}
    assert {who for who, _, _ in rows} == {"U0STEWARD"}
    assert changed == {
        "approvers": ["U0APPROVER", "U0APPROVER2"],
        "voice_limit_microusd": 20_000_000,
        "warn_percent": 70,
        "emergency": True,
    }


async def test_a_price_an_approver_enters_is_in_force_with_its_source(office: Office) -> None:
    listed = await office.into("approver", await office.menu("approver"), "costs.prices")
    assert "Dollars for 1,000,000 tokens" in json.dumps(listed)
    named = next(one for one in buttons(listed) if json.loads(one["value"])[:2] == list(PRIVATE))
    form = await office.into("approver", listed["id"], named["action_id"], value=named["value"])
    assert PRIVATE[1] in json.dumps(form)
    rates = {name: {name: amount} for name, amount in (("train", "0.5"), ("input", "0.10"), ("output", "0.20"))}
    missing = await office.people.submit(
        "approver", form["id"], rates | {"train": {"train": "a dollar"}, **source("x")}
    )
    assert list(missing["errors"]) == ["train"]
    saved = await office.people.submit("approver", form["id"], rates | source("our own electricity, November"))
    assert saved["errors"] == {}, saved
    sql = "SELECT entered_by, source FROM entered_price WHERE provider = ? AND base = ?"
    assert office.world.query(sql, *PRIVATE) == [("U0APPROVER", "our own electricity, November")]


async def test_the_card_and_the_form_count_with_that_price_and_home_shows_what_waits(office: Office) -> None:
    handles = [await office.ask(), await office.ask()]
    words = await office.shown(0)
    assert "for the launch" in words and "then trying it on requests that it never saw" in words
    home = json.dumps(await office.home("approver"))
    assert all(handle in home for handle in handles)
    assert "spending.approve" not in json.dumps(await office.home("member"))


async def test_a_stand_in_named_on_the_home_tab_approves_from_theirs(office: Office) -> None:
    home = await office.home("approver")
    pressed = await office.people.press_in_view("approver", home["id"], "spending.stand_in")
    form = await office.people.wait("view_opened", after=pressed["seq"], user="U0APPROVER", timeout_s=10)
    until = f"{date.today() + timedelta(days=3)}"  # noqa: DTZ011  # the day as people see it
    sent = await office.people.submit(
        "approver", form["view_id"], {"person": {"person": "U0EDITOR"}, "until": {"until": until}}
    )
    assert sent["errors"] == {}, sent
    await office.world.said("stand in", after=sent["seq"], channel="D0EDITOR")
    await office.world.quiet()
    theirs = await office.home("editor")
    first = office.world.query("SELECT min(id) FROM spend_request")[0][0]
    pressed = await office.people.press_in_view("editor", theirs["id"], "spending.approve", value=str(first))
    assert pressed["outcome"] == "acked", pressed
    await office.world.rows_when("SELECT 1 FROM spend_request WHERE state = 'approved' AND decided_by = 'U0EDITOR'")
    await office.world.rows_when("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'due')")
    assert "Approved by <@U0EDITOR> for <@U0APPROVER>" in await office.shown(0)


async def test_who_asked_approves_alone_only_with_a_reason_that_all_approvers_read(office: Office) -> None:
    form = await office.into("steward", await office.menu("steward"), "admin.rules")
    await office.people.submit("steward", form["id"], {"people": {"people": ["U0APPROVER", "U0STEWARD"]}})
    pressed = await office.people.press("steward", SPENDING, office.cards[1]["ts"], "spending.approve")
    told = {"kind": "ephemeral", "to": "U0STEWARD"}
    offer = await office.world.said("someone else must approve", after=pressed["seq"], **told)
    opened = await office.people.press("steward", SPENDING, offer["message"]["ts"], "spending.open_emergency")
    assert opened["outcome"] == "acked", opened
    view = await office.people.wait("view_opened", after=opened["seq"], user="U0STEWARD", timeout_s=10)
    sent = await office.people.submit("steward", view["view_id"], {"reason": {"reason": "the launch is today"}})
    assert sent["errors"] == {}, sent
    await office.world.said("the launch is today", after=sent["seq"], channel="D0APPROVER")
    assert "Emergency approval" in await office.shown(1)


def buttons(view: Json) -> list[Json]:
    return [block["accessory"] for block in view["blocks"] if block.get("accessory", {}).get("type") == "button"]


def source(words: str) -> Json:
    return {"source": {"source": words}}
