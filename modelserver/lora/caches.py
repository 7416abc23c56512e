"""The memory of what was read, of several texts in one: padded on the left, so that all end together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicLayer


def can_join(one: Any, other: Any) -> bool:
    """Whether all layers remember every token: windows and running sums cannot be padded."""
    return all(type(layer) is DynamicLayer for cache in (one, other) for layer in cache.layers)


def joined(one: Any, other: Any) -> Any:
    """The texts of both, in this order."""
    size = max(one.get_seq_length(), other.get_seq_length())
    for layer, more in zip(one.layers, other.layers, strict=True):
        layer.keys = torch.cat([_padded(layer.keys, size), _padded(more.keys, size)])
        layer.values = torch.cat([_padded(layer.values, size), _padded(more.values, size)])
    return one


def kept(cache: Any, texts: Sequence[int], size: int) -> Any:
    """Only these texts, and of the padding no more than the longest of them needs."""
    places = torch.tensor(list(texts), device=cache.layers[0].keys.device)
    for layer in cache.layers:
        layer.keys = layer.keys.index_select(0, places)[:, :, -size:]
        layer.values = layer.values.index_select(0, places)[:, :, -size:]
    return cache


def _padded(numbers: Any, size: int) -> Any:
    """numbers: (texts, heads, tokens, width)."""
    return torch.nn.functional.pad(numbers, (0, 0, size - numbers.shape[2], 0))
