"""A line between a browser and a server that breaks when so many bytes went up, and can be mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

BLOCK_BYTES = 16_384


@dataclass
class Line:
    """to_port: of the server. breaks_at: bytes from the browser after which all is cut; None never.

    up_bytes: what the browser sent so far, counted over all connections.
    """

    to_port: int
    port: int = 0
    breaks_at: int | None = None
    up_bytes: int = 0
    broken: asyncio.Event = field(default_factory=asyncio.Event)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def mend(self) -> None:
        self.breaks_at = None
        self.broken.clear()

    def cut(self) -> None:
        self.broken.set()
        for writer in self.writers:
            writer.transport.abort()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.broken.is_set():
            writer.transport.abort()
            return
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        self.writers |= {writer, server_writer}
        with suppress(ConnectionError):
            await asyncio.gather(self.up(reader, server_writer), self.down(server_reader, writer))
        self.writers -= {writer, server_writer}
        writer.transport.abort()
        server_writer.transport.abort()

    async def up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await reader.read(BLOCK_BYTES):
            self.up_bytes += len(block)
            if self.breaks_at is not None and self.up_bytes > self.breaks_at:
                self.cut()
                return
            writer.write(block)
            await writer.drain()
        writer.write_eof()

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await reader.read(BLOCK_BYTES):
            writer.write(block)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def running_line(to_port: int) -> AsyncIterator[Line]:
    line = Line(to_port)
    server = await asyncio.start_server(line.connect, "127.0.0.1", 0)
    line.port = int(server.sockets[0].getsockname()[1])
    try:
        yield line
    finally:
        server.close()
        line.cut()
        await server.wait_closed()
