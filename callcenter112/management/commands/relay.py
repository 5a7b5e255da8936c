"""The relay: numbers committed events, rings the hubs, watches the sweeps. Two run, one is active."""

import asyncio
import logging
import signal
import threading
import time
from typing import Any

from channels.layers import get_channel_layer
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from callcenter112.embedded.tether import die_with_parent
from dispatch.consumers import conninfo
from dispatch.hub import DOORBELL
from dispatch.services import sweeps
from events import relay

log = logging.getLogger("siaga.relay")
RING_TIMEOUT = 2.0
SWEEP_EVERY = 0.5
SILENT_FOR = 1.5
"""Seconds without a sweep by Celery after which the relay sweeps itself."""


class Doorbell:
    """Rings the hubs on a thread of its own with one long-lived event loop: a frozen Valkey delays no numbering."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pending = threading.Event()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def ring(self, head: int) -> None:
        """Returns at once. Rings that come while one is under way are one ring."""
        if not self._pending.is_set():
            self._pending.set()
            asyncio.run_coroutine_threadsafe(self._send(), self._loop)

    async def _send(self) -> None:
        self._pending.clear()
        try:
            message = {"type": "look"}
            await asyncio.wait_for(get_channel_layer().group_send(DOORBELL, message), RING_TIMEOUT)
        except Exception as error:  # droppable: the hubs look by themselves
            log.debug("doorbell not rung: %s", type(error).__name__)


class Watchdog(threading.Thread):
    """Sweeps deadlines when nobody else has for SILENT_FOR seconds, while this relay is the active one.

    From then on every SWEEP_EVERY seconds until somebody else has swept, and each time all that is due: a batch a
    look would fall behind when thousands of deadlines come in one minute.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.active = False
        self._own = 0
        """When this watchdog swept last, in milliseconds as `last_swept` gives them."""

    def run(self) -> None:
        while True:
            time.sleep(SWEEP_EVERY)
            if not self.active:
                continue
            try:
                close_old_connections()
                if sweeps.last_swept() == self._own or sweeps.seconds_since_last() > SILENT_FOR:
                    sweeps.sweep_all()
                    self._own = sweeps.last_swept()
            except DatabaseError as error:
                log.warning("watchdog: %s", type(error).__name__)


class Command(BaseCommand):
    help = "Numbers committed events and rings the live processes. Run two: one is active, the other takes over."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        doorbell, watchdog = Doorbell(), Watchdog()
        watchdog.start()

        def on_active(active: bool) -> None:
            watchdog.active = active

        relay.run(conninfo(), doorbell.ring, on_active, stop.is_set)
