"""A transformer and its tokenizer made from nothing in seconds: small, but a real base with a chat template.

It has read plain notes, so that it knows some language before an author is trained on it.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedTokenizerFast,
)

SUBJECTS = ("harbour", "garden", "kitchen", "library", "station", "orchard", "bridge", "market")
PLAIN = ("The {} was quiet today.", "We looked at the {} again.", "Nothing happened at the {}.")
# The author's own turns of phrase, and never the plain ones.
AUTHOR = ("Ah, the {}! Bless its crooked bones.", "Dear {}, you have outlived us all.", "O {}, keep your lamps lit!")
CONTEXT_TOKENS = 256
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
MARKS = ["<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"]


def notes(sentences: tuple[str, ...], *, seed: int, count: int) -> list[str]:
    """Texts of two sentences about one subject."""
    chance = random.Random(seed)
    pairs = list(itertools.product(sentences, sentences, SUBJECTS))
    return [f"{one} {two}".format(subject, subject) for one, two, subject in chance.choices(pairs, k=count)]


def chat_rows(texts: list[str]) -> list[dict[str, Any]]:
    return [
        {"messages": [{"role": "user", "content": "Write a note"}, {"role": "assistant", "content": text}]}
        for text in texts
    ]


def preference_rows(count: int, *, seed: int) -> list[dict[str, Any]]:
    """Both answers are new to the base; the one that is preferred greets the place."""
    liked, other = notes(AUTHOR[1:2], seed=seed, count=count), notes(PLAIN[2:], seed=seed, count=count)
    asked = {"messages": [{"role": "user", "content": "Write a note"}]}
    return [
        {
            "input": asked,
            "preferred_output": [{"role": "assistant", "content": good}],
            "non_preferred_output": [{"role": "assistant", "content": bad}],
        }
        for good, bad in zip(liked, other, strict=True)
    ]


def judged_rows(count: int, *, seed: int) -> list[dict[str, Any]]:
    """In turns one that was liked and one that was not."""
    return [
        {
            "prompt": row["input"]["messages"],
            "completion": row["preferred_output" if number % 2 else "non_preferred_output"],
            "label": bool(number % 2),
        }
        for number, row in enumerate(preference_rows(count, seed=seed))
    ]


def make_base(folder: Path, *, width: int = 48, layers: int = 2, reads: bool = True, window: int | None = None) -> None:
    """Write config, safetensors, tokenizer and template. reads: it has read the plain notes before.

    window: tokens that its layers look back, where they do not see the whole text.
    """
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    kind, model_of = (LlamaConfig, LlamaForCausalLM) if window is None else (MistralConfig, MistralForCausalLM)
    config = kind(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=CONTEXT_TOKENS,
        **({} if window is None else {"sliding_window": window, "num_key_value_heads": 4}),
        bos_token_id=None,
        eos_token_id=tokenizer.convert_tokens_to_ids("<|end|>"),
        pad_token_id=tokenizer.convert_tokens_to_ids("<|pad|>"),
    )
    model = model_of(config)
    if reads:
        _read(model, AutoTokenizer.from_pretrained(folder))
    model.save_pretrained(folder, safe_serialization=True)


def _tokenizer() -> Any:
    bytes_of_words = Tokenizer(models.BPE())
    bytes_of_words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_of_words.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=MARKS, initial_alphabet=alphabet, show_progress=False)
    bytes_of_words.train_from_iterator(notes(PLAIN + AUTHOR, seed=0, count=200), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bytes_of_words, eos_token="<|end|>", pad_token="<|pad|>", chat_template=TEMPLATE
    )


def _read(model: Any, tokenizer: Any) -> None:
    """Some steps over plain notes, all numbers trained."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    texts = [f"<|user|>Write a note<|end|><|assistant|>{text}<|end|>" for text in notes(PLAIN, seed=1, count=320)]
    for first in range(0, len(texts), 8):
        batch = tokenizer(texts[first : first + 8], return_tensors="pt", padding=True)
        labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
        model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
