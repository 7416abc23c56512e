"""A provider's table of losses becomes a picture and words."""

import base64
import io

import pytest
from PIL import Image

from pipeline.losses import Losses, picture, read_losses

TABLE = (
    b"step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n"
    b"1,2.50,0.3,2.60,0.3\n2,2.00,0.4,,\n3,1.50,0.5,1.90,0.4\n4,1.20,0.6,2.10,0.4\n"
)
LOSSES = Losses(((1, 2.5), (2, 2.0), (3, 1.5), (4, 1.2)), ((1, 2.6), (3, 1.9), (4, 2.1)))


@pytest.mark.parametrize("content", [TABLE, base64.b64encode(TABLE), b"\xef\xbb\xbf" + TABLE])
def test_the_table_is_read_also_when_it_is_wrapped(content: bytes) -> None:
    assert read_losses(content) == LOSSES


NO_TABLES = (b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"step,train_loss\n", b"step,train_loss\nx,nan\n")


@pytest.mark.parametrize("content", NO_TABLES)
def test_anything_else_is_no_table(content: bytes) -> None:
    assert read_losses(content) is None


def test_the_whole_validation_file_counts_before_a_batch_of_it() -> None:
    losses = read_losses(b"step,train_loss,valid_loss,full_valid_loss\n1,2,3,4\n2,inf,3,\n")
    assert losses == Losses(((1, 2.0),), ((1, 4.0), (2, 3.0)))


def test_the_words_say_what_the_lines_do() -> None:
    drawn = picture(LOSSES)
    assert drawn.alt == (
        "Line chart, loss by step: on the training texts from 2.50 at step 1 to 1.20 at step 4; on held-out texts "
        "from 2.60 at step 1 to 2.10 at step 4. The held-out loss was lowest at step 3 and rose after that."
    )
    assert picture(LOSSES) == drawn


@pytest.mark.parametrize(
    "losses",
    [
        LOSSES,
        Losses(((1, 2.0),), ()),
        Losses(((1, 0.0), (2, 0.0)), ()),
        Losses(((5, 1e9), (6, 1.0)), ()),
        Losses(tuple((step, 3.0 - step / 1000) for step in range(1, 1001)), ()),
    ],
)
def test_any_losses_can_be_drawn(losses: Losses) -> None:
    assert Image.open(io.BytesIO(picture(losses).png)).size == (1080, 720)
