"""Confirmations by a person of what no program can see: a copy of the keys elsewhere, a backup that was restored."""

from datetime import datetime

from agencies.access import Actor
from agencies.configuring import config_fact, lock_region
from agencies.models import Assurance
from agencies.problems import Unprocessable
from agencies.writing import writing


def confirm(*, region: str, item: str, note: str, actor: Actor, at: datetime) -> Assurance:
    """Somebody has tried `item` and says so. Kept for good; the log says who and when. Raises Unprocessable."""
    if item not in Assurance.Item.values:
        raise Unprocessable("Hal ini tidak dikenal.")
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = Assurance.objects.create(
            region_id=region, item=item, note=note, confirmed_at=at, confirmed_by=actor.label
        )
        write.record([config_fact("assurance.confirmed", region, {}, {"item": row.get_item_display(), "note": note})])
        return row
