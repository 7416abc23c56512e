"""The board as a picture: drawn, uploaded and said once, whatever stops in between."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest
from drafting_world import MEMBER, TEAM, Crash, CrashingDatabase, People, World, new_voice, words_of

from bot.features.board import views
from bot.features.board.picturing import AskForBoardPicture, DrawBoard, Order
from bot.features.board.usecase import Board, ShowBoard
from bot.features.rounds.usecase import PreviewRound
from pipeline.board_picture import picture
from pipeline.domain.voices import VoiceId
from pipeline.domain.work import WorkItem
from pipeline.errors import UploadRefused, VoiceNotReady
from pipeline.pictures import Picture
from sandbox.rules.messages import check_blocks

PRESS = "1764000000.000100:1764000009.000100"


@dataclass
class Slack:
    """states: what it answers about a file, the last one for ever."""

    states: list[Literal["ready", "processing", "gone"]] = field(default_factory=lambda: ["ready"])
    uploads: list[str] = field(default_factory=list)
    refusal: Exception | None = None

    async def upload(self, name: str, png: bytes, alt: str) -> str:
        assert name == "board.png" and png.startswith(b"\x89PNG") and alt
        if self.refusal is not None:
            raise self.refusal
        self.uploads.append(alt)
        return f"F{len(self.uploads)}"

    async def state(self, slack_file_id: str) -> Literal["ready", "processing", "gone"]:
        assert slack_file_id == f"F{len(self.uploads)}"
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


@dataclass
class Blobs:
    held: dict[str, bytes] = field(default_factory=dict)

    async def put(self, content: bytes) -> str:
        self.held[str(len(self.held))] = content
        return str(len(self.held) - 1)

    async def get(self, sha256: str) -> bytes:
        return self.held[sha256]


class Painter:
    async def board(self, board: Board) -> Picture:
        return picture(board.voice.handle, board.lines, board.target_s)


@dataclass
class Room:
    world: World
    slack: Slack = field(default_factory=Slack)
    blobs: Blobs = field(default_factory=Blobs)

    @property
    def show(self) -> ShowBoard:
        return ShowBoard(
            self.world.database, PreviewRound(self.world.database, People(), self.world.clock, "UBOT").judged
        )

    async def ask(self, press: str = PRESS) -> None:
        await AskForBoardPicture(self.world.database, self.show, self.world.clock)(TEAM, "founder", MEMBER, press=press)

    def step(self, database: Any = None) -> DrawBoard:
        made: Any = (database or self.world.database, self.blobs, self.show, Painter(), self.slack, self.world.clock)
        return DrawBoard(*made)

    async def item(self) -> WorkItem | None:
        found = await self.world.claim(lease_s=10)
        assert found is None or found.kind == "board-picture"
        return found

    async def work(self) -> int:
        taken = 0
        while (item := await self.item()) is not None:
            taken += 1
            await self.step()(item)
        return taken

    async def said(self) -> list[Any]:
        return [one for one in [*self.world.said, *await self.world.post()] if one.saying.template == "board.picture"]


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


async def test_who_asked_gets_it_alone_with_its_words(room: Room) -> None:
    await room.world.drafted()
    await room.ask()
    await room.work()
    [posting] = await room.said()
    assert posting.saying.place.user_id == MEMBER
    message = views.picture(posting.saying.facts)
    check_blocks(message.payload()["blocks"])
    assert "1.0 s per draft" not in words_of(message)  # the words stand in the picture's description
    assert "0.9 s per draft (target 30)" in message.text
    assert "0.9 s per draft (target 30)" in message.payload()["blocks"][1]["alt_text"]


async def test_it_waits_until_slack_can_show_it_and_uploads_once(room: Room) -> None:
    room.slack.states = ["processing", "processing", "ready"]
    await room.ask()
    await room.work()
    assert await room.said() == []
    for _ in range(5):
        room.world.clock.pass_s(5)
        await room.work()
    assert len(await room.said()) == 1
    assert len(room.slack.uploads) == 1


@pytest.mark.parametrize("crash", ["before", "after"])
async def test_a_crash_at_any_commit_says_it_once(room: Room, crash: str) -> None:
    await room.ask()
    for _ in range(2):  # dies with the upload, then with the message
        item = await room.item()
        assert item is not None
        with pytest.raises(Crash):
            await room.step(CrashingDatabase(room.world.database, crash))(item)
        room.world.clock.pass_s(11)
    await room.work()
    assert len(await room.said()) == 1


async def test_a_refused_or_deleted_file_is_told(room: Room) -> None:
    room.slack.refusal = UploadRefused("storage_limit_reached")
    await room.ask()
    await room.work()
    room.slack = replace(room.slack, refusal=None, states=["gone"])
    await room.ask("2:2")
    await room.work()
    refused, gone = (views.picture(one.saying.facts) for one in await room.said())
    assert "Slack" in refused.text and "Slack" in gone.text


async def test_a_voice_without_versions_has_no_picture(room: Room) -> None:
    world = room.world
    async with world.database.begin() as tx:
        await tx.voices.add(new_voice("empty"), now=world.clock())
    with pytest.raises(VoiceNotReady):
        await AskForBoardPicture(world.database, room.show, world.clock)(TEAM, "empty", MEMBER, press="1:1")


def test_an_order_survives_its_way_through_a_row() -> None:
    for order in (Order(VoiceId(1), MEMBER, PRESS), Order(VoiceId(1), MEMBER, PRESS, "blob")):
        assert Order.parse(str(order)) == order
