"""The ring that wakes the relay: NOTIFY, from one thread of each process, so that no report waits for it.

NOTIFY within the report's own transaction would queue all commits behind one lock; a statement behind it would cost
the caller a round trip. Rings during a ring become one. A ring may be lost: the relay looks by itself all the time.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

log = logging.getLogger("siaga.events")
CHANNEL = "siaga_events"
Address = Callable[[], Mapping[str, Any]]
"""How to connect, asked for when the first ring of a process needs it."""


class _Bell:
    def __init__(self) -> None:
        self.rung = threading.Event()
        self.stopping = False
        self.thread = threading.current_thread()

    def serve(self, address: Address) -> None:
        connection: psycopg.Connection[Any] | None = None
        while self.rung.wait():
            self.rung.clear()
            if self.stopping:
                break
            try:
                if connection is None or connection.closed:
                    connection = psycopg.connect(**address(), autocommit=True)
                connection.execute(f"NOTIFY {CHANNEL}")
            except psycopg.Error as error:
                log.warning("the relay was not woken, it looks by itself: %s", type(error).__name__)
                connection = None
        if connection is not None:
            connection.close()


_bells: dict[int, _Bell] = {}
_starting = threading.Lock()


def ring(address: Address) -> None:
    """Wake the relay soon; returns at once. The thread starts with a process's first ring, never before a fork."""
    bell = _bells.get(os.getpid())
    if bell is None:
        with _starting:
            bell = _bells.get(os.getpid()) or _start(address)
    bell.rung.set()


def _start(address: Address) -> _Bell:
    bell = _bells[os.getpid()] = _Bell()
    bell.thread = threading.Thread(target=bell.serve, args=(address,), name="bell", daemon=True)
    bell.thread.start()
    return bell


def stop() -> None:
    """End this process's bell and its connection; the next ring starts another one."""
    bell = _bells.pop(os.getpid(), None)
    if bell is not None:
        bell.stopping = True
        bell.rung.set()
        bell.thread.join(5)
