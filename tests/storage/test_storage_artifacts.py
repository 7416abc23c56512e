"""Blobs stand under their hash, complete or not at all."""

import asyncio
import hashlib
import re
import uuid
from pathlib import Path

import pytest

from pipeline.errors import TextsForgotten
from storage.artifacts import DamagedBlob, FsspecArtifacts

CONTENT = b"The bread is in the oven."
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def files_below(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(params=["folder", "file", "memory"])
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> FsspecArtifacts:
    urls = {"folder": str(tmp_path), "file": f"file://{tmp_path}", "memory": f"memory://{uuid.uuid4().hex}"}
    return FsspecArtifacts(urls[request.param])


async def test_what_is_put_can_be_got_and_has_a_local_path(artifacts: FsspecArtifacts) -> None:
    assert await artifacts.put(CONTENT) == SHA256
    assert await artifacts.get(SHA256) == CONTENT
    async with artifacts.local_path(SHA256) as path:
        assert path.read_bytes() == CONTENT


async def test_what_was_forgotten_says_so_and_what_was_never_there_does_not(artifacts: FsspecArtifacts) -> None:
    await artifacts.put(CONTENT)
    assert await artifacts.forget(SHA256)
    assert not await artifacts.forget(SHA256)
    with pytest.raises(TextsForgotten):
        await artifacts.get(SHA256)
    with pytest.raises(TextsForgotten):
        async with artifacts.local_path(SHA256):
            pass
    with pytest.raises(FileNotFoundError):
        await artifacts.get("0" * 64)
    await artifacts.put(CONTENT)  # somebody adds the same once more
    assert await artifacts.get(SHA256) == CONTENT
    assert await artifacts.delete(SHA256)


async def test_a_file_of_several_chunks_is_put_like_its_bytes(artifacts: FsspecArtifacts, tmp_path: Path) -> None:
    content = bytes(range(256)) * 12_000  # 3 MB
    (tmp_path / "export.csv").write_bytes(content)
    assert await artifacts.put_file(tmp_path / "export.csv") == await artifacts.put(content)
    assert await artifacts.get(hashlib.sha256(content).hexdigest()) == content


async def test_the_same_bytes_from_ten_people_at_once_are_one_blob(tmp_path: Path) -> None:
    artifacts = FsspecArtifacts(str(tmp_path))
    assert set(await asyncio.gather(*(artifacts.put(CONTENT) for _ in range(10)))) == {SHA256}
    assert files_below(tmp_path) == [Path(SHA256[:2], SHA256[2:4], SHA256)]


async def test_empty_bytes_are_bytes(artifacts: FsspecArtifacts) -> None:
    assert await artifacts.get(await artifacts.put(b"")) == b""


async def test_an_unknown_hash_is_not_found(artifacts: FsspecArtifacts) -> None:
    with pytest.raises(FileNotFoundError):
        await artifacts.get(SHA256)
    with pytest.raises(FileNotFoundError):
        async with artifacts.local_path(SHA256):
            pass


@pytest.mark.parametrize("name", ["..", "../../etc/passwd", SHA256.upper(), SHA256 + "0"])
async def test_a_name_that_is_no_hash_reaches_no_file(artifacts: FsspecArtifacts, name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)):
        await artifacts.get(name)


async def test_damaged_bytes_are_noticed_and_cut_ones_are_mended_by_the_next_put(tmp_path: Path) -> None:
    artifacts = FsspecArtifacts(str(tmp_path))
    await artifacts.put(CONTENT)
    async with artifacts.local_path(SHA256) as path:
        path.write_bytes(CONTENT[:-1])
    with pytest.raises(DamagedBlob):
        await artifacts.get(SHA256)
    await artifacts.put(CONTENT)
    assert await artifacts.get(SHA256) == CONTENT


async def test_a_copy_of_a_remote_blob_is_gone_after_the_block() -> None:
    artifacts = FsspecArtifacts(f"memory://{uuid.uuid4().hex}")
    await artifacts.put(CONTENT)
    async with artifacts.local_path(SHA256) as path:
        assert path.exists()
    assert not path.exists()


async def test_a_put_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    artifacts = FsspecArtifacts(str(tmp_path / "store"))
    with pytest.raises(FileNotFoundError):
        await artifacts.put_file(tmp_path / "missing")
    assert files_below(tmp_path / "store") == []
