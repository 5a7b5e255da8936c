"""What the processes say: with their name on the terminal, with the time in DATA_DIR/logs/<name>.log."""

import contextlib
import logging
import logging.handlers
import queue
import sys
import threading
from pathlib import Path
from typing import IO

LOG_BYTES, OLD_LOGS = 5_000_000, 3
WAITING_LINES = 2000
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95)
NAME_WIDTH = 14


class Output:
    """Never blocks a process: when the terminal is held (Ctrl-S, a full pipe) lines are dropped there, not in the
    logs. A blocked terminal would otherwise block the pipes, and with them the servers."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._loggers: dict[str, logging.Logger] = {}
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._printer = threading.Thread(target=self._print, daemon=True)
        self._printer.start()

    def say(self, text: str) -> None:
        """A line of the supervisor itself, without a prefix."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(text)

    def follow(self, name: str, stream: IO[bytes]) -> None:
        """Carry the lines of one process, until it and its children have closed their end."""
        threading.Thread(target=self._follow, args=(name, stream), daemon=True).start()

    def close(self) -> None:
        """Print what waits, for a moment at most."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=1)
        self._printer.join(2)

    def _follow(self, name: str, stream: IO[bytes]) -> None:
        log = self._log(name)
        prefix = self._prefix(name)
        for raw in stream:
            line = raw.decode(errors="replace").rstrip()
            log.info(line)
            self.say(prefix + line)

    def _print(self) -> None:
        while (line := self._lines.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # the terminal is gone: the logs go on
                print(line, flush=True)

    def _log(self, name: str) -> logging.Logger:
        if name not in self._loggers:
            handler = logging.handlers.RotatingFileHandler(
                self._logs / f"{name}.log", maxBytes=LOG_BYTES, backupCount=OLD_LOGS
            )
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            logger = logging.Logger(name)
            logger.addHandler(handler)
            self._loggers[name] = logger
        return self._loggers[name]

    def _prefix(self, name: str) -> str:
        text = f"{name:<{NAME_WIDTH}} | "
        if not sys.stdout.isatty():
            return text
        return f"\033[{COLOURS[len(self._loggers) % len(COLOURS)]}m{text}\033[0m"
