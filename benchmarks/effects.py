"""What measured requests left in the bot's database, read past all of its code."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

# Rows that requests with one mark should have made, each exactly once.
ROWS: Final = {
    "draft": "SELECT count(*), count(DISTINCT brief) FROM draft WHERE brief LIKE ? || ' %'",
    "button": "SELECT count(*), count(*) FROM audit_entry WHERE what = 'feedback.reason' AND ? <> ''",
    "reaction": "SELECT count(*), count(DISTINCT ts) FROM reaction WHERE ts LIKE ? || '.%'",
}
# What a pass asked for and nobody waits for: the next pass must not pay for it.
FORGET: Final = (
    "UPDATE work_item SET state = 'done' WHERE kind = 'draft' AND state = 'due' AND owner IS NULL",
    "UPDATE outbox SET state = 'done' WHERE state = 'due' AND owner IS NULL"
    " AND (key LIKE 'draft:%' OR key LIKE 'whisper:%')",
)
AT_WORK: Final = "SELECT count(*) FROM work_item WHERE state = 'due' AND kind <> 'draft'"
WRITTEN: Final = "SELECT count(*) FROM draft WHERE text IS NOT NULL"


def ask(database: Path, question: str, *values: str) -> tuple[int, ...]:
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        row: tuple[int, ...] = connection.execute(question, values).fetchone()
        return row


def rows(database: Path, kind: str, mark: str) -> tuple[int, int]:
    """Rows of this kind with this mark, and how many of them differ; (0, 0) for what leaves no row."""
    if kind not in ROWS:
        return 0, 0
    every, different = ask(database, ROWS[kind], mark)
    return every, different


def forget_waiting(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        for statement in FORGET:
            connection.execute(statement)
