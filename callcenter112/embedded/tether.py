"""Die with the parent: no child outlives a killed supervisor, no worker outlives its killed server.

As a program (`python tether.py SIGNAL PARENT_PID COMMAND …`) it ties itself to its parent, then becomes COMMAND.
A launcher and not `preexec_fn`: that one runs Python between fork and exec, which may hang when threads exist.
"""

import ctypes
import multiprocessing
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
USAGE_ERROR = 2


def die_with_parent(death_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel for `death_signal` when the parent process ends. For workers forked by a server.

    Does nothing in a process that no server has forked (tests, a shell): those have no parent to follow.
    Trap: Linux follows the parent's *thread* that forked; granian and celery fork on their main thread.
    """
    if parent := _forking_parent():
        _tie(death_signal, parent)


def _forking_parent() -> int | None:
    """Process id of the server that forked this worker (multiprocessing, or billiard under celery)."""
    if parent := multiprocessing.parent_process():
        return parent.pid
    if billiard := sys.modules.get("billiard.process"):
        return getattr(billiard.current_process(), "_parent_pid", None)
    return None


def _tie(death_signal: int, parent: int) -> None:
    if not sys.platform.startswith("linux"):
        return  # no such call elsewhere: only the clean stop works there
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it died between the fork and the call: no signal will ever come
        os.kill(os.getpid(), death_signal)


def command(argv: list[str], death_signal: int) -> list[str]:
    """`argv`, to be started as a child of this very process and tied to it."""
    return [sys.executable, "-I", "-S", __file__, str(int(death_signal)), str(os.getpid()), *argv]


def main() -> None:
    if len(sys.argv) < 4:
        sys.exit(USAGE_ERROR)
    _tie(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])


if __name__ == "__main__":
    main()
