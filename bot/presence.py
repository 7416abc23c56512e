"""Whether a bot runs on this database: it holds a lock for as long as it lives."""

import asyncio
from typing import Final

from pipeline.ports import LivenessLocks

PRESENCE: Final = "bot"
RETRY_S: Final = 5  # a replica that takes over when the one that held the lock ends


async def stay_present(locks: LivenessLocks) -> None:
    """Until cancelled. Of several replicas one holds the lock, which is enough for the answer."""
    for_ever = asyncio.Event()
    while True:
        async with locks.hold(PRESENCE) as held:
            if held:
                await for_ever.wait()
        await asyncio.sleep(RETRY_S)


async def is_present(locks: LivenessLocks) -> bool:
    async with locks.hold(PRESENCE) as free:
        return not free
