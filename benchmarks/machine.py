"""What a measurement ran on, in words that name no host."""

import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

GIGABYTE: Final = 1024**3
CPU_CLOCK_OF_PROCESS: Final = 2  # CPUCLOCK_SCHED of the whole thread group, in Linux's clock ids


@dataclass(frozen=True, slots=True)
class Machine:
    """load: the one-minute load average when the measurement began; above 0, neighbours were at work."""

    cores: int
    memory_gb: int
    python: str
    load: float


def machine() -> Machine:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    return Machine(cores, round(memory / GIGABYTE), platform.python_version(), round(os.getloadavg()[0], 1))


def described(one: Machine) -> str:
    return f"{one.cores} cores, {one.memory_gb} GB memory, Python {one.python}, load {one.load} at the start"


def facts(one: Machine) -> dict[str, object]:
    return asdict(one)


def cpu_s(pid: int) -> float:
    """CPU seconds of one running process, to the nanosecond, with those of its threads that ended.

    Its CPU clock, as clock_getcpuclockid(3) names it: /proc/<pid>/stat counts in ticks of 10 ms.
    """
    return time.clock_gettime((~pid << 3) | CPU_CLOCK_OF_PROCESS)


def resident_mb(pid: int) -> float:
    """What a process and all its children have resident now; pages that they share count for each."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    own = pages * os.sysconf("SC_PAGE_SIZE") / 1024**2
    return own + sum(map(resident_mb, children))


def _children(task: Path) -> list[int]:
    return [int(child) for child in (task / "children").read_text("ascii").split()]


def peak_mb() -> float:
    """Most memory this process ever had resident.

    VmHWM begins anew at exec; getrusage's ru_maxrss would carry the parent's peak into a child.
    """
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise OSError("no VmHWM in /proc/self/status")
