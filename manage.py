#!/usr/bin/env python3
"""The command line of Siaga 112. Runs with the project's own virtual environment when there is one."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")


def main() -> None:
    own = os.path.join(VENV, "bin", "python")
    if os.access(own, os.X_OK) and os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        os.execv(own, [own, *sys.argv])
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit("manage.py: Python 3.11, 3.12 or 3.13 is needed, this is " + found + ": run `make install`")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter112.settings")
    from callcenter112.embedded import session  # only now: older Pythons cannot read it

    session.run(sys.argv)


if __name__ == "__main__":
    main()
