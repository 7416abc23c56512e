"""A Chromium without a window, driven over its DevTools protocol on loopback."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

Json = dict[str, Any]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    "about:blank",
)


def installed() -> str | None:
    """The browser's program, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Tab:
    """One page. Commands and answers as the protocol names them: https://chromedevtools.github.io/devtools-protocol/"""

    socket: aiohttp.ClientWebSocketResponse
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    answers: dict[int, "asyncio.Future[Json]"] = field(default_factory=dict)

    async def listen(self) -> None:
        async for message in self.socket:
            told = json.loads(message.data)
            waiting = self.answers.pop(told.get("id"), None)
            if waiting and not waiting.done():
                waiting.set_result(told)

    async def send(self, method: str, **params: Any) -> Json:
        number = next(self.numbers)
        self.answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": params})
        told = await asyncio.wait_for(self.answers[number], 20)
        assert "error" not in told, (method, told)
        return dict(told["result"])

    async def open(self, url: str) -> None:
        """Until the page's own scripts have run."""
        await self.send("Page.navigate", url=url)
        await self.when(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")

    async def value(self, expression: str) -> Any:
        """Of JavaScript in the page; a promise is waited for."""
        told = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def when(self, expression: str, *, timeout_s: float = 30) -> Any:
        """The value as soon as it is true. Looked at every frame; a page between two addresses has none."""
        found: Any = None
        for _ in range(int(timeout_s / 0.05)):
            told = await self.send("Runtime.evaluate", expression=expression, returnByValue=True)
            found = told["result"].get("value")
            if found and "exceptionDetails" not in told:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(
            f"never: {expression}; last {found!r}; the page: {await self.value('document.body.innerText')}"
        )

    async def choose_files(self, selector: str, *files: Path) -> None:
        """As a person does in the dialog of a file field."""
        document = await self.send("DOM.getDocument")
        node = await self.send("DOM.querySelector", nodeId=document["root"]["nodeId"], selector=selector)
        await self.send("DOM.setFileInputFiles", files=[str(one) for one in files], nodeId=node["nodeId"])


@asynccontextmanager
async def running_browser(folder: Path) -> AsyncIterator[Tab]:
    """folder: for its profile. Its own sandbox does not work for root, who runs containers."""
    program = installed()
    assert program is not None
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    log = (folder / "browser.log").open("wb")
    profile = folder / "profile"
    process = await asyncio.create_subprocess_exec(
        program, f"--user-data-dir={profile}", *as_root, *SWITCHES, stdout=log, stderr=log
    )
    log.close()
    try:
        port = await debugging_port(profile / "DevToolsActivePort", process)
        async with aiohttp.ClientSession() as session:
            pages = await (await session.get(f"http://127.0.0.1:{port}/json/list")).json()
            address = next(one["webSocketDebuggerUrl"] for one in pages if one["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                tab = Tab(socket)
                listening = asyncio.create_task(tab.listen())
                yield tab
                listening.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def written_in(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


async def debugging_port(file: Path, process: asyncio.subprocess.Process) -> int:
    """Written by the browser once it listens."""
    for _ in range(600):
        assert process.returncode is None, "the browser ended before it listened"
        if lines := written_in(file):
            return int(lines[0])
        await asyncio.sleep(0.05)
    raise AssertionError("the browser never listened")
