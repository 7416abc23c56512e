"""A voice leaves through Slack's files and comes into an empty installation: the same datasets, made again alike."""

import asyncio
import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.wiring import opened_intake
from tests.fakes.bot_process import Json, World, settings_for, understudy
from tests.fakes.made_posts import csv_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def exported(town: World, handle: str, user: str, folder: Path) -> Path:
    """What `/voice export` puts into this person's direct messages."""
    typed = await town.people.command(user, f"/voice export {handle}")
    assert "send it to you in a direct message" in typed["answer"]["text"]
    await town.quiet()
    (file,) = await file_there(town, handle, user)
    path = folder / "founder.zip"
    path.write_bytes(await town.people.file_content(file["id"]))
    return path


async def file_there(town: World, handle: str, user: str) -> list[Json]:
    """Slack shows a file some time after it took it."""
    for _ in range(200):
        there = await town.people.messages(f"D0{user.upper()}", user=user)
        files = [one for message in there for one in message.get("files", []) if one["name"].startswith(handle)]
        if files:
            return files
        await asyncio.sleep(0.05)
    raise AssertionError(there)


async def voice_with_texts(town: World) -> str:
    thread = await town.dataset_thread()
    await town.report(thread, "blog.csv", csv_posts(24).encode())
    await town.report(thread, "notes.md", b"# Notes\n\nA note about copper kettles, and who mends them in winter.\n")
    return thread.handle


def rows(folder: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return World(None, folder).query(sql, *values)  # type: ignore[arg-type]  # only its database is looked at


async def test_what_leaves_comes_in_with_the_same_hashes_and_is_made_again_alike(town: World, tmp_path: Path) -> None:
    handle = await voice_with_texts(town)
    path = await exported(town, handle, "steward", tmp_path)
    sql = "SELECT d.content_hash FROM dataset d JOIN round r ON r.dataset_id = d.id JOIN voice v ON v.id = r.voice_id"
    there = town.query(f"{sql} WHERE v.handle = ?", handle)

    empty = tmp_path / "empty"
    empty.mkdir()
    ended = await understudy(town.space, empty, "import", str(path))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{handle} is here. Datasets, oldest round first:\n  {there[0][0]}\n"
    assert rows(empty, sql) == there
    assert await made_again(settings_for(town.space, empty)) == 1
    assert rows(empty, sql) == there
    assert rows(empty, "SELECT count(*) FROM dataset") == town.query(
        "SELECT count(*) FROM dataset d JOIN voice v ON v.id = d.voice_id WHERE v.handle = ?", handle
    )

    again = await understudy(town.space, empty, "import", str(path))
    assert again.code == 2
    assert again.err.startswith(f"There is a voice `{handle}` here already")
    back = await understudy(town.space, empty, "export", handle, "--out", str(tmp_path / "back.zip"))
    assert back.code == 0
    assert parts(tmp_path / "back.zip") == parts(path)


async def made_again(settings: Settings) -> int:
    """The round that came in is prepared once more, from its files; its number."""
    async with opened_intake(settings) as intake:
        async with intake.database.begin() as tx:
            (team_id,) = await tx.voices.teams()
            (voice,) = await tx.voices.of_team(team_id)
            round_ = await tx.rounds.latest(voice.voice_id)
            assert round_ is not None
            await tx.rounds.changed(round_.round_id)
            await tx.work.enqueue("prepare-round", round_.round_id, team_id, run_at=intake.clock())
        await intake.worker.work_off({"prepare-round": [str(round_.round_id)]})
        async with intake.database.read() as tx:
            after = await tx.rounds.by_id(round_.round_id)
        assert after.prepared_revision == after.revision == round_.revision + 1
        return after.number


def parts(path: Path) -> dict[str, Any]:
    """What was said once more: every file, and the examples."""
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        examples = archive.read("sft.jsonl")
    assert examples.count(b"\n") > 10
    return {"examples": examples, "blobs": sorted(name for name in manifest["members"] if name.startswith("blobs/"))}


async def test_the_zip_tells_who_did_what_and_what_is_in_it(town: World, tmp_path: Path) -> None:
    handle = await voice_with_texts(town)
    with zipfile.ZipFile(await exported(town, handle, "owner", tmp_path)) as archive:
        table = list(csv.DictReader(io.StringIO(archive.read("audit.csv").decode("utf-8-sig"))))
        card = archive.read("card.md").decode()
    assert {"voice.created", "source.added", "voice.export_asked"} <= {row["what"] for row in table}
    assert card.startswith(f"# {handle}\n")
    assert "| 1 | 25 |" in card


async def test_nobody_else_gets_it(town: World) -> None:
    handle = await town.new_voice()
    typed = await town.people.command("member", f"/voice export {handle}")
    assert typed["answer"]["text"].startswith("Only <@U0OWNER>, <@U0STEWARD> or an admin decides about the data of")
    await town.quiet()
    assert not town.query("SELECT 1 FROM work_item WHERE kind = 'export' AND subject LIKE '%U0MEMBER'")


async def test_an_export_that_was_changed_leaves_the_installation_as_it_was(town: World, tmp_path: Path) -> None:
    handle = await voice_with_texts(town)
    path = await exported(town, handle, "steward", tmp_path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content.replace(b"founder", b"f0under").replace(b"Post 1", b"Post X"))
    empty = tmp_path / "empty"
    empty.mkdir()
    ended = await understudy(town.space, empty, "import", str(path))
    assert ended.code == 2
    assert "Nothing was imported" in ended.err
    assert rows(empty, "SELECT count(*) FROM voice") == [(0,)]
    assert not [one for one in (empty / "artifacts").rglob("*") if one.is_file()]
