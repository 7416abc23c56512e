"""/voice board."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.features.board.usecase import ShowBoard
from bot.features.board.views import board_blocks, board_text
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.grammar import Typed, parse_handle
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class BoardListeners:
    show: ShowBoard
    commands: Commands

    def register(self, app: AsyncApp) -> None:  # noqa: ARG002  # every feature registers alike
        says = "how the versions do: duels, acceptance, edits, cost, speed"
        self.commands.add(Verb("board", "board <name>", says, self.on_board))

    async def on_board(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice board founder")
        board = await self.show(typed.team_id, parse_handle(typed.words[0]))
        return Reply(board_text(board), board_blocks(board))
