"""Files: uploads by the app, drops by people, downloads behind the token, file inputs."""

from dataclasses import replace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import ControlRefused
from sandbox.manifest import load_manifest
from sandbox.server import RunningSandbox, running_sandbox
from sandbox.settings import DEFAULT_MANIFEST


async def fetch(url: str, token: str) -> tuple[int, str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, response.content_type, await response.read()


async def test_an_upload_comes_back_byte_for_byte_and_is_shared_a_little_later(
    space: RunningSandbox, web: AsyncWebClient
) -> None:
    content = bytes(range(256)) * 10
    parent = await space.client.post("owner", "#content", "thread")
    answer = await web.files_upload_v2(
        filename="report.bin",
        content=content,
        channel="C0CONTENT",
        thread_ts=parent["ts"],
        initial_comment="The report",
    )
    assert answer["file"]["shares"] == {}
    posted = await space.client.wait("message", thread_ts=parent["ts"], by_bot=True)
    assert posted["message"]["files"][0]["name"] == "report.bin"
    info = (await web.files_info(file=answer["file"]["id"]))["file"]
    assert info["shares"]["public"]["C0CONTENT"][0]["thread_ts"] == parent["ts"]
    assert await fetch(info["url_private_download"], space.bot_token) == (
        200,
        "application/octet-stream",
        content,
    )


@pytest.mark.parametrize("token", ["", "xoxb-wrong"])
async def test_a_download_without_the_token_is_a_login_page_with_status_200(space: RunningSandbox, token: str) -> None:
    dropped = await space.client.drop_file("owner", "a.csv", b"a,b", channel="#content")
    status, kind, body = await fetch(dropped["file"]["url_private_download"], token)
    assert (status, kind) == (200, "text/html")
    assert b"Sign in" in body


async def test_a_download_without_the_scope_is_a_login_page_with_status_200() -> None:
    full = load_manifest(DEFAULT_MANIFEST)
    async with running_sandbox(manifest=replace(full, scopes=full.scopes - {"files:read"})) as space:
        dropped = await space.client.drop_file("owner", "a.csv", b"a,b", channel="#content")
        status, kind, _body = await fetch(dropped["file"]["url_private"], space.bot_token)
        assert (status, kind) == (200, "text/html")
        assert (await space.client.deliveries())[0]["outcome"] == "not sent"


async def test_a_file_in_a_channel_without_the_bot_does_not_exist_for_it(
    space: RunningSandbox, web: AsyncWebClient
) -> None:
    dropped = await space.client.drop_file("owner", "a.csv", b"a,b", channel="#random")
    with pytest.raises(SlackApiError, match="file_not_found"):
        await web.files_info(file=dropped["file"]["id"])


async def test_a_deleted_file_is_gone_and_the_app_is_told(space: RunningSandbox, web: AsyncWebClient) -> None:
    dropped = await space.client.drop_file("owner", "a.csv", b"a,b", channel="#content")
    file_id = dropped["file"]["id"]
    await space.client.act("delete_file", user="owner", file=file_id)
    with pytest.raises(SlackApiError, match="file_deleted"):
        await web.files_info(file=file_id)
    told = await space.client.wait("delivery", event="file_deleted")
    assert told["payload"]["event"]["file_id"] == file_id


async def test_several_files_share_one_message(space: RunningSandbox) -> None:
    ids = [(await space.client.drop_file("owner", f"{n}.md", b"x"))["file"]["id"] for n in range(2)]
    shared = await space.client.act("share", user="owner", channel="#content", files=ids, text="two")
    message = (await space.client.messages("#content"))[0]
    assert message["ts"] == shared["ts"]
    assert [one["id"] for one in message["files"]] == ids
    with pytest.raises(ControlRefused, match="no_such_file"):
        await space.client.act("share", user="editor", channel="#content", files=ids)
