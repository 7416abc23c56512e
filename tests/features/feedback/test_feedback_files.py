"""A better version as a file under a draft: read, counted like any other, withdrawn with its message."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from drafting_world import CHANNEL, EDITOR, GUEST, TEAM, TEXT, People
from feedback_world import FeedbackWorld, authorize, rendered
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.features.feedback.dropping import DropDropped, FindDraft, KeepDropped, ReadVersion
from bot.features.feedback.file_listeners import VersionFileListeners
from bot.version_reading import version_in
from pipeline.domain.work import DroppedFile
from pipeline.errors import FileTooBig, UnreadableType
from tests.unit.sources.built_files import docx, word_paragraph

BETTER = TEXT.replace("Repair comes first", "Mend it before you buy")

AT = "1799999999.000100"


@dataclass
class Files:
    """What Slack keeps, by file id."""

    folder: Path
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @asynccontextmanager
    async def fetch(self, slack_file_id: str) -> AsyncIterator[DroppedFile]:
        name, content = self.kept[slack_file_id]
        path = self.folder / slack_file_id
        path.write_bytes(content)
        yield DroppedFile(name, len(content), path)


class Versions:
    async def read(self, path: Path, name: str) -> str:
        return version_in(path, name)


@dataclass
class Desk:
    """The listeners of a real app, and the worker's step."""

    world: FeedbackWorld
    app: AsyncApp
    files: Files

    async def tell(self, event: dict[str, Any]) -> int:
        body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
        answer = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        return answer.status

    async def drop(self, thread_ts: str, *, user: str = EDITOR, ts: str = AT) -> int:
        event = {"type": "message", "subtype": "file_share", "channel": CHANNEL, "user": user}
        return await self.tell(event | {"text": "", "ts": ts, "thread_ts": thread_ts, "files": [{"id": "F1"}]})

    async def delete(self, thread_ts: str, *, ts: str = AT) -> int:
        before: dict[str, Any] = {"type": "message", "user": EDITOR, "text": "", "ts": ts, "thread_ts": thread_ts}
        before["files"] = [{"id": "F1"}]
        event = {"type": "message", "subtype": "message_deleted", "channel": CHANNEL, "deleted_ts": ts, "ts": ts}
        return await self.tell(event | {"previous_message": before})

    async def work(self) -> None:
        inner = self.world.inner
        while (item := await inner.claim()) is not None:
            assert item.kind == "read-version"
            await ReadVersion(inner.database, self.files, Versions(), inner.clock)(item)


@pytest.fixture
def desk(world: FeedbackWorld, tmp_path: Path) -> Desk:
    db, clock = world.inner.database, world.inner.clock
    app = AsyncApp(
        client=AsyncWebClient(base_url="http://127.0.0.1:9/"), authorize=authorize, process_before_response=True
    )
    VersionFileListeners(FindDraft(db), KeepDropped(db, People(), clock), DropDropped(db, clock)).register(app)
    return Desk(world, app, Files(tmp_path))


async def thread(desk: Desk) -> str:
    """The card of a draft."""
    draft = await desk.world.inner.drafted("the harbour")
    return await desk.world.inner.ts_of(draft.card_key)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.txt", BETTER.encode()),
        ("mine.md", BETTER.replace("\n", "\r\n").encode()),
        ("mine.docx", docx(*(word_paragraph(part) for part in BETTER.split("\n\n")))),
    ],
    ids=["txt", "md", "docx"],
)
async def test_the_words_of_a_dropped_file_are_a_better_version(desk: Desk, name: str, content: bytes) -> None:
    desk.files.kept["F1"] = (name, content)
    assert await desk.drop(await thread(desk)) == 200
    await desk.work()
    [kept] = await desk.world.rewrites()
    assert (kept.facts.text, kept.facts.user) == (BETTER, EDITOR)
    assert 0.03 < kept.facts.changed_share < 0.7


async def test_delivered_twice_it_is_one_version(desk: Desk) -> None:
    desk.files.kept["F1"] = ("mine.md", BETTER.encode())
    ts = await thread(desk)
    await desk.drop(ts)
    await desk.work()
    await desk.drop(ts)
    await desk.work()
    assert [one.revision for one in await desk.world.rewrites()] == [1]


async def test_deleting_the_message_withdraws_it_before_and_after_it_was_read(desk: Desk) -> None:
    desk.files.kept["F1"] = ("mine.md", BETTER.encode())
    ts = await thread(desk)
    await desk.drop(ts)
    await desk.work()
    await desk.delete(ts)
    assert [one.withdrawn for one in await desk.world.rewrites()] == [True]
    await desk.drop(ts, ts="1799999998.000100")
    await desk.delete(ts, ts="1799999998.000100")
    await desk.work()
    assert len(await desk.world.rewrites()) == 1


async def test_what_cannot_be_read_is_told_to_whoever_dropped_it_alone(desk: Desk) -> None:
    desk.files.kept["F1"] = ("mine.pages", b"x")
    await desk.drop(await thread(desk))
    await desk.work()
    [said] = [one for one in await desk.world.inner.post() if one.saying.template == "feedback.unread_file"]
    assert said.saying.only_for == EDITOR
    assert "I couldn't take your file as a better version. I can't read `.pages` files." in rendered(said).text
    assert await desk.world.rewrites() == []


async def test_guests_files_and_files_elsewhere_are_no_versions(desk: Desk) -> None:
    ts = await thread(desk)
    await desk.drop(ts, user=GUEST)
    assert await desk.drop("1764000000.999") == 404  # left to other listeners
    await desk.work()
    assert await desk.world.rewrites() == []
    assert len(await desk.world.inner.audits("feedback.guest_not_counted")) == 1


def test_large_and_strange_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"a" * 2_000_001)
    with pytest.raises(FileTooBig):
        version_in(path, "mine.md")
    with pytest.raises(UnreadableType):
        version_in(path, "mine.zip")
