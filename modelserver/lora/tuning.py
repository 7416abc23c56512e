"""From rows and a plan to a run: the base is opened, rows are encoded, and what was planned is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import SafetensorError

from modelserver.engine import Judged, Note, Preference, Refused, Report, Row, TrainingPlan
from modelserver.lora.encoding import Encoded, EncodedJudgement, EncodedPair, Encoder
from modelserver.lora.hub import BaseFolder, open_base, open_tokenizer
from modelserver.lora.keeping import STATE
from modelserver.lora.kto import Verdict
from modelserver.lora.objectives import Choice, Likeness, Objective
from modelserver.lora.planning import planned_memory, rows_said, run_said
from modelserver.lora.run import Run, Work
from modelserver.lora.sharing import joined
from modelserver.room import NO_ROOM

RANK: Final = 16
ALPHA: Final = 32  # twice the rank, as LoRA's authors and TRL's examples have it
Learnable = Encoded | EncodedPair | EncodedJudgement


@dataclass(frozen=True)
class Tuning:
    """One job of one base."""

    base: BaseFolder
    plan: TrainingPlan
    folder: Path
    report: Callable[[Report], None]

    def run(self, rows: Sequence[Row], held_out: Sequence[Row]) -> int:
        """The tokens trained. Raises Refused."""
        try:
            return self._run(rows, held_out)
        except SafetensorError as err:  # it wraps what the system said in words
            if not any(f"os error {number})" in str(err) for number in NO_ROOM):
                raise
            raise Refused("The disk of the server is full.", code="no_disk_space") from err
        except torch.OutOfMemoryError as err:
            raise Refused("The memory of the server was not enough.", code="no_memory") from err

    def _run(self, rows: Sequence[Row], held_out: Sequence[Row]) -> int:
        torch.manual_seed(self.plan.seed)
        torch.use_deterministic_algorithms(True, warn_only=True)
        share, encoder = joined(), Encoder(open_tokenizer(self.base), self.base.context_tokens)
        encoded, encoded_held_out = self._encoded(encoder, rows), self._encoded(encoder, held_out)
        if not encoded:
            raise Refused("No row has an answer within the context.", code="invalid_training_file")
        model = self._adapted(open_base(self.base))
        objective = self._objective(model, encoded)
        memory = planned_memory(model, objective)
        if memory.recomputes:
            model.enable_input_require_grads()
            model.get_base_model().activation_checkpointing_enable()
        validation = self._objective(model, encoded_held_out) if encoded_held_out else None
        work = Work(self.base.name, model, objective, validation, self.plan, self.folder, self.report, share)
        if share.leads:
            self._say_rows(encoded, len(rows))
            said = run_said(
                self.plan, memory, learning_rate=work.learning_rate, steps=work.steps, processes=share.processes
            )
            self.report(Note(said))
        tokens = Run(work).run()
        if share.leads:
            (self.folder / STATE).unlink(missing_ok=True)
        return tokens

    def _encoded(self, encoder: Encoder, rows: Sequence[Row]) -> list[Learnable]:
        """Without the rows of which nothing can be learned."""
        encoded: list[Learnable] = [*encoder.judgements([row for row in rows if isinstance(row, Judged)])]
        for row in rows:
            if isinstance(row, Preference):
                encoded.append(encoder.pair(row))
            elif not isinstance(row, Judged):
                encoded.append(encoder.conversation(row))
        return [row for row in encoded if all(text.learned_tokens for text in _texts([row]))]

    def _adapted(self, base: Any) -> Any:
        """The base with the adapter that is trained: a new one, which changes nothing yet, or a finished one."""
        if self.plan.start is not None:
            return PeftModel.from_pretrained(base, str(self.plan.start), is_trainable=True)
        config = LoraConfig(
            r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
        )
        return get_peft_model(base, config)

    def _objective(self, model: Any, rows: Sequence[Learnable]) -> Objective:
        if self.plan.method == "dpo":
            model.eval()
            return Choice(model, [row for row in rows if isinstance(row, EncodedPair)], beta=self.plan.beta)
        if self.plan.method == "kto":
            model.eval()
            return Verdict(model, [row for row in rows if isinstance(row, EncodedJudgement)], beta=self.plan.beta)
        return Likeness(model, [row for row in rows if isinstance(row, Encoded)])

    def _say_rows(self, encoded: Sequence[Learnable], rows: int) -> None:
        texts = _texts(encoded)
        said = rows_said(
            [len(text.ids) for text in texts],
            learned=sum(text.learned_tokens for text in texts),
            cut=sum(text.cut > 0 for text in texts),
            left_out=rows - len(encoded),
        )
        self.report(Note(said))


def _texts(rows: Iterable[Learnable]) -> list[Encoded]:
    """All that a row is learned from."""
    texts: list[Encoded] = []
    for row in rows:
        match row:
            case EncodedPair():
                texts += [row.preferred, row.rejected]
            case EncodedJudgement():
                texts += [row.answer, row.strange]
            case _:
                texts.append(row)
    return texts
