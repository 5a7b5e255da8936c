"""A type of a region's own: on a national one, with the agencies that go to it."""

from collections.abc import Sequence
from datetime import datetime

from agencies.access import Actor
from agencies.configuring import REFERENCE, bump, config_fact, lock_region
from agencies.ids import new_id
from agencies.models import Agency, IncidentType, RunCard, RunCardLine, SubtypeMapping
from agencies.models.published import Published
from agencies.pack import key_of
from agencies.problems import Conflict, Unprocessable
from agencies.writing import writing
from incidents.triage import TYPES


def add_type(*, region: str, code: str, name: str, base: str, lead: str, support: Sequence[str], actor: Actor,
             at: datetime) -> IncidentType:  # fmt: skip
    """Add a type with its run card. Rules name it as a subtype of its base, and it inherits whether that is sealed.

    Raises Conflict, Unprocessable, NotPermitted.
    """
    if base not in TYPES or code in TYPES:
        raise Unprocessable("Jenis sendiri berdiri di atas salah satu dari delapan jenis nasional.")
    with writing(actor, at) as write:
        lock_region(actor, region)
        agencies = {a.code: a for a in Agency.objects.filter(region_id=region, ended_at=None)}
        wanted = list(dict.fromkeys([lead, *support]))
        if unknown := [one for one in wanted if one not in agencies]:
            raise Unprocessable(f"Instansi {unknown[0]} tidak ada di wilayah ini.")
        if IncidentType.objects.filter(region_id=region, code=code).exists():
            raise Conflict("Kode jenis ini sudah dipakai.")
        row = IncidentType.objects.create(
            id=new_id(), region_id=region, code=code, base=base, name=name, origin=Published.Origin.ADMIN,
            confidential=base == "violence_women_children",
        )  # fmt: skip
        SubtypeMapping.objects.update_or_create(
            region_id=region, subtype=code, defaults={"type": code, "ended_at": None, "source": "admin wilayah"}
        )
        key = key_of("run_cards", {"type": code, "subtype": "", "area": "", "priority": "", "from_hour": None,
                                   "until_hour": None})  # fmt: skip
        card = RunCard.objects.create(region_id=region, key=key, type=code, origin=Published.Origin.ADMIN,
                                      published_at=at, published_by=actor.label)  # fmt: skip
        RunCardLine.objects.bulk_create(
            RunCardLine(run_card=card, agency=agencies[one], role="support" if position else "lead", position=position)
            for position, one in enumerate(wanted)
        )
        after = {"name": name, "code": code, "base": base, "lead": lead, "support": wanted[1:]}
        write.record([config_fact("type.added", region, {}, after)])
        bump(REFERENCE)
        return row
