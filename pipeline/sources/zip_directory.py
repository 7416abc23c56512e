"""How large an archive's directory is, read before anything builds objects from it."""

import struct
from typing import IO

END = b"PK\x05\x06"
END_BYTES = 22
END64 = b"PK\x06\x06"
LOCATOR64_BYTES = 20
# The comment after the end record has at most 65,535 bytes.
TAIL_BYTES = END_BYTES + 65_535 + LOCATOR64_BYTES
IN_ZIP64 = 0xFFFFFFFF


def directory_bytes(stream: IO[bytes], size_bytes: int) -> int:
    """0 when there is no end record: then zipfile will refuse the archive. The number of entries is no help,
    zipfile reads until these bytes are used up."""
    start = max(0, size_bytes - TAIL_BYTES)
    stream.seek(start)
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + END_BYTES:
        return 0
    size = int(struct.unpack_from("<L", tail, at + 12)[0])
    return max(_zip64(stream, tail, at), size if size != IN_ZIP64 else 0)


def _zip64(stream: IO[bytes], tail: bytes, at: int) -> int:
    """zipfile believes this record wherever its locator stands, so it is read wherever it stands."""
    if at < LOCATOR64_BYTES or not tail.startswith(b"PK\x06\x07", at - LOCATOR64_BYTES):
        return 0
    end64 = int(struct.unpack_from("<Q", tail, at - LOCATOR64_BYTES + 8)[0])
    nearby = tail.rfind(END64, 0, at)
    record = tail[nearby:] if nearby >= 0 else b""
    if not record:
        stream.seek(end64)
        record = stream.read(56)
        stream.seek(0)
    return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) >= 48 else 0
