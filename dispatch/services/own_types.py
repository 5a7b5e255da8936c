"""A type of a region's own: on a national one, with the agencies that go to it; named anew, and ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from agencies.access import Actor
from agencies.configuring import REFERENCE, bump, config_fact, lock_region, set_fields
from agencies.ids import new_id
from agencies.models import Agency, IncidentType, Procedure, RuleSet, RunCard, RunCardLine, SubtypeMapping, Target
from agencies.models.published import Published
from agencies.pack import key_of
from agencies.problems import Conflict, NotVisible, Unprocessable, WrongState
from agencies.writing import writing
from incidents.triage import TYPES


def add_type(*, region: str, code: str, name: str, base: str, lead: str, support: Sequence[str], actor: Actor,
             at: datetime) -> IncidentType:  # fmt: skip
    """Add a type with its run card. Rules name it as a subtype of its base, and it inherits whether that is sealed.

    One that had ended under this code comes back, when it stands on the same national type: its old cases are of it.
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
        row = _new_or_ended(region, code, base)
        _check_name(region, code, name)
        row.name, row.ended_at = name, None
        row.save()
        SubtypeMapping.objects.update_or_create(
            region_id=region, subtype=code, defaults={"type": code, "ended_at": None, "source": "admin wilayah"}
        )
        key = key_of("run_cards", {"type": code, "subtype": "", "area": "", "priority": "", "from_hour": None,
                                   "until_hour": None})  # fmt: skip
        newest = RunCard.objects.filter(region_id=region, key=key).aggregate(newest=Max("version"))["newest"] or 0
        card = RunCard.objects.create(region_id=region, key=key, type=code, origin=Published.Origin.ADMIN,
                                      version=newest + 1, published_at=at, published_by=actor.label)  # fmt: skip
        RunCardLine.objects.bulk_create(
            RunCardLine(run_card=card, agency=agencies[one], role="support" if position else "lead", position=position)
            for position, one in enumerate(wanted)
        )
        after = {"name": name, "code": code, "base": base, "lead": lead, "support": wanted[1:]}
        write.record([config_fact("type.added", region, {}, after)])
        bump(REFERENCE)
        return row


def _new_or_ended(region: str, code: str, base: str) -> IncidentType:
    old = IncidentType.objects.filter(region_id=region, code=code).first()
    if old is None:
        sealed = base == "violence_women_children"
        return IncidentType(id=new_id(), region_id=region, code=code, base=base, origin=Published.Origin.ADMIN,
                            confidential=sealed)  # fmt: skip
    if old.ended_at is None:
        raise Conflict("Kode jenis ini sudah dipakai.")
    if old.base != base:
        raise Conflict("Kode ini pernah dipakai jenis lain yang sudah diakhiri. Pilih kode lain.")
    return old


def _check_name(region: str, code: str, name: str) -> None:
    """Two types of one name could not be told apart on any screen."""
    known = IncidentType.objects.filter(region_id=region, ended_at=None) | IncidentType.objects.filter(region=None)
    if known.filter(name__iexact=name).exclude(region_id=region, code=code).exists():
        raise Conflict("Sudah ada jenis dengan nama ini.")


def rename_type(*, region: str, code: str, name: str, actor: Actor, at: datetime) -> None:
    """Call a region's own type something else, on old cases too: the code stays. Raises Conflict, NotVisible."""
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = _own_in_force(region, code)
        _check_name(region, code, name)
        before, after = set_fields(row, {"name": name})
        if after:
            write.record([config_fact("type.renamed", region, {"type": code, **before}, {"type": code, **after})])
            bump(REFERENCE)


@dataclass(frozen=True, slots=True)
class Uses:
    """What points at a type. `holding`: must be changed first, (what, name); the others end together with it."""

    holding: tuple[tuple[str, str], ...]
    run_cards: tuple[RunCard, ...]
    targets: tuple[Target, ...]
    procedures: tuple[Procedure, ...]


def uses_of(region: str, code: str) -> Uses:
    """Rules, examples and other subtypes hold a type: ending it would change what they say. Its own run cards, times
    and SOPs say nothing without it."""
    own = {"region_id": region, "type": code, "ended_at": None}
    return Uses(
        holding=(*_in_rules(region, code), *_mapped_to(region, code)),
        run_cards=tuple(RunCard.objects.filter(**own).order_by("key")),
        targets=tuple(Target.objects.filter(**own).order_by("key")),
        procedures=tuple(Procedure.objects.filter(**own).order_by("key")),
    )


def _in_rules(region: str, code: str) -> Iterable[tuple[str, str]]:
    """In the set in force and in the one that is in work: the draft would be refused when somebody publishes it."""
    found: dict[tuple[str, str], None] = {}
    for rule_set in RuleSet.objects.filter(region_id=region, ended_at=None).order_by("-status", "version"):
        for rule in rule_set.rules:
            if rule.get("subtype") == code and not rule.get("off"):
                found["rule", str(rule.get("id", ""))] = None
        for example in rule_set.examples:
            if code in _types_in(example):
                found["example", str(example.get("text", ""))[:80]] = None
    return found


def _types_in(example: Mapping[str, Any]) -> list[Any]:
    extra = example.get("extra")
    return [example.get("type"), *(extra if isinstance(extra, list) else [])]


def _mapped_to(region: str, code: str) -> Iterable[tuple[str, str]]:
    others = SubtypeMapping.objects.filter(region_id=region, type=code, ended_at=None).exclude(subtype=code)
    return [("subtype", subtype) for subtype in others.order_by("subtype").values_list("subtype", flat=True)]


def end_type(*, region: str, code: str, actor: Actor, at: datetime) -> None:
    """Offer a region's own type no more; its run cards, times and SOPs end with it, its old cases keep its name.

    Raises WrongState, with their names, while rules, examples or other subtypes point at it.
    """
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = _own_in_force(region, code)
        uses = uses_of(region, code)
        if uses.holding:
            names = ", ".join(dict.fromkeys(name for _what, name in uses.holding))
            raise WrongState(f"Masih dipakai: {names}. Ubah itu dahulu; jenis ini belum diakhiri.")
        ended = _end_with_it(region, uses, at)
        SubtypeMapping.objects.filter(region_id=region, type=code, ended_at=None).update(ended_at=at)
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        before = {"type": code, "name": row.name, **ended}
        write.record([config_fact("type.ended", region, before, {"type": code})])
        bump(REFERENCE)


def _end_with_it(region: str, uses: Uses, at: datetime) -> dict[str, list[str]]:
    told = {}
    for name, model in (("run_cards", RunCard), ("targets", Target), ("procedures", Procedure)):
        rows = getattr(uses, name)
        model.objects.filter(region_id=region, pk__in=[row.pk for row in rows]).update(ended_at=at)
        told[name] = [row.key.rstrip("/") for row in rows]
    return {name: keys for name, keys in told.items() if keys}


def _own_in_force(region: str, code: str) -> IncidentType:
    """Raises NotVisible for a national type, one of another region, and one that has ended."""
    row = IncidentType.objects.filter(region_id=region, code=code, ended_at=None).first()
    if row is None:
        raise NotVisible("Jenis ini bukan milik wilayah ini atau sudah diakhiri.")
    return row
