"""Rows made of feedback, in the forms that providers and trainers read (pure): one JSON object per line."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.round_rows import KtoRow, PairRow, SftRow


def sft_lines(rows: Iterable[SftRow]) -> bytes:
    """Requests and answers, as our own reader takes them; the system line is added when a dataset is made."""
    return _lines({"prompt": row.brief, "completion": row.text} for row in rows)


def dpo_lines(rows: Iterable[PairRow], system: str) -> bytes:
    """As OpenAI takes preferences; local trainers map input, preferred and non-preferred to prompt, chosen, rejected.

    Source: OpenAI's preference guide as of November 2026: one turn, and each output exactly the last message.
    """
    return _lines(
        {
            "input": {"messages": _asked(system, row.brief), "tools": [], "parallel_tool_calls": True},
            "preferred_output": [_said(row.chosen)],
            "non_preferred_output": [_said(row.rejected)],
        }
        for row in rows
    )


def kto_lines(rows: Iterable[KtoRow], system: str) -> bytes:
    """As TRL's KTO trainer takes single judgements: label says whether the completion is wanted."""
    return _lines(
        {"prompt": _asked(system, row.brief), "completion": [_said(row.text)], "label": row.good} for row in rows
    )


def _asked(system: str, brief: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": brief}]


def _said(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
