"""A round with pairs, over the wire: asked for in the form, approved by button, trained by the private model server."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.settings import ModelSettings
from modelserver.server import Setup, running_modelserver
from pipeline.feedback_rows import dpo_lines
from pipeline.round_rows import PairRow
from storage.artifacts import FsspecArtifacts
from tests.fakes.bot_process import Thread, World, open_world, words_of
from tests.fakes.made_posts import csv_posts

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
SPENDING, PAIRS = "C0VOICESPEND", 12


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("pairs")
    async with running_modelserver(Setup(state=folder / "models", api_key="key")) as url:
        models = ModelSettings(api_keys={"private": SecretStr("key")}, base_urls={"private": url}, poll_s=0.2)
        async with open_world(folder, models=models) as opened:
            yield opened


async def train(world: World, thread: Thread, version: int, **chosen: Any) -> str:
    """Asked for, approved, and trained; the words of the approval card."""
    typed = await world.people.command("steward", f"/voice train {thread.handle}")
    form = await world.people.wait("view_opened", after=typed["seq"], user="U0STEWARD", timeout_s=10)
    sent = await world.people.submit("steward", form["view_id"], {"note": {"note": "for the launch"}, **chosen})
    assert sent["errors"] == {}, sent
    card = await world.people.wait("message", after=sent["seq"], channel=SPENDING, by_bot=True, timeout_s=30)
    words = words_of(card["message"])
    await world.people.press("approver", SPENDING, card["message"]["ts"], "spending.approve")
    await world.rows_when("SELECT 1 FROM voice_model WHERE version = ?", version, timeout_s=90)
    return words


async def take_pairs(world: World, thread: Thread) -> str:
    """What TakeFeedback keeps, and v1 promoted; how both come about has tests of its own."""
    rows = [
        PairRow(f"Write a note on {n}", f"Plainly, {n} boats came in.", f"Synergy {n}!", "duel") for n in range(PAIRS)
    ]
    blob = await FsspecArtifacts(str(world.folder / "artifacts")).put(dpo_lines(rows, "You are founder."))
    await asyncio.to_thread(put, world.database, world.round_id(thread), blob)
    return blob


def put(database: Path, round_id: int, blob: str) -> None:
    connection = sqlite3.connect(database, timeout=10)
    with connection:
        connection.execute("UPDATE voice_model SET state = 'promoted' WHERE version = 1")
        connection.execute(
            "INSERT INTO round_feedback (team_id, round_id, taken_by, taken_at, sft_blob, pairs_blob, kto_blob, "
            "examples, pairs, used, meanings, pair_tokens) "
            "SELECT team_id, id, 'U0STEWARD', ?, '', ?, '', 0, ?, '[]', '{}', ? FROM round WHERE id = ?",
            (
                f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",
                blob,
                PAIRS,
                json.dumps({"prompts": 240, "answers": 480}),
                round_id,
            ),
        )
    connection.close()


async def test_a_round_with_pairs_becomes_a_version_that_went_on_from_the_promoted_one(world: World) -> None:
    thread = await world.dataset_thread(await world.agreed_voice())
    await world.report(thread, "notes.csv", csv_posts(40).encode())
    await world.ready_to_pay(thread.handle)
    await train(world, thread, 1)
    blob = await take_pairs(world, thread)
    card = await train(world, thread, 2, way={"way": "pairs"})
    assert f"{PAIRS} better-than pairs, going on from v1" in card and f"pairs `{blob[:12]}`" in card
    runs = world.query("SELECT method, parent_version, state FROM tuning_job ORDER BY id")
    assert runs == [("supervised", None, "ready"), ("dpo", 1, "ready")]
    shown = await world.people.command("steward", f"/voice show {thread.handle}")
    assert f"`{thread.handle}@v2` — trial" in shown["answer"]["text"] and "from v1" in shown["answer"]["text"]
