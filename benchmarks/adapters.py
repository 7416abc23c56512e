"""What the private server's engine costs beside calling transformers and peft directly. Needs the extra `lora`.

.venv-lora/bin/python -m benchmarks.adapters

Where `trl` is installed besides (`pip install trl==1.16.0`), its SFTTrainer learns the same rows too.
"""

import argparse
import gc
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

from benchmarks.machine import described, facts, machine
from benchmarks.tables import say, table, write_json
from modelserver.engine import Judged, Message, Preference, Row, Sampling, TrainingPlan
from modelserver.lora.encoding import Encoder
from modelserver.lora.engine import LoraEngine
from modelserver.lora.serving import LoraChat
from modelserver.lora.tuning import ALPHA, RANK
from tests.modelserver.lora.tiny_base import AUTHOR, CONTEXT_TOKENS, make_base, notes

BATCH: Final = 8
ANSWERS: Final = 3
VOICES: Final = 20
WRITTEN: Final = 64  # tokens of one answer
ASKED: Final = [Message("user", "Write a note")]
PAGE_KB: Final = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """CPU seconds of one process: medians of the passes, taken in turns, and the median of each pass's ratio."""

    what: str
    direct_s: float
    ours_s: float
    ratio: float


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.adapters", description=__doc__)
    parser.add_argument("--rows", type=int, default=160)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(argv)
    torch.set_num_threads(1)
    here = machine()
    say(described(here) + "\n\n")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        make_base(base, width=given.width, layers=4, reads=False)
        bench = Bench(base, Path(folder), given.rows)
        bench.train_ours()  # the first of each also loads libraries
        bench.train_directly()
        bench.write_ours()
        bench.write_directly()
        pairs = [
            compared("train", bench.train_directly, bench.train_ours, given.passes),
            compared("write", bench.write_directly, bench.write_ours, given.passes),
        ]
        if find_spec("trl"):
            bench.train_by_trl()
            pairs.append(compared("train, TRL", bench.train_by_trl, bench.train_ours, given.passes))
        loading = bench.voices()
    say(
        table(["what", "direct CPU s", "ours CPU s", "ratio"], [[p.what, p.direct_s, p.ours_s, p.ratio] for p in pairs])
    )
    say("\n" + json.dumps(loading) + "\n")
    write_json(given.json, {"machine": facts(here), "pairs": [asdict(pair) for pair in pairs], "voices": loading})
    return 0


def compared(what: str, direct: Callable[[], None], ours: Callable[[], None], passes: int) -> Pair:
    taken = [(cpu_s_of(direct), cpu_s_of(ours)) for _ in range(passes)]
    return Pair(
        what,
        median(one for one, _ in taken),
        median(two for _, two in taken),
        median(two / one for one, two in taken),
    )


def cpu_s_of(work: Callable[[], None]) -> float:
    gc.collect()
    began = process_time()
    work()
    return process_time() - began


class Bench:
    """The same rows and the same base, by our engine and by the libraries alone."""

    def __init__(self, base: Path, folder: Path, rows: int) -> None:
        self._base, self._folder, self._engine = base, folder, LoraEngine("base", base)
        self._rows: list[Row] = [[*ASKED, Message("assistant", text)] for text in notes(AUTHOR, seed=1, count=rows)]
        self._adapter: Path | None = None
        self._direct: Any = None
        self._chat: LoraChat | None = None

    def train_ours(self) -> None:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        plan = TrainingPlan(n_epochs=1, batch_size=BATCH, learning_rate_multiplier=1.0, seed=1)
        self._engine.train(self._rows, [], plan, folder, lambda _: None)
        self._adapter = next(folder.iterdir())

    def train_directly(self) -> None:
        """transformers' Trainer over rows that are encoded and padded beforehand in the same way."""
        tokenizer = AutoTokenizer.from_pretrained(self._base)
        encoder = Encoder(tokenizer, CONTEXT_TOKENS)
        encoded = [encoder.conversation(row) for row in self._rows if not isinstance(row, Preference | Judged)]
        model = get_peft_model(
            AutoModelForCausalLM.from_pretrained(self._base),
            LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"),
        )
        arguments = TrainingArguments(
            output_dir=tempfile.mkdtemp(dir=self._folder),
            per_device_train_batch_size=BATCH,
            num_train_epochs=1,
            learning_rate=2e-4,
            report_to="none",
            use_cpu=True,
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            seed=1,
        )
        rows = [
            {"input_ids": row.ids, "labels": [i if on else -100 for i, on in zip(row.ids, row.learned, strict=True)]}
            for row in encoded
        ]
        Trainer(model=model, args=arguments, train_dataset=rows, data_collator=padded).train()
        model.save_pretrained(arguments.output_dir)

    def train_by_trl(self) -> None:
        """From chat rows as they are: TRL encodes them and learns the completions only."""
        from datasets import Dataset
        from trl import SFTConfig, SFTTrainer

        rows = [list(row) for row in self._rows if not isinstance(row, Preference | Judged)]
        said = [[{"role": message.role, "content": message.content} for message in row] for row in rows]
        arguments = SFTConfig(
            output_dir=tempfile.mkdtemp(dir=self._folder),
            per_device_train_batch_size=BATCH,
            num_train_epochs=1,
            learning_rate=2e-4,
            max_length=CONTEXT_TOKENS,
            report_to="none",
            use_cpu=True,
            bf16=False,
            save_strategy="no",
            logging_strategy="no",
            gradient_checkpointing=False,
            disable_tqdm=True,
            seed=1,
        )
        trainer = SFTTrainer(
            model=AutoModelForCausalLM.from_pretrained(self._base),
            args=arguments,
            train_dataset=Dataset.from_list([{"prompt": row[:-1], "completion": row[-1:]} for row in said]),
            processing_class=AutoTokenizer.from_pretrained(self._base),
            peft_config=LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"),
        )
        trainer.train()
        trainer.save_model(arguments.output_dir)

    def write_ours(self) -> None:
        if self._chat is None:
            self._chat = self._engine.load(self._adapter)
        chat = self._chat
        for answer in range(ANSWERS):
            tokens = 0
            while tokens < WRITTEN:  # an untrained base may end an answer early, where generate is told not to
                tokens += sum(piece.tokens for piece in chat.write(ASKED, Sampling(1.0, WRITTEN - tokens, [], answer)))

    def write_directly(self) -> None:
        if self._direct is None:
            base = AutoModelForCausalLM.from_pretrained(self._base)
            self._direct = PeftModel.from_pretrained(base, str(self._adapter)).eval()
        ids = torch.tensor([Encoder(AutoTokenizer.from_pretrained(self._base), CONTEXT_TOKENS).prompt(ASKED)])
        for _ in range(ANSWERS):
            with torch.inference_mode():
                self._direct.generate(
                    input_ids=ids,
                    attention_mask=torch.ones_like(ids),
                    max_new_tokens=WRITTEN,
                    min_new_tokens=WRITTEN,
                    do_sample=True,
                )

    def voices(self) -> dict[str, float]:
        """Loading voices onto the base that is in memory, and the first token of each."""
        assert self._adapter is not None
        gc.collect()
        memory, began = resident_kb(), perf_counter()
        chats = [self._engine.load(self._adapter) for _ in range(VOICES)]
        took_s, grown = perf_counter() - began, resident_kb() - memory
        first = []
        for chat in chats:
            started = perf_counter()
            next(chat.write(ASKED, Sampling(1.0, WRITTEN, [], seed=1)))
            first.append(perf_counter() - started)
        size = sum(path.stat().st_size for path in self._adapter.iterdir())
        return {
            "voices_per_s": round(VOICES / took_s, 1),
            "kb_per_voice": round(grown / VOICES),
            "kb_of_files": size >> 10,
            "first_token_ms": round(median(first) * 1000, 1),
        }


def padded(rows: list[dict[str, list[int]]]) -> dict[str, Any]:
    longest = max(len(row["input_ids"]) for row in rows)
    return {
        "input_ids": torch.tensor([row["input_ids"] + [0] * (longest - len(row["input_ids"])) for row in rows]),
        "labels": torch.tensor([row["labels"] + [-100] * (longest - len(row["labels"])) for row in rows]),
        "attention_mask": torch.tensor(
            [[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in rows]
        ),
    }


def resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB


if __name__ == "__main__":
    raise SystemExit(main())
