"""The board as a picture: asked for by a button, drawn and uploaded by the worker, shown to who asked."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Final, Literal, Protocol

from bot.features.board.usecase import Board, ShowBoard
from bot.slack.failures import sentence_for, unexpected
from pipeline.domain.voices import VoiceId
from pipeline.domain.work import Place, Saying, WorkItem
from pipeline.errors import AppError, UploadRefused
from pipeline.pictures import Picture
from pipeline.ports import ArtifactStore, Clock, Database

BOARD_PICTURE: Final = "board.picture"
# Slack works on an upload for some seconds before a message may show it; waiting 1, 2, 3 … seconds, three minutes long.
MAX_ATTEMPTS: Final = 20


class BoardPainter(Protocol):
    async def board(self, board: Board) -> Picture:
        """Away from the event loop."""
        ...


class BoardUploads(Protocol):
    """Slack's side. Both raise UploadRefused for a definite no."""

    async def upload(self, name: str, png: bytes, alt: str) -> str: ...

    async def state(self, slack_file_id: str) -> Literal["ready", "processing", "gone"]: ...


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What Slack has, until a message shows it. handle: of the voice."""

    handle: str
    slack_file_id: str
    alt: str


@dataclass(frozen=True, slots=True)
class Order:
    """One press of the button, as the subject of its work. uploaded: where an Uploaded is kept, once there is one."""

    voice_id: VoiceId
    user: str
    press: str
    uploaded: str = ""

    @classmethod
    def parse(cls, subject: str) -> "Order":
        voice_id, user, press, uploaded = subject.split(" ")
        return cls(VoiceId(int(voice_id)), user, press, uploaded)

    def __str__(self) -> str:
        return f"{self.voice_id} {self.user} {self.press} {self.uploaded}"


@dataclass(frozen=True, slots=True)
class AskForBoardPicture:
    """press: unique per press, without spaces. Raises UnknownVoice, VoiceNotReady."""

    database: Database
    show: ShowBoard
    clock: Clock

    async def __call__(self, team_id: str, handle: str, user: str, *, press: str) -> None:
        board = await self.show(team_id, handle)
        order = Order(board.voice.voice_id, user, press)
        async with self.database.begin() as tx:
            await tx.work.enqueue("board-picture", order, team_id, run_at=self.clock())


@dataclass(frozen=True, slots=True)
class DrawBoard:
    """The worker's side. What was uploaded is written down before it is waited for, and said once by its press.

    A crash between an upload and its row leaves a file in Slack that no message shows; it is uploaded anew.
    """

    database: Database
    artifacts: ArtifactStore
    show: ShowBoard
    painter: BoardPainter
    uploads: BoardUploads
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        order = Order.parse(item.subject)
        if item.attempts > MAX_ATTEMPTS:
            return await self.say(item, order, {"sentence": unexpected(f"board-{order.press}")})
        try:
            if not order.uploaded:
                return await self.upload(item, order)
            known = Uploaded(**json.loads(await self.artifacts.get(order.uploaded)))
            state = await self.uploads.state(known.slack_file_id)
        except AppError as refusal:
            return await self.say(item, order, {"sentence": sentence_for(refusal)})
        if state == "ready":
            return await self.say(item, order, asdict(known))
        if state == "gone":
            return await self.say(item, order, {"sentence": sentence_for(UploadRefused("file_deleted"))})
        async with self.database.begin() as tx:
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=item.attempts))

    async def upload(self, item: WorkItem, order: Order) -> None:
        board = await self.show.of_voice(order.voice_id)
        picture = await self.painter.board(board)
        file_id = await self.uploads.upload(f"{picture.name}.png", picture.png, picture.alt)
        kept = json.dumps(asdict(Uploaded(board.voice.handle, file_id, picture.alt)))
        blob = await self.artifacts.put(kept.encode())
        async with self.database.begin() as tx:
            await tx.work.enqueue("board-picture", replace(order, uploaded=blob), item.team_id, run_at=self.clock())
            await tx.work.finish(item)

    async def say(self, item: WorkItem, order: Order, facts: dict[str, str]) -> None:
        place = Place(item.team_id, user_id=order.user)
        async with self.database.begin() as tx:
            await tx.outbox.say(Saying(f"board-picture:{order.press}:{order.user}", BOARD_PICTURE, facts, place))
            await tx.work.finish(item)
