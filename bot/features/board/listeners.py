"""/voice board."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.board.picturing import AskForBoardPicture
from bot.features.board.usecase import ShowBoard
from bot.features.board.views import PICTURE, PICTURE_COMES, board_blocks, board_text
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed, parse_handle
from bot.slack.whispers import Whispers, pressed
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class BoardListeners:
    show: ShowBoard
    ask_for_picture: AskForBoardPicture
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        says = "how the versions do: duels, acceptance, edits, cost, speed"
        self.commands.add(Verb("board", "board <name>", says, self.on_board))
        app.action(PICTURE)(self.on_picture)

    async def on_board(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice board founder")
        board = await self.show(typed.team_id, parse_handle(typed.words[0]))
        return Reply(board_text(board), board_blocks(board))

    async def on_picture(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        tell = self.whispers.to(where)
        async with failures_told_by(tell):
            await self.ask_for_picture(where.team_id, action["value"], where.user, press=where.delivery)
            await tell(PICTURE_COMES)
        await ack()
