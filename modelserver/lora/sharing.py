"""One run on several processes, as torchrun and accelerate start them; a single process is the simple case."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """This process's part: the batches of all `processes` are the same, each takes every n-th row of them."""

    rank: int
    processes: int

    @property
    def leads(self) -> bool:
        """Whether this one reports and writes."""
        return self.rank == 0

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        return rows[self.rank :: self.processes]

    def sum_gradients(self, numbers: Sequence[Any]) -> None:
        """Give every process the gradient of the whole batch."""
        if self.processes == 1:
            return
        flat = torch.cat([torch.zeros_like(n).flatten() if n.grad is None else n.grad.flatten() for n in numbers])
        torch.distributed.all_reduce(flat)
        for number, gradient in zip(numbers, flat.split([n.numel() for n in numbers]), strict=True):
            number.grad = gradient.view_as(number).clone()

    def sum(self, *values: float) -> list[float]:
        if self.processes == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64)
        torch.distributed.all_reduce(total)
        return [float(value) for value in total]


def joined() -> Share:
    """Meet the other processes, when the trainer command started some."""
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if processes == 1:
        return Share(0, 1)
    if not torch.distributed.is_initialized():
        torch.distributed.init_process_group("gloo")
    return Share(torch.distributed.get_rank(), processes)
