from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from events.chain import FIXED, GENESIS, first_broken
from events.models import Stream

PAGE = 5000


class Command(BaseCommand):
    help = "Checks the audit chain from the first event to the head; exit 1 and the first broken entry when it fails."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            stream = Stream.objects.get()
            previous, seq = GENESIS, 1
            for rows in _pages(stream.head):
                if broken := first_broken(rows, previous, seq):
                    raise CommandError(f"event {broken[0]}: {broken[1]} does not hold", returncode=1)
                previous, seq = bytes(rows[-1]["hash"]), rows[-1]["seq"] + 1
            if seq != stream.head + 1 or previous != bytes(stream.head_hash):
                raise CommandError(f"event {seq}: missing at the end of the chain", returncode=1)
        self.stdout.write(f"{stream.head} events, chain holds, head {bytes(stream.head_hash).hex()}")


def _pages(head: int) -> Any:
    columns = ["seq", "hash", "data", "data_sha256", *FIXED]
    query = f"SELECT {', '.join(columns)} FROM events_event WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT {PAGE}"
    last = 0
    while last < head:
        with connection.cursor() as cursor:
            cursor.execute(query, [last, head])
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        last = rows[-1]["seq"]
