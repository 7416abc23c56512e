"""The ways a corpus becomes clean text and counted tokens. Each runs in a fresh process, so nothing is kept warm.

ours, ours-2: pipeline.runner.prepare with every finding on and every fix accepted, rows written; 1 and 2 processes.
bot: what the bot does for one dataset: decide as chosen, and once more as if every fix were accepted.
notebook: bs4 with html.parser, regex for links, tiktoken, one thread: what one would write in a notebook.
floor: the fastest HTML parser and tiktoken alone, on bodies that are in memory already. It cleans nothing.
"""

import gc
import importlib
import json
import re
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from benchmarks.machine import peak_mb
from bot.preparing import CORPORA, PreparingJob, RowFacts, prepared_round
from pipeline.domain.documents import Document, Filters, Recipe
from pipeline.domain.preparing import PreparedFile
from pipeline.examples import jsonl_lines
from pipeline.findings import FIXABLE
from pipeline.models.tokens import default_cache_dir, token_counter
from pipeline.runner import Target, prepare
from pipeline.sources.reading import Limits, read_file

ENCODING: Final = "o200k_base"
CONTEXT_TOKENS: Final = 65_536
LIMITS: Final = Limits(file_bytes=1_000_000_000)  # 100,000 made-up posts have 302 MB; the bot takes 200 MB by default
LINK: Final = re.compile(r"https?://\S+|www\.\S+")
BLANKS: Final = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Pass:
    """One run of one way. cpu_s: of the process and its children. tokens: of clean text; ways differ a little."""

    way: str
    documents: int
    tokens: int
    wall_s: float
    cpu_s: float
    peak_mb: float


def everything() -> Recipe:
    return Recipe(Filters(), dict.fromkeys(FIXABLE, "fix"))


def ours(path: Path, processes: int = 1) -> tuple[int, int]:
    target = Target("You write in the voice of founder.", CONTEXT_TOKENS, token_counter(ENCODING).count)
    items = read_file(path, name=path.name, limits=LIMITS)
    if processes == 1:
        prepared = prepare(items, everything(), target)
    else:
        with ProcessPoolExecutor(processes) as workers:
            prepared = prepare(items, everything(), target, executor=workers)
    with tempfile.TemporaryFile() as file:
        file.writelines(jsonl_lines(prepared.examples))
    return prepared.documents_read, prepared.tokens


def bot(path: Path) -> tuple[int, int]:
    CORPORA.clear()  # the first look at a file; later choices find it remembered
    facts = RowFacts(ENCODING, True, CONTEXT_TOKENS, default_cache_dir())  # a field of the value
    file = PreparedFile(path, path.name, "")
    with tempfile.TemporaryDirectory() as folder:
        job = PreparingJob((file,), Recipe(Filters()), "founder", LIMITS, facts, Path(folder))
        done = prepared_round(job)
    return done.documents_read, done.tokens


def bodies(path: Path) -> Iterator[str]:
    """HTML of every document: Markdown is rendered, as a notebook must do before bs4 sees it."""
    markdown = MarkdownIt("commonmark", {"html": True})
    for one in read_file(path, name=path.name, limits=LIMITS):
        if isinstance(one, Document) and one.status == "publish" and one.kind == "post":
            yield markdown.render(one.body) if one.markup == "markdown" else one.body


def notebook(path: Path) -> tuple[int, int]:
    count = token_counter(ENCODING).count
    documents = tokens = 0
    for body in bodies(path):
        soup = BeautifulSoup(body, "html.parser")
        for unwanted in soup(["script", "style"]):
            unwanted.decompose()
        text = LINK.sub("", BLANKS.sub("\n", soup.get_text("\n"))).strip()
        documents, tokens = documents + 1, tokens + count(text)
    return documents, tokens


def floor(texts: list[str], to_text: Callable[[str], str]) -> tuple[int, int]:
    count = token_counter(ENCODING).count
    return len(texts), sum(count(to_text(body)) for body in texts)


def fastest_parser() -> tuple[str, Callable[[str], str]]:
    try:
        # Looked up by name: it is not among the locked dependencies, so mypy may or may not find it.
        lexbor = importlib.import_module("selectolax.lexbor")
    except ImportError:
        from lxml import html

        return "lxml.html", lambda body: str(html.fromstring(f"<div>{body}</div>").text_content())
    return "selectolax", lambda body: str(lexbor.LexborHTMLParser(body).text())


def chosen(way: str, path: Path) -> Callable[[], tuple[int, int]]:
    """The work to be timed; what stands before it is not."""
    if way == "floor":
        texts, (_, to_text) = list(bodies(path)), fastest_parser()
        return lambda: floor(texts, to_text)
    ways: dict[str, Callable[[], tuple[int, int]]] = {
        "ours": lambda: ours(path),
        "ours-2": lambda: ours(path, processes=2),
        "bot": lambda: bot(path),
        "notebook": lambda: notebook(path),
    }
    return ways[way]


def spent_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def timed(way: str, path: Path) -> Pass:
    token_counter(ENCODING).count("warm")
    work = chosen(way, path)
    gc.collect()
    wall, cpu = perf_counter(), spent_s()
    documents, tokens = work()
    return Pass(way, documents, tokens, perf_counter() - wall, spent_s() - cpu, peak_mb())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(timed(sys.argv[1], Path(sys.argv[2])))) + "\n")
