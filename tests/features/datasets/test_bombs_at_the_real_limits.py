"""A zip that would unpack to more than 1 GB, against the limits the bot ships with."""

import io
import zipfile
from pathlib import Path

from tests.fakes.bot_process import open_world


async def test_a_gigabyte_in_a_small_archive_is_refused(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("all.txt", "w") as member:
        for _ in range(1025):
            member.write(b"a" * (1 << 20))
    assert len(held.getvalue()) < 2_000_000
    async with open_world(tmp_path) as world:
        thread = await world.dataset_thread()
        told = await world.refusal(thread, "backup.zip", held.getvalue(), why="ArchiveBomb")
        assert told == "This archive unpacks to more than 1 GB or nests archives. I stopped and kept nothing."
        assert world.state_of(thread) == [(0, 0, None)]
