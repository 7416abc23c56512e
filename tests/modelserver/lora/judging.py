"""How likely a model finds a text, measured with transformers and peft alone: none of the server's own code."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def log_likelihood(base: Path, adapter: Path | None, texts: list[str], *, asked: str = "Write a note") -> float:
    """Nats per token of the texts as answers, higher is likelier."""
    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModelForCausalLM.from_pretrained(base)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, str(adapter))
    total = tokens = 0.0
    model.eval()
    for text in texts:
        prompt = tokenizer(f"<|user|>{asked}<|end|><|assistant|>", add_special_tokens=False)["input_ids"]
        ids = prompt + tokenizer(f"{text}<|end|>", add_special_tokens=False)["input_ids"]
        with torch.inference_mode():
            scores = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
        total += sum(float(scores[at - 1, ids[at]]) for at in range(len(prompt), len(ids)))
        tokens += len(ids) - len(prompt)
    return total / tokens


def margin(base: Path, adapter: Path | None, pairs: list[tuple[str, str]]) -> float:
    """How much likelier the first of each pair is than the second, on average."""
    leads = [log_likelihood(base, adapter, [good]) - log_likelihood(base, adapter, [bad]) for good, bad in pairs]
    return sum(leads) / len(leads)
