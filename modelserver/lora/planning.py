"""What a run will need, worked out before it starts and said in the job's events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from modelserver.engine import Refused, TrainingPlan
from modelserver.lora.objectives import Objective

# Per token and layer, in units of the width: Korthikanti et al. 2022, 34 without recomputing, 2 with it.
ACTIVATIONS: Final = 34
RECOMPUTED: Final = 2
LOGIT_COPIES: Final = 4  # logits, their float copy, log-probabilities, gradient
ADAPTER_BYTES: Final = 16  # per number: value, gradient and two averages of Adam, four bytes each
PART_TOKENS: Final = 2048  # of a batch that go through the model at once, unless one row alone is longer
MOST_PADDED: Final = 1.3  # of the tokens of a part, where a further pass costs less than padding: on a CPU
LEAST_PART_TOKENS: Final = 192  # below which a further pass costs more; both measured, see docs/decisions/0023
FRACTION: Final = 0.9  # of the free memory that may be planned with


@dataclass(frozen=True)
class Memory:
    """Bytes. recomputes: activations are computed twice instead of kept."""

    needed: int
    free: int | None
    recomputes: bool


def planned_memory(model: Any, objective: Objective) -> Memory:
    """Raises Refused when the longest row does not fit even with recomputing."""
    longest = max(objective.tokens(row) for row in range(len(objective)))
    tokens, free = max(longest, PART_TOKENS), free_bytes(model.device)
    kept, recomputed = (_needed(model, tokens, recomputes=recomputes) for recomputes in (False, True))
    if free is None or kept <= free * FRACTION:
        return Memory(kept, free, recomputes=False)
    if recomputed <= free * FRACTION:
        return Memory(recomputed, free, recomputes=True)
    reason = f"Training needs about {_gib(recomputed)} beside the base model and {_gib(free)} are free."
    raise Refused(f"{reason} Shorten the longest row ({longest} tokens) or take a smaller base.", code="no_memory")


def _needed(model: Any, tokens: int, *, recomputes: bool) -> int:
    config = model.config.get_text_config()
    width = model.dtype.itemsize * config.hidden_size
    layers = config.num_hidden_layers
    per_token = width * (layers * RECOMPUTED + ACTIVATIONS if recomputes else layers * ACTIVATIONS)
    trained = sum(number.numel() for number in model.parameters() if number.requires_grad)
    return int(tokens * (per_token + LOGIT_COPIES * 4 * config.vocab_size) + ADAPTER_BYTES * trained)


def free_bytes(device: Any) -> int | None:
    """Memory that training may take; None where the system does not tell."""
    if device.type == "cuda":
        import torch

        return int(torch.cuda.mem_get_info(device)[0])
    try:
        facts = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in facts if line.startswith("MemAvailable:")), None)


def parts(objective: Objective, rows: Sequence[int], device: Any) -> Iterator[list[int]]:
    """A batch in parts that fit into memory, rows of like length together, so that little is padding."""
    part: list[int] = []
    filled, least = 0, LEAST_PART_TOKENS if device.type == "cpu" else PART_TOKENS
    for row in sorted(rows, key=objective.tokens):
        tokens = objective.tokens(row)
        padded = tokens * (len(part) + 1)
        if part and (padded > PART_TOKENS or (filled >= least and padded > MOST_PADDED * (filled + tokens))):
            yield part
            part, filled = [], 0
        part.append(row)
        filled += tokens
    if part:
        yield part


def rows_said(lengths: Sequence[int], *, learned: int, cut: int, left_out: int) -> str:
    """One sentence about the rows as the model reads them."""
    said = f"{len(lengths)} rows, {sum(lengths)} tokens, {learned} of them learned; the longest row has {max(lengths)}."
    if cut:
        said += f" {cut} rows were longer than the context and are cut at their end."
    if left_out:
        said += f" {left_out} rows are left out: nothing of the answer was within the context."
    return said


def run_said(plan: TrainingPlan, memory: Memory, *, learning_rate: float, steps: int, processes: int) -> str:
    """One sentence about the run."""
    free = "" if memory.free is None else f" of {_gib(memory.free)} free"
    said = f"{steps} steps: {plan.n_epochs} epochs in batches of {plan.batch_size}, learning rate {learning_rate:.2g}"
    said += f", rows padded to like lengths, not packed; about {_gib(memory.needed)}{free} beside the base model"
    said += ", recomputing activations" if memory.recomputes else ""
    return said + (f", on {processes} processes." if processes > 1 else ".")


def _gib(size_bytes: int) -> str:
    return f"{size_bytes / 2**30:.1f} GiB" if size_bytes >= 2**30 else f"{max(1, size_bytes >> 20)} MiB"
