"""Speed of looking for duplicates with 10,000 open incidents in one city, on a PostgreSQL of its own.

    python -m bench.duplicates

One process, one thread, no server: what `classify/` adds to its answer, from the report to the three matches. Prints
one line of JSON. `cold`: nothing of the incidents was read before by this process; `warm`: as after some typing.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.load.client import percentile
from bench.triage import EVENTS, OPENINGS, PLACES

OPEN, ASKED, REGION = 10_000, 400, "35.77"
MIDDLE, HALF_DEGREE = (-7.63, 111.52), 0.026
"""A square of 33 km², as large as Kota Madiun."""


def main() -> None:
    from callcenter112.embedded import session
    from callcenter112.embedded.datadir import DataDir

    directory = tempfile.mkdtemp(prefix="siaga-bench-")
    os.environ["DATA_DIR"], os.environ["SIAGA_TEST"] = directory, "1"
    try:
        with session.servers(DataDir(Path(directory))):
            print(json.dumps(measure()))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def measure() -> dict[str, Any]:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "callcenter112.settings"
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    call_command("load_region", REGION, verbosity=0, stdout=sys.stderr)
    chance = random.Random(112)
    at = timezone.now()
    fill(chance, at)
    look = looker(at)
    asked = [(words(chance), place(chance)) for _ in range(ASKED)]
    cold = timed(look, asked)
    warm = timed(look, asked)
    return {
        "open": OPEN, "asked": ASKED, "cold_p50_ms": cold[0], "cold_p99_ms": cold[1], "warm_p50_ms": warm[0],
        "warm_p99_ms": warm[1],
    }  # fmt: skip


def words(chance: random.Random) -> str:
    return f"{chance.choice(OPENINGS)} {chance.choice(EVENTS)} di {chance.choice(PLACES)} {chance.randrange(100)}"


def place(chance: random.Random) -> tuple[float, float]:
    return MIDDLE[0] + chance.uniform(-1, 1) * HALF_DEGREE, MIDDLE[1] + chance.uniform(-1, 1) * HALF_DEGREE


def fill(chance: random.Random, at: datetime) -> None:
    """Open incidents all over the city, each with its words, as a report leaves them."""
    from django.db import connection

    from agencies.access import SYSTEM
    from agencies.ids import new_id
    from agencies.rowlevel import sight
    from incidents.caches import rules
    from incidents.models import Classification, Incident, Text
    from incidents.triage import classify

    with sight(SYSTEM):
        for start in range(0, OPEN, 1000):
            incidents, others = [], []
            for number in range(start, start + 1000):
                said, (lat, lon) = words(chance), place(chance)
                c, since = classify(said, rules()), at - timedelta(minutes=chance.uniform(0, 240))
                one = Incident(
                    id=new_id(), number=f"112-BCH-{number:06}", region_id=REGION, type=c.type, base=c.type,
                    subtype=c.subtype, priority=c.priority, lat=lat, lon=lon, precision="polygon", occurred_at=since,
                    created_at=since, recorded_at=since,
                )  # fmt: skip
                incidents.append(one)
                text = Text(id=new_id(), incident=one, kind=Text.Kind.NARRATIVE, plain=said, created_at=since)
                ruled = Classification(
                    id=new_id(), incident=one, type=c.type, priority=c.priority, confidence=c.confidence,
                    rules_version="1", created_at=since,
                )  # fmt: skip
                others.append((text, ruled))
            Incident.objects.bulk_create(incidents)
            Text.objects.bulk_create([text for text, _ in others])
            Classification.objects.bulk_create([ruled for _, ruled in others])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def looker(at: datetime) -> Callable[[str, float, float], Any]:
    """One look-up as a call-taker of the region, with everything decided before as `classify/` has it."""
    from agencies import caches
    from agencies.access import Actor, Post, Role
    from dispatch.radar import similar_to_report
    from dispatch.reports import Report
    from dispatch.services.reports import preview

    region = caches.reference().regions[REGION]
    actor = Actor("", "bench", (Post(Role.CALL_TAKER, REGION),))

    def look(said: str, lat: float, lon: float) -> Any:
        report = Report(REGION, said, lat=lat, lon=lon)
        decision = preview(report, region=region, at=at)

        def act() -> Any:
            return similar_to_report(report, decision, region, actor=actor, at=at)

        return act

    return look


def timed(look: Callable[..., Any], asked: list[tuple[str, tuple[float, float]]]) -> tuple[float, float]:
    """p50 and p99 in milliseconds, of the look-up without the classification."""
    took = []
    for said, (lat, lon) in asked:
        act = look(said, lat, lon)
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return round(percentile(took, 0.5), 2), round(percentile(took, 0.99), 2)


if __name__ == "__main__":
    main()
