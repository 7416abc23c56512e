"""Every file that cannot be used: product.md's sentence in the thread, and everything stays as it was."""

import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.bot_process import Thread, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD = "\n".join(
    ["title,body,date", *(f'"Post {n}","A plain text about tool number {n}.",2024-01-{n:02}' for n in range(1, 13))]
).encode()
MEGABYTE = 1024 * 1024
BOMB = "This archive unpacks to more than 1 GB or nests archives. I stopped and kept nothing."
UNSAFE = "This XML defines entities, which an export never needs. I refused it."
BROKEN = (
    "it stops making sense{where}, as if it was cut off or isn't what its name says. Nothing was added; export it once "
    "more and drop it here again."
)
LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<rss version="2.0"><channel><item><title>&lol3;</title></item></channel></rss>"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Small limits, so that small files pass them: 2 MB for a file, 3 MB for what an archive unpacks to."""
    folder = tmp_path_factory.mktemp("town")
    async with open_world(folder, file_limit_mb=2, unpacked_limit_mb=3) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thread(town: World) -> Thread:
    """With one good file, so that there is something to lose."""
    thread = await town.dataset_thread()
    await town.report(thread, "good.csv", GOOD)
    return thread


def zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def lying_bomb(size_bytes: int) -> bytes:
    """60 MB behind a header that says 10 bytes."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packed.compress(b"a" * size_bytes) + packed.flush()
    name = b"a.txt"
    fixed = struct.pack("<HHHHHIII", 20, 0, 8, 0, 33, 0, len(content), 10)
    local = b"PK\x03\x04" + fixed + struct.pack("<HH", len(name), 0) + name + content
    central = b"PK\x01\x02" + struct.pack("<H", 20) + fixed + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0)
    central += name
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


HALF_XML = (Path(__file__).parents[3] / "examples" / "field-notes.wordpress.xml").read_bytes()[:700]

REFUSALS = {
    "notes.pages": (
        b"\x00\x01binary\x02" * 50,
        "I can't read `.pages` files. Export as .docx, .md or .txt and drop it here again. Nothing was added.",
    ),
    "iwork.pages": (
        zipped({"Index/Document.iwa": b"x"}),
        "I can't read `.pages` files. Export as .docx, .md or .txt and drop it here again. Nothing was added.",
    ),
    "paper.txt": (
        b"\x89PNG not a text",
        "I can't read `.png` files. Export as .docx, .md or .txt and drop it here again. Nothing was added.",
    ),
    "empty.csv": (b"", "`empty.csv` is empty. Nothing was added; check the export and drop it here again."),
    "blank.md": (b" \n\n", "`blank.md` is empty. Nothing was added; check the export and drop it here again."),
    "half.xml": (HALF_XML, "I couldn't read `half.xml`: "),
    "binary.csv": (b"\x00\x01\x02\x03" * 99, f"I couldn't read `binary.csv`: {BROKEN.format(where='')}"),
    "torn.zip": (
        zipped({"a.md": b"text"})[:40],
        "I couldn't read `torn.zip`: " + BROKEN.format(where=" at archive directory"),
    ),
    "bomb.zip": (zipped({"a.txt": b"a" * 4 * MEGABYTE}), BOMB),
    "liar.zip": (lying_bomb(60 * MEGABYTE), f"I couldn't read `liar.zip`: {BROKEN.format(where='')}"),
    "head.csv": (b"title,body\n", "`head.csv` is empty. Nothing was added; check the export and drop it here again."),
    "nested.zip": (zipped({"inner.zip": zipped({"a.txt": b"a"})}), BOMB),
    "disguised.zip": (zipped({"inner.txt": zipped({"a.txt": b"a"})}), BOMB),
    "laughs.xml": (LAUGHS, UNSAFE),
    "laughs.zip": (zipped({"laughs.xml": LAUGHS}), UNSAFE),
    "dump.csv": (
        b"a" * (3 * MEGABYTE),
        "`dump.csv` is 3 MB; my limit is 2 MB. Export only the posts table, or one year at a time.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_file_that_cannot_be_used_gets_its_sentence_and_changes_nothing(
    town: World, thread: Thread, name: str
) -> None:
    content, sentence = REFUSALS[name]
    before, card = town.state_of(thread), await card_of(town, thread)
    told = await town.refusal(thread, name, content)
    assert told.startswith(sentence)
    assert not any("Traceback" in one or "Error" in one for one in await town.in_thread(thread))
    assert town.state_of(thread) == before
    assert await card_of(town, thread) == card


async def card_of(town: World, thread: Thread) -> str:
    return str((await town.people.messages("C0CONTENT", thread_ts=thread.ts))[0]["text"])


async def test_a_missing_scope_is_told(town: World, thread: Thread) -> None:
    before = town.state_of(thread)
    scopes = town.space.slack.manifest.scopes
    object.__setattr__(town.space.slack.manifest, "scopes", frozenset(scopes) - {"files:read"})
    try:
        told = await town.refusal(thread, "locked.csv", GOOD + b"\n", why="DownloadRefused")
    finally:
        object.__setattr__(town.space.slack.manifest, "scopes", scopes)
    assert told == (
        "Slack wouldn't give me that file (403). I may lack `files:read`, or the file belongs to another workspace. "
        "Ask an admin to check; I'll retry if you drop it again."
    )
    assert town.state_of(thread) == before


async def test_a_file_deleted_before_it_was_fetched_is_refused(town: World, thread: Thread) -> None:
    before = town.state_of(thread)
    await town.people.fault("files.info", "error", error="file_deleted")
    told = await town.refusal(thread, "gone.csv", GOOD + b"\n", why="DownloadRefused")
    assert told.startswith("Slack wouldn't give me that file")
    assert town.state_of(thread) == before


async def test_a_connection_that_keeps_breaking_is_told_after_three_tries(town: World, thread: Thread) -> None:
    before = town.state_of(thread)
    await town.people.fault("files.info", "reset_before", times=20)
    told = await town.refusal(thread, "torn.csv", GOOD + b"\n\n", why="DownloadRefused")
    await town.people.act("faults/clear")
    assert told == (
        "Slack broke off while sending me that file, three times. Nothing was added; I'll try again if you drop it "
        "here once more."
    )
    assert town.state_of(thread) == before


async def test_a_connection_that_breaks_once_is_not_noticed(town: World) -> None:
    thread = await town.dataset_thread()
    await town.people.fault("files.info", "server_error")
    await town.report(thread, "good.csv", GOOD)


async def test_broken_rows_are_named_and_counted(town: World) -> None:
    thread = await town.dataset_thread()
    rows = GOOD.decode().splitlines()
    rows[3], rows[7] = '"Short row","only two"', '"Short too","only two"'
    await town.report(thread, "rows.csv", "\n".join(rows).encode())
    (told,) = [one for one in await town.in_thread(thread) if "read to the end" in one]
    assert "Rows 3, 7 of `rows.csv` have 2 columns instead of 3; I left out 2 rows and kept 10." in told
    assert "2 unreadable" in (await town.in_thread(thread))[-1]


async def test_another_encoding_shows_the_line_to_check(town: World) -> None:
    thread = await town.dataset_thread()
    text = "# A café\n\nWe met at the café to mend tools.".encode("cp1252")
    await town.report(thread, "old.txt", text)
    (told,) = [one for one in await town.in_thread(thread) if "read to the end" in one]
    assert "`old.txt` isn't UTF-8; I read it as Windows-1252. Check this line: “…# A café…”" in told
