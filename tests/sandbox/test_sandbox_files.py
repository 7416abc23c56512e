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


PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


async def uploaded(web: AsyncWebClient, name: str = "chart.png", alt: str = "A chart.") -> str:
    """In the three steps, into no channel; the file's id."""
    promised = await web.files_getUploadURLExternal(filename=name, length=len(PNG), alt_txt=alt)
    async with aiohttp.ClientSession() as session, session.post(promised["upload_url"], data=PNG) as answer:
        assert answer.status == 200
    await web.files_completeUploadExternal(files=[{"id": promised["file_id"]}])
    return str(promised["file_id"])


def with_image(**slack_file: str) -> list[dict[str, object]]:
    return [{"type": "image", "alt_text": "A chart.", "slack_file": slack_file}]


async def post_image(web: AsyncWebClient, **slack_file: str) -> str:
    """Slack's word for what is wrong; empty when it was posted."""
    try:
        await web.chat_postMessage(channel="C0CONTENT", text="chart", blocks=with_image(**slack_file))
    except SlackApiError as error:
        return str(error.response["response_metadata"]["messages"][0])
    return ""


async def test_a_private_upload_can_be_shown_once_slack_has_worked_on_it() -> None:
    async with running_sandbox(share_delay_s=0.3) as space:
        web = AsyncWebClient(token=space.bot_token, base_url=space.api_url)
        file_id = await uploaded(web)
        assert (await web.files_info(file=file_id))["file"]["mimetype"] == ""
        assert "invalid slack file [json-pointer:/blocks/0/slack_file]" in await post_image(web, id=file_id)
        assert await space.slack.events.tasks.settled(timeout_s=5)
        info = (await web.files_info(file=file_id))["file"]
        assert (info["mimetype"], info["alt_txt"], info["shares"]) == ("image/png", "A chart.", {})
        assert await post_image(web, id=file_id) == ""
        assert await post_image(web, url=info["permalink"]) == ""
        message = (await space.client.messages("#content"))[0]
        edited = await web.chat_update(channel="C0CONTENT", ts=message["ts"], text="x", blocks=with_image(id=file_id))
        assert edited["ok"]


async def test_only_images_that_the_app_may_see_are_shown(space: RunningSandbox, web: AsyncWebClient) -> None:
    text_id = await uploaded(web, "notes.txt")
    elsewhere = await space.client.drop_file("owner", "secret.png", PNG, channel="#random")
    assert await space.slack.events.tasks.settled(timeout_s=5)
    for wrong in (text_id, elsewhere["file"]["id"], "F99999999"):
        assert "invalid slack file" in await post_image(web, id=wrong)
    assert "must match regex" in await post_image(web, id="https://example.com/F0000001")
    assert "only one of" in await post_image(web, id=text_id, url="x")


async def test_a_description_of_an_upload_has_a_limit(web: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="alt_txt_too_large"):
        await web.files_getUploadURLExternal(filename="a.png", length=1, alt_txt="x" * 1001)
