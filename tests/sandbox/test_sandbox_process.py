"""The command and the page: started as a person starts them."""

import asyncio
import sys

import aiohttp
import pytest

from sandbox.__main__ import parse
from sandbox.server import RunningSandbox


async def test_the_command_says_where_it_listens_and_stops_when_asked() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("sandbox ready on http://127.0.0.1:")
    async with aiohttp.ClientSession() as session, session.get(line.split()[-1] + "/control/workspace") as response:
        assert (await response.json())["team"]["name"] == "Sandbox"
    process.terminate()
    assert await process.wait() == 0


def test_http_mode_needs_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--mode", "http"])
    assert "--events-url" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/blocks.js", "/page/page.css"])
async def test_the_page_is_served(space: RunningSandbox, path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(space.base_url + path) as response:
        assert response.status == 200


async def test_ten_people_at_once_each_get_their_own_message(space: RunningSandbox) -> None:
    await asyncio.gather(*[space.client.post("owner", "#content", str(n)) for n in range(10)])
    found = await space.client.messages("#content")
    assert sorted(one["text"] for one in found) == [str(n) for n in range(10)]
    assert len({one["ts"] for one in found}) == 10
