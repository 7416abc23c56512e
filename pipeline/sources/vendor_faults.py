"""What libraries raise on damaged files, besides what they document."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from lxml.etree import LxmlError
from pypdf.errors import DependencyError, DeprecationError, PyPdfError

from pipeline.errors import DataError, UnreadableFile
from pipeline.sources.source import Source

# pypdf says of itself that broken files may cause other exceptions; fuzzing met those named here in all three.
VENDOR_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    DependencyError,
    DeprecationError,
    EOFError,
    ExpatError,
    LookupError,
    LxmlError,
    OSError,
    ParseError,
    PyPdfError,
    RuntimeError,  # with RecursionError and NotImplementedError
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def refused(source: Source, where: str = "") -> Iterator[None]:
    """Turns a library's complaint into UnreadableFile. Nothing may be yielded to a caller inside of it.

    Its warnings are for programmers who write such files; nobody here can act on them.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DataError:
        raise
    except VENDOR_FAULTS as error:
        raise UnreadableFile(source.name, where) from error
