"""Files to read: written by a test, or the real ones that lie beside a checkout."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

CORPORA = Path(__file__).parents[3].parent / "shared" / "corpora"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    def write_file(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.fixture(scope="session")
def corpora() -> Path:
    if not CORPORA.is_dir():
        pytest.skip("no real corpora beside this checkout")
    return CORPORA


@pytest.fixture
def zipped() -> Callable[[dict[str, str]], bytes]:
    def pack(members: dict[str, str]) -> bytes:
        page = io.BytesIO()
        with zipfile.ZipFile(page, "w") as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return page.getvalue()

    return pack
