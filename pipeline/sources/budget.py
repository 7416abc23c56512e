"""What may still be unpacked from one archive, whoever unpacks it."""

from pipeline.errors import ArchiveBomb


class Budget:
    def __init__(self, name: str, limit_bytes: int) -> None:
        self._name = name
        self._left_bytes = limit_bytes

    def spend(self, size_bytes: int) -> None:
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise ArchiveBomb(self._name)
