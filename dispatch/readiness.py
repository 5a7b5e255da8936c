"""What a region still lacks before it may answer 112: one check per line, with its reason. Pure.

The ministry verifies a centre before it opens access (Permenkominfo 10/2016, Kepdirjen PPI 112/2019): a centre with
operators, agencies that can be reached, procedures and times, and a call that reaches somebody everywhere. A check is
LACKING when a report could be lost, misled or reach nobody; WARNING when it would be handled, but worse than it could
be. Findings name a text by its code; what it says on the page stands in `manage_readiness`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from agencies.packformat import DISKOMINFO, EMERGENCY_TYPES
from agencies.reference import AgencyRef, RegionRef, RunCardRef
from dispatch.routing import gap_map

SOON = timedelta(days=30)
"""An agreement that ends within this time is worth a reminder."""
ASSURED_FOR = timedelta(days=365)
"""What somebody has tried out and confirmed counts for a year."""
FEWEST_SUPERVISORS = 2
"""One person cannot watch every shift, and rules want a second pair of eyes."""
FEWEST_PLACES = 20
STAGES = ("answer", "ticket", "acknowledge", "dispatch", "arrive")
LEGACY = {"110": "police", "113": "fire", "119": "health"}
"""Older numbers that people go on dialling, and the kind of agency behind each."""
_WIB = "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 61 62"
_WITA = "51 52 53 63 64 65 71 72 73 74 75 76"
ZONE_OF = dict.fromkeys(_WIB.split(), "Asia/Jakarta") | dict.fromkeys(_WITA.split(), "Asia/Makassar")
"""Time zone of a province (Keppres 41/1987); all others lie in the east."""


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; `names` are whom or what it is about."""

    state: State
    code: str
    names: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Check:
    item: str
    findings: tuple[Finding, ...] = ()

    @property
    def state(self) -> State:
        """The worst of its findings."""
        states = {finding.state for finding in self.findings}
        return next((state for state in (State.LACKING, State.WARNING) if state in states), State.OK)


@dataclass(frozen=True, slots=True)
class ChannelFact:
    """One way to tell an agency (empty: the centre itself): was it tried out, and does it fail now?"""

    name: str
    agency: str
    tested: bool
    failing: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a region. Codes of agencies, not names; `roles` counts active people by role."""

    region: RegionRef
    at: datetime
    on_duty: frozenset[str] = frozenset()
    """Agencies with somebody on duty now."""
    planned: frozenset[str] = frozenset()
    """Agencies with a duty in the coming days."""
    staffed: frozenset[str] = frozenset()
    """Agencies with an active account of an officer or head."""
    roles: Mapping[str, int] = field(default_factory=dict)
    without_role: tuple[str, ...] = ()
    demo_users: int = 0
    channels: tuple[ChannelFact, ...] = ()
    places: int = 0
    outlines: int = 0
    assured: Mapping[str, datetime] = field(default_factory=dict)
    sealed: bool = True
    """Confidential texts are sealed with a key of this installation, not with the placeholder of the source."""
    legacy: tuple[Mapping[str, str], ...] = ()


def assess(facts: Facts) -> list[Check]:
    """Every check in the order of the page; a check without findings is in order."""
    return [Check(item, tuple(rule(facts))) for item, rule in RULES.items()]


def open_items(checks: Iterable[Check], state: State) -> int:
    return sum(check.state is state for check in checks)


def may_go_live(checks: Iterable[Check]) -> bool:
    """Nothing is lacking; warnings do not keep a region from going live."""
    return not open_items(checks, State.LACKING)


# --- Who is sent ------------------------------------------------------------------------------------------------------
def _cards(facts: Facts) -> Iterable[Finding]:
    general = {card.type for card in facts.region.run_cards if not _is_special(card)}
    missing = [code for code in EMERGENCY_TYPES if code not in general]
    yield from _about("no_card", State.LACKING, _type_names(facts.region, missing))


def _is_special(card: RunCardRef) -> bool:
    return bool(card.subtype or card.area or card.priority) or card.from_hour is not None


def _backups(facts: Facts) -> Iterable[Finding]:
    """The lead of every general card is followed by somebody when it cannot go."""
    bare = [
        card.type
        for card in facts.region.run_cards
        if not _is_special(card) and any(line.role == "lead" and not line.backup for line in card.lines)
    ]
    yield from _about("no_backup", State.WARNING, _type_names(facts.region, bare))


def _gaps(facts: Facts) -> Iterable[Finding]:
    districts = [area for area in facts.region.areas.values() if area.level == "kecamatan"]
    if not districts:
        yield Finding(State.LACKING, "no_districts")
        return
    cells = gap_map(facts.region, [(area.code,) for area in districts], facts.at)
    alone = {key: cell for key, cell in cells.items() if not cell.lead}
    names = facts.region.areas
    for state, code, found in (
        (State.LACKING, "gap", [key for key, cell in alone.items() if not cell.referral]),
        (State.WARNING, "gap_by_phone", [key for key, cell in alone.items() if cell.referral]),
    ):
        said = [f"{facts.region.types[type_].name} · {names[area].name}" for area, type_ in found]
        yield from _about(code, state, said)


def _ladder(facts: Facts) -> Iterable[Finding]:
    if not facts.region.ladders:
        yield Finding(State.WARNING, "no_ladder")


# --- What they do -----------------------------------------------------------------------------------------------------
def _targets(facts: Facts) -> Iterable[Finding]:
    set_for = {(t.stage, t.type) for t in facts.region.targets if t.from_hour is None}
    missing = [stage for stage in STAGES if not any(stage == stage_ for stage_, _type in set_for)]
    yield from _about("no_target", State.LACKING, missing)


def _procedures(facts: Facts) -> Iterable[Finding]:
    covered = {procedure.type for procedure in facts.region.procedures if not procedure.subtype}
    missing = [code for code in EMERGENCY_TYPES if code not in covered]
    yield from _about("no_procedure", State.LACKING, _type_names(facts.region, missing))


def _rules(facts: Facts) -> Iterable[Finding]:
    if facts.region.rule_set is None:
        yield Finding(State.WARNING, "no_rules")


# --- Agencies ---------------------------------------------------------------------------------------------------------
def _contacts(facts: Facts) -> Iterable[Finding]:
    silent = [a for a in facts.region.agencies.values() if not (a.phone or a.referral_number)]
    yield from _about("no_phone", State.LACKING, [_short(a) for a in silent])


def _duty(facts: Facts) -> Iterable[Finding]:
    taking = [a for a in facts.region.agencies.values() if facts.region.takes_part(a, facts.at)]
    planned = facts.planned | facts.on_duty
    unplanned = [a for a in taking if a.code not in planned]
    uncovered = [a for a in taking if a.code in planned and a.code not in facts.on_duty]
    yield from _about("no_roster", State.LACKING, [_short(a) for a in unplanned])
    yield from _about("nobody_now", State.WARNING, [_short(a) for a in uncovered])


def _channels(facts: Facts) -> Iterable[Finding]:
    told = {channel.agency for channel in facts.channels}
    taking = [a for a in facts.region.agencies.values() if facts.region.takes_part(a, facts.at)]
    yield from _about("failing", State.LACKING, [c.name for c in facts.channels if c.failing])
    yield from _about("untested", State.WARNING, [c.name for c in facts.channels if not c.tested and not c.failing])
    yield from _about("no_channel", State.WARNING, [_short(a) for a in taking if a.code not in told])


def _police(facts: Facts) -> Iterable[Finding]:
    """Without an agreement the police are told by telephone only: no report may be shown to them."""
    police = [agency for agency in facts.region.agencies.values() if agency.kind == "police"]
    if not police:
        yield Finding(State.WARNING, "no_police")
    for agency in police:
        yield from _agreement(facts, agency, "police")


def _agreements(facts: Facts) -> Iterable[Finding]:
    for agency in facts.region.agencies.values():
        if agency.kind != "police":
            yield from _agreement(facts, agency, "agreement")


def _agreement(facts: Facts, agency: AgencyRef, about: str) -> Iterable[Finding]:
    if not agency.needs_agreement:
        return
    agreement = facts.region.agreements.get(agency.code)
    until = agreement.valid_until if agreement else None
    names = (_short(agency), agency.referral_number or agency.phone or "–")
    reachable = bool(agency.referral_number or agency.phone)
    if agreement is not None and agreement.in_force(facts.at):
        if until is not None and until <= facts.at + SOON:
            yield Finding(State.WARNING, f"{about}_ending", names, until)
    elif until is not None and until <= facts.at:
        yield Finding(State.WARNING if reachable else State.LACKING, f"{about}_expired", names, until)
    else:
        yield Finding(State.WARNING if reachable else State.LACKING, f"{about}_unsigned", names)


def _legacy(facts: Facts) -> Iterable[Finding]:
    known = {str(row.get("number", "")): row for row in facts.legacy}
    missing = [number for number in LEGACY if number not in known]
    yield from _about("no_legacy", State.WARNING, missing)
    adrift = [n for n, row in known.items() if row.get("agency") and row["agency"] not in facts.region.agencies]
    yield from _about("legacy_adrift", State.LACKING, adrift)


# --- People -----------------------------------------------------------------------------------------------------------
def _people(facts: Facts) -> Iterable[Finding]:
    if facts.roles.get("supervisor", 0) < FEWEST_SUPERVISORS:
        yield Finding(State.LACKING, "few_supervisors", (str(facts.roles.get("supervisor", 0)),))
    if not facts.roles.get("call_taker"):
        yield Finding(State.LACKING, "no_call_taker")
    taking = [a for a in facts.region.agencies.values() if facts.region.takes_part(a, facts.at)]
    yield from _about("no_officer", State.WARNING, [_short(a) for a in taking if a.code not in facts.staffed])
    yield from _about("without_role", State.WARNING, facts.without_role)
    if facts.demo_users:
        live = facts.region.stage == "live"
        yield Finding(State.LACKING if live else State.WARNING, "demo_users", (str(facts.demo_users),))


# --- The ground -------------------------------------------------------------------------------------------------------
def _boundaries(facts: Facts) -> Iterable[Finding]:
    areas = facts.region.areas.values()
    if not any(area.lat is not None for area in areas):
        yield Finding(State.LACKING, "no_areas")
    elif not facts.outlines:
        yield Finding(State.WARNING, "coarse")


def _places(facts: Facts) -> Iterable[Finding]:
    if not facts.places:
        yield Finding(State.LACKING, "no_places")
    elif facts.places < FEWEST_PLACES:
        yield Finding(State.WARNING, "few_places", (str(facts.places),))


def _profile(facts: Facts) -> Iterable[Finding]:
    region = facts.region
    if region.command_authority != DISKOMINFO and region.command_authority not in region.agencies:
        yield Finding(State.LACKING, "no_command")
    if not region.phone:
        yield Finding(State.WARNING, "no_number")


def _zone(facts: Facts) -> Iterable[Finding]:
    expected = ZONE_OF.get(facts.region.code.split(".")[0], "Asia/Jayapura")
    if facts.region.zone != expected:
        yield Finding(State.LACKING, "zone", (facts.region.zone, expected))


# --- Safety of what is kept -------------------------------------------------------------------------------------------
def _keys(facts: Facts) -> Iterable[Finding]:
    if not facts.sealed:
        yield Finding(State.LACKING, "placeholder_key")
    yield from _assured(facts, "key_backup", State.LACKING)


def _restore(facts: Facts) -> Iterable[Finding]:
    yield from _assured(facts, "restore", State.WARNING)


def _assured(facts: Facts, item: str, state: State) -> Iterable[Finding]:
    confirmed = facts.assured.get(item)
    if confirmed is None:
        yield Finding(state, f"{item}_never")
    elif confirmed + ASSURED_FOR <= facts.at:
        yield Finding(state, f"{item}_long_ago", until=confirmed)


RULES: Mapping[str, Callable[[Facts], Iterable[Finding]]] = {
    "profile": _profile,
    "zone": _zone,
    "contacts": _contacts,
    "duty": _duty,
    "channels": _channels,
    "police": _police,
    "agreements": _agreements,
    "legacy": _legacy,
    "cards": _cards,
    "backups": _backups,
    "gaps": _gaps,
    "ladder": _ladder,
    "targets": _targets,
    "procedures": _procedures,
    "rules": _rules,
    "people": _people,
    "boundaries": _boundaries,
    "places": _places,
    "keys": _keys,
    "restore": _restore,
}
"""The lines of the page, from what callers and agencies meet first to what lies in the cellar."""


def _about(code: str, state: State, names: Iterable[str]) -> Iterable[Finding]:
    """A finding when there is somebody or something that it is about."""
    if found := tuple(names):
        yield Finding(state, code, found)


def _short(agency: AgencyRef) -> str:
    return agency.short or agency.name


def _type_names(region: RegionRef, codes: Iterable[str]) -> list[str]:
    return [region.types[code].name if code in region.types else code for code in codes]
