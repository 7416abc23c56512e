"""Rows of feedback in the forms trainers read: one object per line, whatever the text holds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.drafting import DraftId
from pipeline.feedback_rows import dpo_lines, kto_lines, sft_lines
from pipeline.round_rows import KtoRow, PairRow, SftRow

TEXTS = st.text(min_size=1).filter(str.strip)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=4))
def test_each_row_is_one_line_that_reads_back(rows: list[tuple[str, str, str]]) -> None:
    examples = [SftRow(brief, text, DraftId(1), "U1") for brief, text, _ in rows]
    pairs = [PairRow(brief, text, worse, "duel") for brief, text, worse in rows]
    kto = [KtoRow(brief, text, good=True, draft_id=DraftId(1)) for brief, text, _ in rows]
    for content in (sft_lines(examples), dpo_lines(pairs, "S"), kto_lines(kto, "S")):
        assert content.count(b"\n") == len(rows)
    read = [json.loads(line) for line in dpo_lines(pairs, "S").split(b"\n") if line]
    for (brief, text, worse), row in zip(rows, read, strict=True):
        assert row["input"]["messages"][-1] == {"role": "user", "content": brief}
        assert (row["preferred_output"][0]["content"], row["non_preferred_output"][0]["content"]) == (text, worse)
    assert [(json.loads(line)["prompt"]) for line in sft_lines(examples).split(b"\n") if line] == [r[0] for r in rows]
