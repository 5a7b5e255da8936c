"""Runs granian with the application loaded before it forks its workers: `python -m callcenter112.preloaded …`.

Loading takes seconds, so a start with two workers is ready sooner, and a killed worker is replaced at once. Nothing
may be opened or drawn at random while loading: the workers would share connections and identifiers.
"""

import gc
import time
from typing import Any

from django.urls import get_resolver
from granian.cli import entrypoint
from granian.server import MPServer

from callcenter112.embedded.tether import die_with_parent
from callcenter112.wsgi import application

__all__ = ["application"]

STEADY_SECONDS, FIRST_PAUSE, LONGEST_PAUSE = 5.5, 0.05, 1.0
_respawn_workers = MPServer._respawn_workers


def respawn_for_ever(server: Any, workers: list[int], *given: Any, **named: Any) -> None:
    """Replace dead workers, however often they die: at once, after growing pauses when they die young.

    Granian itself ends the whole server, with the workers that serve, when one worker dies twice within 5.5 s: one
    report that kills its worker, sent again by a console, would close the intake for as long as a start takes.
    """
    now = time.monotonic()
    deaths = [at for at in getattr(server, "recent_deaths", []) if now - at < STEADY_SECONDS]
    server.recent_deaths = [*deaths, now]
    if len(deaths) >= len(server.wrks):
        time.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (len(deaths) - len(server.wrks))))
    _respawn_workers(server, workers, *given, **named)
    server.respawned_wrks.clear()  # what granian's own judgement reads


if __name__ == "__main__":
    get_resolver().url_patterns  # noqa: B018  (imports every view)
    setattr(MPServer, "_respawn_workers", respawn_for_ever)  # noqa: B010  (mypy: assigning to a method)
    gc.freeze()  # the collector would copy the memory that the workers share with us
    # a board is tens of thousands of small objects that live for milliseconds: at the default of 700 the collector
    # looks for cycles among them dozens of times a request
    gc.set_threshold(50_000, 10, 10)
    entrypoint()
else:
    die_with_parent()  # granian loads its target, this module, in each worker
