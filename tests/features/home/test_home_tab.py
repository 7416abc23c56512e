"""The home tab over the wire: a person opens it and sees their workspace's voices."""

import json
from pathlib import Path

from tests.fakes.bot_process import open_world


async def test_the_home_tab_shows_voices_and_money(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        opened = await world.people.act("home", user="member")
        shown = await world.people.wait("home", after=opened["seq"], user="U0MEMBER", timeout_s=10)
        assert "There are none yet" in json.dumps(shown)
        handle = await world.agreed_voice()
        opened = await world.people.act("home", user="member")
        shown = await world.people.wait("home", after=opened["seq"], user="U0MEMBER", timeout_s=10)
        text = json.dumps(shown, ensure_ascii=False)
        assert f"*{handle}* — not trained yet" in text
        assert "This month: $0 of $150.00" in text
