"""Where an export may go: through Slack's files, or by a link to our own page, to those who may have it."""

import asyncio
import hashlib
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.export_links import ExportLinks
from bot.exporting import MakeExport, PreferenceRows
from bot.features.exports.routes import ExportRoutes
from bot.features.exports.usecase import READY, AskForExport, FetchExport, SendExport
from bot.features.exports.views import TEMPLATES
from bot.importing import ImportVoice, Wanted
from bot.server import Health, build_site, serving
from bot.upload_links import Grant, UploadLinks
from pipeline.domain.voices import PRIVATE_ONLY, NewDataset, NewVoice, RoundId, Sensitivity, Voice
from pipeline.domain.work import AuditEntry, Place
from pipeline.errors import DamagedExport, LinkExpired, LinkNotOurs, NotTheirs, UploadRefused
from pipeline.exports import Member, open_export, rows_members, write_export
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase
from storage.work_queue import SqlWorkQueue
from tests.fakes.databases import migrated_engine

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM, OWNER, STEWARD, ADMIN, MEMBER = "T1", "UOWNER", "USTEWARD", "UADMIN", "UMEMBER"
LINKS = UploadLinks("https://bot.example", SecretStr("s" * 32), timedelta(hours=24))


class People:
    def admins(self, team_id: str) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return (ADMIN,)

    def approvers(self, team_id: str) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return ()

    def groups(self, team_id: str) -> dict[str, str]:  # noqa: ARG002  # the port has this shape
        return {}

    def reachable(self, team_id: str, named: Any) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return ()


@dataclass
class Shared:
    """Files as they were put into Slack. refusal: raised instead."""

    files: list[tuple[str, bytes, Place]] = field(default_factory=list)
    refusal: Exception | None = None

    async def share_file(self, name: str, path: Path, *, place: Place) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.files.append((name, await asyncio.to_thread(path.read_bytes), place))


@dataclass
class Bench:
    database: SqlDatabase
    queue: SqlWorkQueue
    make: MakeExport
    voice: Voice
    shared: Shared
    people: Any
    now: datetime = NOW

    def clock(self) -> datetime:
        return self.now

    async def ask(self, user: str) -> None:
        await AskForExport(self.database, self.people, self.clock)(TEAM, user, "founder")

    async def send(self, links: UploadLinks = LINKS) -> Any:
        """The facts of what was said about it."""
        item = await self.queue.claim("me", now=self.now, lease_s=60)
        assert item is not None
        send = SendExport(self.database, self.make, self.shared, ExportLinks(links), self.people, self.clock)
        await send(item)
        async with self.database.read() as tx:
            return await tx.outbox.facts(TEAM, f"export:{item.work_id}:{item.token}")

    def fetch(self) -> FetchExport:
        return FetchExport(self.database, self.make, ExportLinks(LINKS), self.people, self.clock)


async def nothing(tx: Any, voice: Voice) -> PreferenceRows:  # noqa: ARG001  # the shape of Preferences
    return PreferenceRows(b"", b"")


@pytest.fixture
async def bench(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    sensitivity: Sensitivity = getattr(request, "param", "public")
    engine = migrated_engine(tmp_path / "test.db")
    database = SqlDatabase(engine, 0)
    new = NewVoice(TEAM, "founder", "generation", sensitivity, OWNER, STEWARD, "C1", "it works", "it does")
    async with database.begin() as tx:
        voice = await tx.voices.add(new, now=NOW)
    make = MakeExport(database, FsspecArtifacts(str(tmp_path / "artifacts")), nothing, lambda: NOW)
    yield Bench(database, SqlWorkQueue(engine), make, voice, Shared(), People())
    await engine.dispose()


@pytest.mark.parametrize("user", [OWNER, STEWARD, ADMIN])
async def test_owner_steward_and_admins_get_the_file_in_their_messages(bench: Bench, user: str, tmp_path: Path) -> None:
    await bench.ask(user)
    facts = await bench.send()
    ((name, content, place),) = bench.shared.files
    assert (name, place) == ("founder-2026-11-21.zip", Place(TEAM, user_id=user))
    (tmp_path / name).write_bytes(content)
    assert open_export(tmp_path / name, name=name).manifest["voice"] == "founder"
    assert facts["how"] == "file"
    assert "everything I hold about it" in TEMPLATES[READY](facts).text


async def test_a_member_gets_nothing(bench: Bench) -> None:
    with pytest.raises(NotTheirs):
        await bench.ask(MEMBER)


async def test_who_lost_the_right_meanwhile_gets_nothing(bench: Bench) -> None:
    await bench.ask(ADMIN)
    bench.people.admins = lambda team_id: ()  # noqa: ARG005  # the port has this shape
    assert await bench.send() is None
    assert not bench.shared.files


@pytest.mark.parametrize("bench", ["private"], indirect=True)
async def test_private_writing_does_not_pass_through_slack(bench: Bench) -> None:
    await bench.ask(OWNER)
    facts = await bench.send()
    assert not bench.shared.files
    assert facts["how"] == "link"
    said = TEMPLATES[READY](facts).text
    assert "private writing, so I don't send it through Slack" in said
    assert "<https://bot.example/export/" in said


async def test_texts_kept_with_personal_data_do_not_pass_through_slack_either(bench: Bench) -> None:
    async with bench.database.begin() as tx:
        round_ = await tx.rounds.open_for(bench.voice, channel_id="C1", now=NOW)
        numbers = ("documents_read", "kept", "examples", "train_examples", "train_tokens", "tokens", "words")
        facts: dict[str, Any] = dict.fromkeys(numbers, 1)
        facts |= dict.fromkeys(("train_blob", "validation_blob", "test_blob", "report_blob"), "a")
        facts |= {"team_id": TEAM, "voice_id": bench.voice.voice_id, "round_id": round_.round_id, "content_hash": "h"}
        new = NewDataset(**facts, open_blockers=(PRIVATE_ONLY,))
        dataset = await tx.datasets.add(new, now=NOW)
        await tx.rounds.prepared(round_.round_id, revision=round_.revision, dataset_id=dataset.dataset_id)
    await bench.ask(OWNER)
    assert (await bench.send())["how"] == "link"
    assert not bench.shared.files


async def test_what_was_recorded_under_an_earlier_name_leaves_too(bench: Bench, tmp_path: Path) -> None:
    async with bench.database.begin() as tx:
        await tx.audit.record(AuditEntry(TEAM, OWNER, "voice.paused", "founder"), now=NOW)
        renamed = await tx.voices.rename(bench.voice, "ceo")
    await bench.make(renamed, tmp_path / "ceo.zip")
    with zipfile.ZipFile(tmp_path / "ceo.zip") as archive:
        assert "voice.paused" in archive.read("audit.csv").decode("utf-8-sig")


async def test_a_name_that_is_taken_here_is_left_behind(bench: Bench, tmp_path: Path) -> None:
    async with bench.database.begin() as tx:
        for name in ("boss", "chief"):
            await tx.voices.add_alias(bench.voice, name)
    await bench.make(bench.voice, tmp_path / "founder.zip")
    bring_in = ImportVoice(bench.database, FsspecArtifacts(str(tmp_path / "artifacts")), bench.clock)
    there = (await bring_in(Wanted(tmp_path / "founder.zip", handle="boss-too", team="T2"))).voice
    again = (await bring_in(Wanted(tmp_path / "founder.zip", handle="other", team="T2"))).voice
    async with bench.database.read() as tx:
        assert await tx.voices.aliases(there.voice_id) == ["boss", "chief"]
        assert await tx.voices.aliases(again.voice_id) == []


async def test_what_slack_refuses_comes_by_a_link(bench: Bench) -> None:
    bench.shared.refusal = UploadRefused("file_uploads_disabled")
    await bench.ask(OWNER)
    facts = await bench.send()
    assert (facts["how"], facts["why"]) == ("link", "refused")


async def test_without_slack_and_without_an_address_the_command_line_is_named(bench: Bench) -> None:
    bench.shared.refusal = UploadRefused("file_uploads_disabled")
    await bench.ask(OWNER)
    facts = await bench.send(replace(LINKS, public_url=""))
    assert "`understudy export founder --out FILE`" in TEMPLATES[READY](facts).text


def token_of(bench: Bench, user: str = OWNER) -> str:
    link = ExportLinks(LINKS).link_for(bench.voice, user, now=NOW)
    assert link is not None
    return link.url.rpartition("/")[2]


async def test_a_link_is_only_what_we_signed_and_ends(bench: Bench) -> None:
    token = token_of(bench)
    assert (await bench.fetch().opened(token))[1] == bench.voice
    upload = LINKS.token(Grant(TEAM, bench.voice.voice_id, RoundId(1), OWNER, int(NOW.timestamp()) + 60, "k"))
    for forged in (upload, token[:-4] + "AAAA"):
        with pytest.raises(LinkNotOurs):
            await bench.fetch().opened(forged)
    bench.now = NOW + timedelta(hours=24)
    with pytest.raises(LinkExpired):
        await bench.fetch().opened(token)


async def test_the_link_of_somebody_who_may_no_longer_is_worth_nothing(bench: Bench) -> None:
    with pytest.raises(NotTheirs):
        await bench.fetch().opened(token_of(bench, MEMBER))


async def test_looking_at_the_page_fetches_nothing_and_pressing_its_button_does(bench: Bench, tmp_path: Path) -> None:
    async def ready() -> bool:
        return True

    site = build_site(Health(ready), None, [ExportRoutes(bench.fetch())])
    async with serving(site, host="127.0.0.1", port=0) as port, aiohttp.ClientSession() as browser:
        address = f"http://127.0.0.1:{port}/export/{token_of(bench)}"
        async with browser.get(address) as page:
            assert (page.status, page.content_type) == (200, "text/html")
            assert "<button>Download</button>" in await page.text()
        async with bench.database.read() as tx:
            assert await tx.audit.newest(TEAM, "voice.exported") is None
        async with browser.post(address) as answer:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="founder-2026-11-21.zip"'
            (tmp_path / "got.zip").write_bytes(await answer.read())
        async with browser.post(f"{address}x") as refused:
            assert refused.status == 403
    assert open_export(tmp_path / "got.zip", name="got.zip").manifest["voice"] == "founder"
    async with bench.database.read() as tx:
        assert await tx.audit.newest(TEAM, "voice.exported") is not None


async def test_rows_that_do_not_fit_together_leave_neither_rows_nor_texts(bench: Bench, tmp_path: Path) -> None:
    """The manifest is right: somebody who knows how it is made made it."""
    text = b"words of somebody"
    blob = hashlib.sha256(text).hexdigest()
    async with bench.database.read() as tx:
        rows = await tx.whole_voices.rows_of(bench.voice.voice_id)
    lost = json.dumps({"id": 1, "voice_id": 1, "round_id": 999, "sha256": blob}).encode() + b"\n"
    members = [one for one in rows_members(rows) if one.name != "rows/source.jsonl"]
    path = tmp_path / "made-up.zip"
    write_export(path, [*members, Member("rows/source.jsonl", lost), Member(f"blobs/{blob}", text)], {})
    artifacts = FsspecArtifacts(str(tmp_path / "elsewhere"))
    with pytest.raises(DamagedExport):
        await ImportVoice(bench.database, artifacts, bench.clock)(Wanted(path, handle="other"))
    assert not [one for one in (tmp_path / "elsewhere").rglob("*") if one.is_file()]
    async with bench.database.read() as tx:
        assert await tx.voices.by_handle(TEAM, "other") is None


async def test_another_owner_is_asked_anew(bench: Bench, tmp_path: Path) -> None:
    async with bench.database.begin() as tx:
        consent = await tx.consents.ask(bench.voice.voice_id, OWNER, now=NOW)
        await tx.consents.decide(consent.consent_id, expected="asked", state="given", at=NOW, until=None)
    await bench.make(bench.voice, tmp_path / "founder.zip")
    bring_in = ImportVoice(bench.database, FsspecArtifacts(str(tmp_path / "artifacts")), bench.clock)
    same = await bring_in(Wanted(tmp_path / "founder.zip", handle="same"))
    other = await bring_in(Wanted(tmp_path / "founder.zip", handle="other", owner="UELSE"))
    async with bench.database.read() as tx:
        kept, asked = [await tx.consents.newest(one.voice.voice_id) for one in (same, other)]
        assert len((await tx.whole_voices.rows_of(other.voice.voice_id)).of("consent")) == 1
    assert kept is not None
    assert asked is not None
    assert (kept.state, kept.owner, asked.state, asked.owner) == ("given", OWNER, "asked", "UELSE")
    assert (same.is_asked, other.is_asked) == (False, True)
