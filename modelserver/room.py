"""Tells a full disk from other failures, so that people read what it is."""

from __future__ import annotations

import errno
import sqlite3
from typing import Final

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(err: BaseException) -> bool:
    """Whether a write failed for want of room: the disk's, a quota's, or that of one file."""
    if isinstance(err, sqlite3.OperationalError):
        return err.sqlite_errorcode == sqlite3.SQLITE_FULL
    return isinstance(err, OSError) and err.errno in NO_ROOM
