"""Reading configuration and people. What is used by every request is kept in memory: see agencies.caches."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import DateTimeField, Func, Q, QuerySet

from agencies.access import AGENCY_ROLES, SYSTEM, Actor, Post, Role
from agencies.models import (
    Agency,
    Agreement,
    ApiToken,
    Area,
    AreaAlias,
    ConfigVersion,
    IncidentType,
    Ladder,
    Membership,
    Procedure,
    Region,
    Roster,
    RuleSet,
    RunCard,
    SubtypeMapping,
    Target,
    Unit,
    User,
)
from agencies.reference import (
    AgencyRef,
    AgreementRef,
    AreaRef,
    LadderRef,
    LineRef,
    ProcedureRef,
    Reference,
    RegionRef,
    RuleSetRef,
    RunCardRef,
    TargetRef,
    TypeRef,
)

_CLOCK: Any = Func(function="clock_timestamp", output_field=DateTimeField())


def versions() -> tuple[dict[str, int], datetime | None]:
    """The version of each kind of configuration (`reference`, `access`), and the database's clock."""
    rows = ConfigVersion.objects.values_list("name", "version", _CLOCK)
    found = {name: (version, at) for name, version, at in rows}
    return {name: version for name, (version, _) in found.items()}, max((at for _, at in found.values()), default=None)


def _by_region(rows: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.region_id].append(row)
    return found


def load_reference(version: int) -> Reference:
    """All regions with everything in force, as plain data."""
    in_force: dict[Any, dict[Any, list[Any]]] = {
        model: _by_region(model.objects.filter(ended_at=None))
        for model in (Agency, Target, Procedure, SubtypeMapping, Area, IncidentType, Ladder)
    }
    in_force[Agreement] = _by_region(Agreement.objects.filter(ended_at=None).select_related("agency"))
    cards = RunCard.objects.filter(ended_at=None).prefetch_related("lines__agency", "lines__backup").order_by("key")
    in_force[RunCard] = _by_region(cards)
    in_force[RuleSet] = _by_region(RuleSet.objects.filter(status=RuleSet.Status.PUBLISHED, ended_at=None))
    national = {row.code: _type(row) for row in in_force[IncidentType].get(None, [])}
    in_force[AreaAlias] = _by_region(AreaAlias.objects.filter(ended_at=None).order_by("name"))
    ended = _by_region(IncidentType.objects.exclude(ended_at=None))
    regions = {
        row.code: _region(row, in_force, national, ended[row.code]) for row in Region.objects.filter(ended_at=None)
    }
    return Reference(version, MappingProxyType(regions))


def _type(row: IncidentType) -> TypeRef:
    return TypeRef(row.code, row.base, row.name, row.confidential)


def _region(row: Region, in_force: dict, national: dict[str, TypeRef], ended: Sequence[IncidentType]) -> RegionRef:
    def own(model: Any) -> list[Any]:
        return in_force[model].get(row.code, [])

    return RegionRef(
        code=row.code,
        name=row.name,
        kind=row.kind,
        zone=row.zone,
        stage=row.stage,
        abbreviation=row.abbreviation,
        slug=row.slug,
        phone=row.phone,
        served_by=row.served_by_id or "",
        has_pack=row.has_pack,
        command_authority=row.command_authority,
        types=MappingProxyType(national | {t.code: _type(t) for t in own(IncidentType)}),
        ended_types=MappingProxyType({t.code: _type(t) for t in ended}),
        agencies=MappingProxyType({a.code: _agency(a) for a in own(Agency)}),
        agreements=MappingProxyType({a.agency.code: _agreement(a) for a in own(Agreement)}),
        run_cards=tuple(_run_card(card) for card in own(RunCard)),
        targets=tuple(_target(t) for t in own(Target)),
        procedures=tuple(_procedure(p) for p in own(Procedure)),
        subtype_types=MappingProxyType({m.subtype: m.type for m in own(SubtypeMapping)}),
        areas=MappingProxyType(_areas(own(Area), own(AreaAlias))),
        rule_set=next((RuleSetRef(str(r.id), r.version, tuple(r.rules)) for r in own(RuleSet)), None),
        pause_reasons=tuple(row.pause_reasons),
        ladders=tuple(_ladder(ladder) for ladder in own(Ladder)),
    )


def _areas(rows: Iterable[Area], aliases: Iterable[AreaAlias]) -> dict[str, AreaRef]:
    called: dict[str, list[str]] = defaultdict(list)
    for alias in aliases:
        called[alias.area_id].append(alias.name)
    return {
        a.code: AreaRef(a.code, a.name, a.level, a.parent_id or "", a.lat, a.lon, tuple(called[a.code])) for a in rows
    }


def _agency(row: Agency) -> AgencyRef:
    return AgencyRef(
        str(row.id), row.code, row.name, row.short, row.kind, row.phone, row.referral_number, row.needs_agreement,
        row.women_children_unit, row.paused_until,
    )  # fmt: skip


def _agreement(row: Agreement) -> AgreementRef:
    return AgreementRef(
        str(row.id), row.version, row.agency.code, tuple(row.scope), row.signed_on is not None, row.valid_from,
        row.valid_until,
    )  # fmt: skip


def _run_card(card: RunCard) -> RunCardRef:
    lines = tuple(
        LineRef(line.agency.code, line.role, line.position, line.backup.code if line.backup else "",
                line.alarm)
        for line in card.lines.all()
    )  # fmt: skip
    return RunCardRef(
        str(card.id), card.version, card.type, card.subtype, lines, card.area_id or "", card.priority,
        card.from_hour, card.until_hour,
    )  # fmt: skip


def _target(row: Target) -> TargetRef:
    return TargetRef(
        str(row.id), row.version, row.stage, row.seconds, row.type, row.priority, row.from_hour, row.until_hour
    )


def _ladder(row: Ladder) -> LadderRef:
    return LadderRef(str(row.id), row.version, row.priority, tuple((s["step"], int(s["after"])) for s in row.steps))


def _procedure(row: Procedure) -> ProcedureRef:
    return ProcedureRef(
        str(row.id), row.version, row.type, row.subtype, row.title, tuple(row.questions), tuple(row.steps),
        tuple(row.tell_caller), frozenset(row.excludes),
    )  # fmt: skip


def memberships_in_force(at: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)


def load_actor(user: User, reference: Reference, at: datetime) -> Actor:
    """The user with the posts that are in force at `at`. An agency without its agreement gives no post."""
    posts = []
    for row in memberships_in_force(at).filter(user=user).select_related("agency"):
        post = _post(row, reference, at)
        if post is not None:
            posts.append(post)
    return Actor(str(user.id), str(user), tuple(posts), user.is_superuser)


def _post(row: Membership, reference: Reference, at: datetime) -> Post | None:
    role = Role(row.role)
    if role not in AGENCY_ROLES or row.agency is None:
        return Post(role, row.region_id or "")
    region = reference.region(row.region_id or "")
    agency = region.agencies.get(row.agency.code) if region else None
    if region is None or agency is None or not region.takes_part(agency, at):
        return None
    return Post(role, region.code, agency.id, agency.code, agency.women_children_unit)


def on_duty(agency_ids: Iterable[Any], at: datetime) -> dict[uuid.UUID, list[Roster]]:
    """Who of these agencies is on duty at `at`, in the order in which they are tried."""
    rows = Roster.objects.filter(agency_id__in=list(agency_ids), ended_at=None, from_at__lte=at, until_at__gt=at)
    found: dict[uuid.UUID, list[Roster]] = defaultdict(list)
    for row in rows.order_by("position", "from_at"):
        found[row.agency_id].append(row)
    return found


def heads_of(agency_ids: Iterable[Any], at: datetime) -> dict[uuid.UUID, list[User]]:
    """The heads of these agencies whose role is in force."""
    rows = memberships_in_force(at).filter(role=Role.HEAD, agency_id__in=list(agency_ids), user__is_active=True)
    found: dict[uuid.UUID, list[User]] = defaultdict(list)
    for row in rows.select_related("user").order_by("from_at"):
        if row.agency_id is not None:
            found[row.agency_id].append(row.user)
    return found


def active_user(user_id: str) -> User | None:
    return User.objects.filter(id=user_id, is_active=True).first()


def user_of_token(key_sha256: bytes) -> User | None:
    """The active user behind an API token that was not revoked."""
    token = ApiToken.objects.filter(key_sha256=key_sha256, revoked_at=None, user__is_active=True)
    row = token.select_related("user").first()
    return row.user if row else None


def configurable_regions(actor: Actor) -> frozenset[str] | None:
    """Regions whose configuration the actor may see; None: all."""
    if actor.is_superuser or actor.is_system:
        return None
    return actor.regions(Role.ADMIN)


def config_visible_to(actor: Actor, queryset: QuerySet, field: str = "region_id") -> QuerySet:
    """Rows of configuration that the actor may see. Everybody else's set is empty."""
    regions = configurable_regions(actor)
    return queryset if regions is None else queryset.filter(**{f"{field}__in": regions})


def units_visible_to(actor: Actor, region: str) -> QuerySet[Unit]:
    """Units in service: for the desk all of the region, for an agency its own."""
    units = Unit.objects.filter(ended_at=None, agency__region_id=region, agency__ended_at=None)
    if actor is SYSTEM or actor.is_system or region in actor.regions():
        return units.select_related("agency")
    return units.filter(agency_id__in=actor.agencies).select_related("agency")
