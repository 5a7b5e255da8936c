"""The relay: numbers committed events, rings the hubs, watches the sweeps. Two run, one is active."""

import asyncio
import concurrent.futures
import contextlib
import logging
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection

from agencies.caches import reference
from callcenter112.embedded.tether import die_with_parent
from dispatch import posting
from dispatch.consumers import conninfo
from dispatch.hub import DOORBELL
from dispatch.services import notifying, sweeps
from events import relay

log = logging.getLogger("siaga.relay")
RING_TIMEOUT = 2.0
SWEEP_EVERY = 0.25
IDLE_FOR = 5.0
LATE_FOR_STANDBY, LATE_FOR_ACTIVE = 1.25, 1.5
"""Seconds after which what nobody has told is told by the relay that waits, and by the one that numbers: it has less
time for that. A worker sweeps every second."""


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
    """Sweeps what is late, whoever should have told it: it looks at the deadlines themselves, not at the sweepers, so
    that it also helps one that lives and does not keep up.

    From then on every SWEEP_EVERY seconds until somebody else has swept, and each time all that is due: a batch a
    look would fall behind when thousands of deadlines come in one minute.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.active = False
        self._own = 0
        """When this watchdog swept last, in milliseconds as `last_swept` gives them."""

    def run(self) -> None:
        self._try(reference)  # it takes a second, which the first sweep should not wait for
        while True:
            time.sleep(SWEEP_EVERY)
            self._try(self._look)

    def _look(self) -> None:
        patience = LATE_FOR_ACTIVE if self.active else LATE_FOR_STANDBY
        alone = sweeps.last_swept() == self._own
        if sweeps.is_late(0 if alone else patience, name=f"siaga-watchdog {os.getpid()}"):
            sweeps.sweep_all()
            self._own = sweeps.last_swept()

    def _try(self, chore: Callable[[], object]) -> None:
        """Whatever goes wrong: a watchdog that has ended guards nobody. Its connection is kept as long as it works:
        it looks four times a second."""
        try:
            chore()
        except Error as error:
            log.warning("watchdog: %s", type(error).__name__)
            with contextlib.suppress(Exception):
                connection.close()
        except Exception:
            log.exception("watchdog")


class Courier(threading.Thread):
    """Sends messages when no worker has looked for them for IDLE_FOR seconds (no Valkey, no beat), while this relay is
    the active one. A few at a time: one that hangs holds up no other."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.active = False
        self._hands = concurrent.futures.ThreadPoolExecutor(max_workers=4, thread_name_prefix="courier")

    def run(self) -> None:
        while True:
            time.sleep(1)
            if not self.active or not settings.RELAY_SENDS:
                continue
            try:
                close_old_connections()
                if notifying.seconds_since_look() > IDLE_FOR:
                    for delivery_id in posting.find():
                        self._hands.submit(self._post, delivery_id)
            except Error as error:
                log.warning("courier: %s", type(error).__name__)
            except Exception:  # it goes on looking: what it cannot read today a worker may read tomorrow
                log.exception("courier")

    @staticmethod
    def _post(delivery_id: uuid.UUID) -> None:
        try:
            posting.post_all(delivery_id)
        except Error as error:  # its lease ends, somebody finds it again
            log.warning("courier: %s", type(error).__name__)
        finally:
            connection.close()


class Command(BaseCommand):
    help = "Numbers committed events and rings the live processes. Run two: one is active, the other takes over."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        doorbell, watchdog, courier = Doorbell(), Watchdog(), Courier()
        watchdog.start()
        courier.start()

        def on_active(active: bool) -> None:
            watchdog.active = courier.active = active

        relay.run(conninfo(), doorbell.ring, on_active, stop.is_set)
