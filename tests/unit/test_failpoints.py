"""Failpoints do nothing until a test asks for something, and each name stands in the code."""

import asyncio
import re
from pathlib import Path
from typing import get_args

import pytest

from pipeline.failpoints import Failpoint, at_failpoints, failpoint

CODE = Path(__file__).parents[2]


class Crash(BaseException):
    pass


def crash(name: Failpoint) -> None:
    if name == "submit.after_remote":
        raise Crash(name)


def test_nothing_happens_without_an_action() -> None:
    failpoint("submit.after_remote")


def test_the_action_is_called_in_the_block_and_not_after_it() -> None:
    with at_failpoints(crash):
        failpoint("submit.before_remote")
        with pytest.raises(Crash):
            failpoint("submit.after_remote")
    failpoint("submit.after_remote")


async def test_a_task_started_in_the_block_has_the_action_too() -> None:
    async def work() -> None:
        failpoint("submit.after_remote")

    with at_failpoints(crash):
        task = asyncio.create_task(work())
    with pytest.raises(Crash):
        await task


def test_each_name_stands_in_the_code_and_nothing_there_arms_one() -> None:
    code = [file.read_text("utf-8") for root in ("bot", "storage") for file in (CODE / root).rglob("*.py")]
    called = {name for text in code for name in re.findall(r'failpoint\("([a-z_.]+)"\)', text)}
    assert called == set(get_args(Failpoint))
    assert not any("at_failpoints" in text for text in code)
