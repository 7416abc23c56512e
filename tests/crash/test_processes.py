"""Tier C, the share that every run has time for: whole bots killed and frozen; `make crash` plays a thousand seeds."""

from pathlib import Path

import pytest

from tests.crash.child import Nursery
from tests.crash.processes import play

SEEDS = (5, 11)


@pytest.mark.timeout(300)  # half a minute, and longer on a busy machine
@pytest.mark.parametrize("seed", SEEDS)
async def test_killed_and_frozen_bots_pay_once_and_tell_once(
    nursery: Nursery, tmp_path: Path, database_url: str, seed: int
) -> None:
    report = await play(seed, tmp_path, database_url, nursery)
    assert report.violations == []
    assert report.kills + report.freezes > 0
