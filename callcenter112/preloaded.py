"""Runs granian with the application loaded before it forks its workers: `python -m callcenter112.preloaded …`.

Loading takes seconds, so a start with two workers is ready sooner, and a killed worker is replaced at once. Nothing
may be opened or drawn at random while loading: the workers would share connections and identifiers.
"""

import gc

from django.urls import get_resolver
from granian.cli import entrypoint

from callcenter112.embedded.tether import die_with_parent
from callcenter112.wsgi import application

__all__ = ["application"]

if __name__ == "__main__":
    get_resolver().url_patterns  # noqa: B018  (imports every view)
    gc.freeze()  # the collector would copy the memory that the workers share with us
    # a board is tens of thousands of small objects that live for milliseconds: at the default of 700 the collector
    # looks for cycles among them dozens of times a request
    gc.set_threshold(50_000, 10, 10)
    entrypoint()
else:
    die_with_parent()  # granian loads its target, this module, in each worker
