"""Failures of exports that come back in; facts only. name: of the file. In each case nothing was imported."""

from pipeline.errors.ways import WayError


class ExportError(WayError):
    """An export cannot be imported."""


class NotAnExport(ExportError):
    """No zip, or none that `understudy export` made."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class DamagedExport(ExportError):
    """where: the part that is not as its manifest says."""

    def __init__(self, name: str, where: str) -> None:
        super().__init__(name, where)
        self.name = name
        self.where = where


class ExportTooBig(ExportError):
    """It unpacks to more than any voice has."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NewerExport(ExportError):
    """Made by a later version of this program."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class VoiceIsHere(ExportError):
    """A voice of this name exists, or one of the voice's runs is known here already."""

    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle
