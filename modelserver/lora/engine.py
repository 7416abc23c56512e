"""LoRA on one base model in a folder of this machine. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modelserver.engine import Report, Row, TrainingPlan
from modelserver.lora.hub import BaseFolder
from modelserver.records import Method

if TYPE_CHECKING:
    from modelserver.lora.serving import LoraChat, ServedBase


class LoraEngine:
    """All adapters of one base share its weights in memory."""

    methods: frozenset[Method] = frozenset({"supervised", "dpo", "kto"})
    suffix = ""
    resumes = True
    continues = True
    tells_probabilities = True

    def __init__(self, name: str, folder: Path) -> None:
        """Raises ValueError when the folder holds no model."""
        self._base = BaseFolder.read(name, folder)
        self.base, self.folder, self.context_tokens = name, folder, self._base.context_tokens
        self._served: ServedBase | None = None
        self._opening = threading.Lock()

    def train(
        self,
        rows: Sequence[Row],
        held_out: Sequence[Row],
        plan: TrainingPlan,
        folder: Path,
        report: Callable[[Report], None],
    ) -> int:
        from modelserver.lora.tuning import Tuning

        return Tuning(self._base, plan, folder, report).run(rows, held_out)

    def load(self, path: Path | None) -> LoraChat:
        from modelserver.lora.serving import ServedBase

        with self._opening:
            if self._served is None:
                self._served = ServedBase(self._base)
        return self._served.chat(path)
