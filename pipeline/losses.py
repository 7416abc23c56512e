"""The losses of a training run: a provider's table in, a picture with words out."""

import base64
import binascii
import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.charts import Series, curves
from pipeline.pictures import ALT_CHARS, Picture

STEP: Final = "step"
TRAIN: Final = "train_loss"
VALID: Final = ("full_valid_loss", "valid_loss")  # whole validation file before a batch of it
MOST_STEPS: Final = 100_000
TITLE: Final = "Loss while training"


@dataclass(frozen=True, slots=True)
class Losses:
    """(step, loss) by step. valid: empty when nothing was held out."""

    train: tuple[tuple[int, float], ...]
    valid: tuple[tuple[int, float], ...]


def read_losses(content: bytes) -> Losses | None:
    """None when it is no such table. Some servers wrap the file in base64."""
    for text in _readings(content):
        rows = csv.DictReader(io.StringIO(text))
        if STEP in (rows.fieldnames or ()):
            train, valid = list[tuple[int, float]](), list[tuple[int, float]]()
            for _, row in zip(range(MOST_STEPS), rows, strict=False):
                _take(train, row, TRAIN)
                _take(valid, row, *VALID)
            return Losses(tuple(train), tuple(valid)) if train else None
    return None


def picture(losses: Losses) -> Picture:
    """The same losses give the same bytes."""
    series = [Series("training texts", losses.train)]
    if losses.valid:
        series.append(Series("held-out texts", losses.valid))
    alt = f"Line chart, loss by step: on the training texts {_words(losses.train)}"
    alt += f"; on held-out texts {_words(losses.valid)}. {_verdict(losses.valid)}" if losses.valid else "."
    return Picture("loss", TITLE, alt[:ALT_CHARS], curves(TITLE, series))


def _readings(content: bytes) -> list[str]:
    plain = content.decode("utf-8-sig", "replace")
    try:
        return [plain, base64.b64decode(content, validate=False).decode("utf-8-sig", "replace")]
    except binascii.Error:
        return [plain]


def _take(points: list[tuple[int, float]], row: dict[str, str], *columns: str) -> None:
    """The first of the columns that has a number. Rows that are cut off have none."""
    try:
        step = int(float(row[STEP]))
    except (TypeError, ValueError, OverflowError):
        return
    for column in columns:
        try:
            value = float(row.get(column) or "")
        except ValueError:
            continue
        if math.isfinite(value):
            points.append((step, value))
            return


def _words(points: Sequence[tuple[int, float]]) -> str:
    (first, began), (last, ended) = points[0], points[-1]
    if first == last:
        return f"{began:.2f} at step {first:,}"
    return f"from {began:.2f} at step {first:,} to {ended:.2f} at step {last:,}"


def _verdict(valid: Sequence[tuple[int, float]]) -> str:
    """Where the held-out loss was lowest says whether it learned by heart afterwards."""
    step, _ = min(valid, key=lambda point: point[1])
    if step == valid[-1][0]:
        return "The held-out loss was lowest at the end."
    return f"The held-out loss was lowest at step {step:,} and rose after that."
