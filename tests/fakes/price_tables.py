"""The price table that is shipped, read today, so that no test stands or falls with the date."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pipeline.models

SHIPPED = Path(pipeline.models.__file__).parent / "prices.toml"
DAY = re.compile(r"^as_of = .*$", re.MULTILINE)


def by_the_token(folder: Path, train_usd_per_million: str = "0.05") -> Path:
    """Our own server is paid by the token: then a bill does not depend on how long anything took."""
    text = SHIPPED.read_text("utf-8").replace('machine_usd_per_hour = "0"\n', rate(train_usd_per_million), 1)
    assert rate(train_usd_per_million) in text
    path = folder / "prices.toml"
    path.write_text(DAY.sub(f"as_of = {datetime.now(UTC).date()}", text), encoding="utf-8")
    return path


def rate(train_usd_per_million: str) -> str:
    return f'train_usd_per_million = "{train_usd_per_million}"\n'
