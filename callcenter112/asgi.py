"""Sockets: run by daphne, one event loop, no HTTP but a health check."""

import asyncio
import gc
import os
from typing import Any

from callcenter112.embedded.tether import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter112.settings")
die_with_parent()

import django  # noqa: E402
from autobahn.websocket import protocol as wire  # noqa: E402

# It colours the words of a log line for every frame that it sends, also when nobody logs: a third of a delivery's time.
wire.hltype = wire.hlval = lambda value, **_: value

django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from dispatch.consumers import LiveConsumer, hub  # noqa: E402


async def health(scope: Any, receive: Any, send: Any) -> None:
    """Every HTTP request to this port: 200 for /healthz, 404 for all else."""
    alive = scope["path"] == "/healthz"
    body = b'{"status": "ok"}' if alive else b"sockets only"
    headers = [(b"content-type", b"application/json" if alive else b"text/plain")]
    await send({"type": "http.response.start", "status": 200 if alive else 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _no_such_socket(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.close", "code": 4004})


def as_any(app: Any) -> Any:
    """Django types its routes for HTTP views only."""
    return app


_sockets = URLRouter([re_path(r"^ws/live/$", as_any(LiveConsumer.as_asgi())), re_path("", as_any(_no_such_socket))])
application = ProtocolTypeRouter({"http": health, "websocket": _sockets})


def _close_sockets_before_stopping() -> None:
    """daphne goes on serving open sockets after SIGTERM: tell them to come back elsewhere, then stop."""
    from twisted.internet import reactor as any_reactor  #  (only daphne has installed the right reactor)
    from twisted.internet.defer import Deferred

    reactor: Any = any_reactor

    def close() -> Any:
        return Deferred.fromFuture(asyncio.ensure_future(hub().close_all()))

    reactor.addSystemEventTrigger("before", "shutdown", close)


_close_sockets_before_stopping()
gc.freeze()
gc.set_threshold(50_000, 10, 10)  # see preloaded.py: events are many small objects without cycles
