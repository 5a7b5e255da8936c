"""Further names of kecamatan, kelurahan and desa, as people say them."""

from collections.abc import Sequence
from datetime import datetime

from agencies.access import Actor
from agencies.configuring import REFERENCE, bump, config_fact, lock_region
from agencies.models import Area, AreaAlias
from agencies.problems import NotVisible, Unprocessable
from agencies.writing import writing
from incidents import caches
from incidents.places import all_words, words

MOST_NAMES = 30
SHORTEST = 3
BY_ADMIN = "admin wilayah"


def set_names(*, region: str, area: str, names: Sequence[str], actor: Actor, at: datetime) -> None:
    """Make these the further names of an area; those that are missing end, and nothing else changes.

    The place box and the guess from free text know them. Raises Unprocessable, NotVisible, NotPermitted.
    """
    wanted = list({name.casefold(): name for name in (" ".join(n.split()) for n in names)}.values())
    if len(wanted) > MOST_NAMES:
        raise Unprocessable(f"Paling banyak {MOST_NAMES} nama lain untuk satu area.")
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = Area.objects.filter(region_id=region, code=area, ended_at=None).first()
        if row is None:
            raise NotVisible("Area ini tidak ada di wilayah ini.")
        for name in wanted:
            _check(row, name)
        known = AreaAlias.objects.filter(area=row, ended_at=None)
        before = sorted(known.values_list("name", flat=True))
        if before == sorted(wanted):
            return
        known.exclude(name__in=wanted).update(ended_at=at)
        added = [AreaAlias(region_id=region, area=row, name=n, source=BY_ADMIN) for n in wanted if n not in before]
        AreaAlias.objects.bulk_create(added, update_conflicts=True, unique_fields=["area", "name"],
                                      update_fields=["ended_at", "source"])  # fmt: skip
        told = {"area": f"{row.name} ({row.code})"}
        write.record(
            [config_fact("area.named", region, {**told, "aliases": before}, {**told, "aliases": sorted(wanted)})]
        )
        bump(REFERENCE)


def _check(row: Area, name: str) -> None:
    """A name must tell one place from others: it is searched for in what callers say."""
    said = words(name)
    if not 0 < len(name) <= AreaAlias._meta.get_field("name").max_length or len("".join(said)) < SHORTEST:  # type: ignore[operator]
        raise Unprocessable(f"“{name}” terlalu pendek, terlalu panjang, atau tidak menyebut apa pun.")
    others = Area.objects.filter(region_id=row.region_id, ended_at=None)
    if other := others.filter(name__iexact=name).first():
        raise Unprocessable(f"“{name}” sudah nama resmi {other.get_level_display()} {other.name}.")
    if len(all_words(name)) == 1 and caches.rules().lexicon.classes.get(said[0]):
        raise Unprocessable(f"“{name}” kata umum di laporan; tambahkan kata yang membedakan, mis. “Kampung {name}”.")
