"""A region's rules from draft to publication and back. A version in force is never changed; only a draft is edited.

At most one draft is in work in a region. Who edited it does not publish it, unless the region has no second admin: then
the own work is published as such and the log says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from agencies import caches as agencies_caches
from agencies.access import Actor, Role, can
from agencies.configuring import REFERENCE, bump, config_fact
from agencies.loading.rows import RULES_KEY
from agencies.models import Region, RuleSet
from agencies.models.published import Published
from agencies.problems import NotPermitted, NotVisible, StaleVersion, Unprocessable, WrongState
from agencies.reference import RegionRef
from agencies.selectors import memberships_in_force
from agencies.writing import Write, writing
from dispatch.replay import Broken, broken_examples, example_faults
from dispatch.rulefile import Changed, difference, tidy
from incidents import caches
from incidents.ruleset import Finding, check, lay_over, source_of
from incidents.triage import CompiledRules

Status = RuleSet.Status
Row = Mapping[str, Any]
IN_WORK = (Status.DRAFT, Status.REVIEW)
STALE = "Konsep ini sudah diubah orang lain sejak halaman dibuka. Muat ulang, lalu ulangi perubahan Anda."
DRAFT_VERSION = "konsep"


@dataclass(frozen=True, slots=True)
class Health:
    """What stands against a set: faults in its rules and examples, and examples that it answers otherwise."""

    findings: tuple[Finding, ...] = ()
    example_faults: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def usable(self) -> bool:
        return not self.example_faults and not any(finding.error for finding in self.findings)

    @property
    def needs_reason(self) -> bool:
        return bool(self.broken) or any(finding.grave for finding in self.findings)


def health_of(rules: Sequence[Row], examples: Sequence[Any], region: RegionRef, at: datetime) -> Health:
    """Everything that can be said of a set before anybody relies on it."""
    types = caches.own_types(region)
    findings = tuple(check(rules, caches.rules(), types))
    faults = tuple(example_faults(examples, region))
    if faults or any(finding.error for finding in findings):
        return Health(findings, faults)
    return Health(findings, (), tuple(broken_examples(examples, compiled(rules, region), region, at)))


def compiled(rules: Sequence[Row], region: RegionRef, version: int | str = DRAFT_VERSION) -> CompiledRules:
    """The built-in rules with these over them. Raises RuleError."""
    return lay_over(caches.rules(), source_of(region.code, version, rules), caches.own_types(region))


def region_ref(code: str) -> RegionRef:
    """The region as configured now. Raises NotVisible."""
    found = agencies_caches.reference().region(code)
    if found is None:
        raise NotVisible
    return found


def start_draft(*, region: str, actor: Actor, at: datetime) -> RuleSet:
    """A draft that begins as what is in force; the one that is in work already when there is one."""
    with _editing(region, "rules.edit", actor, at) as write:
        return _draft_in_work(region) or _new_draft(write, region)


def _new_draft(write: Write, region: str) -> RuleSet:
    old = in_force(region)
    draft = RuleSet.objects.create(
        region_id=region, key=RULES_KEY, version=_next_version(region), status=Status.DRAFT,
        origin=Published.Origin.ADMIN, published_at=write.at, published_by=write.actor.label,
        rules=old.rules if old else [], examples=old.examples if old else [], based_on=old.version if old else 0,
    )  # fmt: skip
    _record(write, "rules.drafted", region, {}, {"version": draft.version})
    return draft


def save_rule(*, region: str, revision: int, row: Row, replaces: str, actor: Actor, at: datetime) -> RuleSet:
    """Put a rule into the draft, in the place of `replaces` ("" = new). A draft is begun when there is none.

    Raises StaleVersion, WrongState, Unprocessable with the faults of this rule.
    """
    rule = tidy(row)
    faults = [f for f in check([rule], caches.rules(), caches.own_types(region_ref(region))) if f.error]
    if faults:
        raise Unprocessable(_told(faults[0]), errors=[{"field": f.key, "message": f.message} for f in faults])
    with _draft(region, revision, actor, at, begin=True) as (write, draft):
        rows = list(draft.rules)
        places = {known["id"]: place for place, known in enumerate(rows)}
        if rule["id"] != replaces and rule["id"] in places:
            raise Unprocessable("Sudah ada aturan dengan nama ini.", errors=[{"field": "id", "message": "sudah ada"}])
        if replaces in places:
            rows[places[replaces]] = rule
        else:
            rows.append(rule)
        _keep(write, draft, rule["id"], rules=rows)
        return draft


def _told(finding: Finding) -> str:
    return f"{finding.rule}: {finding.key}: {finding.message}" if finding.rule else f"{finding.key}: {finding.message}"


def drop_rule(*, region: str, revision: int, rule: str, actor: Actor, at: datetime) -> RuleSet:
    """Take a rule out of the draft: an own one is gone, a changed or switched off one is the built-in one again."""
    with _draft(region, revision, actor, at, begin=True) as (write, draft):
        rows = [row for row in draft.rules if row["id"] != rule]
        if len(rows) == len(draft.rules):
            raise NotVisible("Aturan ini tidak ada di konsep.")
        _keep(write, draft, rule, rules=rows)
        return draft


def save_example(*, region: str, revision: int, example: Row, place: int | None, actor: Actor, at: datetime) -> RuleSet:
    """Put an example into the draft, at `place` (None: at the end). Raises StaleVersion, Unprocessable."""
    row = {name: value for name, value in example.items() if value not in ("", [], None)}
    if faults := example_faults([row], region_ref(region)):
        raise Unprocessable(faults[0])
    with _draft(region, revision, actor, at, begin=True) as (write, draft):
        rows = list(draft.examples)
        if place is None:
            rows.append(row)
        elif 0 <= place < len(rows):
            rows[place] = row
        else:
            raise NotVisible("Contoh ini tidak ada.")
        _keep(write, draft, "", examples=rows)
        return draft


def drop_example(*, region: str, revision: int, place: int, actor: Actor, at: datetime) -> RuleSet:
    """Take an example out of the draft. Raises StaleVersion, NotVisible."""
    with _draft(region, revision, actor, at, begin=True) as (write, draft):
        if not 0 <= place < len(draft.examples):
            raise NotVisible("Contoh ini tidak ada.")
        _keep(write, draft, "", examples=[*draft.examples[:place], *draft.examples[place + 1 :]])
        return draft


def import_set(*, region: str, revision: int, rules: Sequence[Row], examples: Sequence[Row], actor: Actor,
               at: datetime) -> RuleSet:  # fmt: skip
    """Make the draft what a file says. Raises StaleVersion, Unprocessable with every fault of the file."""
    health = health_of(rules, examples, region_ref(region), at)
    if not health.usable:
        told = [_told(f) for f in health.findings if f.error] + list(health.example_faults)
        raise Unprocessable("Berkas ditolak; konsep tidak berubah.", errors=[{"field": "", "message": t} for t in told])
    with _draft(region, revision, actor, at, begin=True) as (write, draft):
        _keep(write, draft, "", rules=[tidy(row) for row in rules], examples=[dict(row) for row in examples])
        return draft


def submit(*, region: str, revision: int, note: str, actor: Actor, at: datetime) -> RuleSet:
    """Hand the draft to somebody else's eyes; it is not edited meanwhile. Raises Unprocessable with what is wrong."""
    ref = region_ref(region)
    with _draft(region, revision, actor, at) as (write, draft):
        _refuse_unusable(health_of(draft.rules, draft.examples, ref, at))
        if _unchanged(draft):
            raise Unprocessable("Konsep sama dengan yang berlaku; belum ada yang ditinjau.")
        draft.status, draft.reason = Status.REVIEW, note[:300]
        draft.save(update_fields=["status", "reason"])
        _record(write, "rules.submitted", region, {}, {"version": draft.version, "reason": draft.reason})
        return draft


def give_back(*, region: str, revision: int, note: str, actor: Actor, at: datetime) -> RuleSet:
    """From review back to a draft, with what should be done to it."""
    with _draft(region, revision, actor, at, status=Status.REVIEW) as (write, draft):
        draft.status, draft.reason = Status.DRAFT, note[:300]
        draft.save(update_fields=["status", "reason"])
        _record(write, "rules.returned", region, {}, {"version": draft.version, "reason": draft.reason})
        return draft


def discard(*, region: str, revision: int, actor: Actor, at: datetime) -> None:
    """End the draft without publishing it; it stays in the history."""
    with _draft(region, revision, actor, at, status="") as (write, draft):
        draft.status, draft.ended_at = Status.DISCARDED, at
        draft.save(update_fields=["status", "ended_at"])
        _record(write, "rules.discarded", region, {"version": draft.version}, {})


def publish(*, region: str, revision: int, reason: str, actor: Actor, at: datetime) -> RuleSet:
    """Put the reviewed draft in force, in every process within two seconds.

    Raises NotPermitted for one's own work where somebody else could, Unprocessable when it cannot be used or when a
    broken example or a weakened danger rule has no reason.
    """
    ref = region_ref(region)
    with _draft(region, revision, actor, at, status=Status.REVIEW, permission="rules.publish") as (write, draft):
        alone = _check_four_eyes(draft, actor, at)
        health = health_of(draft.rules, draft.examples, ref, at)
        _refuse_unusable(health)
        if health.needs_reason and not reason.strip():
            raise Unprocessable("Ada contoh yang rusak atau aturan bahaya yang dilemahkan: tulis alasannya.",
                                errors=[{"field": "reason", "message": "wajib diisi"}])  # fmt: skip
        more = {"broken": len(health.broken)} | ({"alone": True} if alone else {})
        draft.alone, draft.reason = alone, reason[:300] or draft.reason
        _put_in_force(write, draft, "rules.published", more)
        return draft


def roll_back(*, region: str, version: int, reason: str, actor: Actor, at: datetime) -> RuleSet | None:
    """Put an earlier version in force again, as a new version; 0: the built-in rules alone. One step, for emergencies.

    Raises NotVisible, WrongState when that is what is in force.
    """
    with _editing(region, "rules.publish", actor, at) as write:
        now = in_force(region)
        if version == (now.version if now else 0):
            raise WrongState("Versi ini sedang berlaku.")
        if version == 0:
            _retire(write, region, now, reason)
            return None
        old = RuleSet.objects.filter(region_id=region, key=RULES_KEY, version=version, status=Status.RETIRED).first()
        if old is None:
            raise NotVisible("Versi ini tidak ada.")
        again = RuleSet(region_id=region, key=RULES_KEY, version=_next_version(region), rules=old.rules,
                        examples=old.examples, based_on=version, reason=reason[:300])  # fmt: skip
        again.published_at = at
        again.save(force_insert=True)
        _put_in_force(write, again, "rules.rolled_back", {"source": version})
        return again


def _retire(write: Write, region: str, now: RuleSet | None, reason: str) -> None:
    if now is None:
        raise WrongState("Tidak ada aturan wilayah yang berlaku.")
    _end(now, write.at)
    _record(write, "rules.retired", region, {"version": now.version}, {"reason": reason})
    bump(REFERENCE)


# --- what they share ---


def in_force(region: str) -> RuleSet | None:
    return RuleSet.objects.filter(region_id=region, key=RULES_KEY, status=Status.PUBLISHED).first()


def _draft_in_work(region: str) -> RuleSet | None:
    return RuleSet.objects.filter(region_id=region, key=RULES_KEY, status__in=IN_WORK).first()


def _next_version(region: str) -> int:
    newest = RuleSet.objects.filter(region_id=region, key=RULES_KEY).aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


def check_may(actor: Actor, permission: str, region: str) -> None:
    """Raises NotPermitted for a role that lacks it, NotVisible for somebody of another region."""
    if not can(actor, permission):
        raise NotPermitted
    if not can(actor, permission, region):
        raise NotVisible


@contextmanager
def _editing(region: str, permission: str, actor: Actor, at: datetime) -> Iterator[Write]:
    """One change of a region's configuration at a time. Raises NotPermitted, NotVisible."""
    check_may(actor, permission, region)
    with writing(actor, at) as write:
        locked = Region.objects.select_for_update(no_key=True, of=("self",)).filter(pk=region, ended_at=None)
        if locked.first() is None:
            raise NotVisible("Wilayah ini tidak ada.")
        yield write


@contextmanager
def _draft(region: str, revision: int, actor: Actor, at: datetime, *, status: str = Status.DRAFT, begin: bool = False,
           permission: str = "rules.edit") -> Iterator[tuple[Write, RuleSet]]:  # fmt: skip
    """The draft in work, as it was on the screen (`revision`; 0: there was none). `status` "" = any.

    Raises StaleVersion, WrongState.
    """
    with _editing(region, permission, actor, at) as write:
        found = _draft_in_work(region)
        if (found.revision if found else 0) != revision:
            raise StaleVersion(STALE)
        if found is None and begin:
            found = _new_draft(write, region)
        if found is None or (status and found.status != status):
            raise WrongState("Konsep sedang ditinjau." if found and found.status == Status.REVIEW
                             else "Tidak ada konsep dalam keadaan ini.")  # fmt: skip
        yield write, found


def _keep(write: Write, draft: RuleSet, rule: str, **fields: Any) -> None:
    """Save an edit; the log names rules and counts, never words of examples."""
    told = difference(draft.rules, fields.get("rules", draft.rules))
    counts = (len(draft.examples), len(fields.get("examples", draft.examples)))
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.revision += 1
    draft.editors = [*(one for one in draft.editors if one != write.actor.id), write.actor.id]
    draft.save(update_fields=[*fields, "revision", "editors"])
    before, after = _as_changes(told.changed)
    after |= {name: ids for name, ids in told.ids().items() if name != "changed"}
    if "examples" in fields:
        before["examples"], after["examples"] = counts
    _record(write, "rules.edited", draft.region_id, before, ({"rule": rule} if rule else {}) | after)


def _as_changes(changed: Sequence[Changed]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of one changed rule; of several their ids."""
    if len(changed) == 1:
        fields = changed[0].fields
        return {name: old for name, old, _ in fields}, {name: new for name, _, new in fields}
    return {}, {"changed": [row.id for row in changed]} if changed else {}


def _refuse_unusable(health: Health) -> None:
    if not health.usable:
        told = [_told(f) for f in health.findings if f.error] + list(health.example_faults)
        raise Unprocessable(told[0], errors=[{"field": "", "message": text} for text in told])


def _unchanged(draft: RuleSet) -> bool:
    now = in_force(draft.region_id)
    return (draft.rules, draft.examples) == ((now.rules, now.examples) if now else ([], []))


def _check_four_eyes(draft: RuleSet, actor: Actor, at: datetime) -> bool:
    """Whether the actor publishes their own work, which only a region's single admin may."""
    if actor.id not in draft.editors:
        return False
    admins = memberships_in_force(at).filter(role=Role.ADMIN, region_id=draft.region_id, user__is_active=True)
    others = admins.exclude(user_id=actor.id).exists()
    if others or draft.region_id not in actor.regions(Role.ADMIN):
        raise NotPermitted("Anda ikut menyusun konsep ini: orang lain yang menerbitkannya.")
    return True


def _put_in_force(write: Write, new: RuleSet, kind: str, more: dict[str, Any]) -> None:
    old = in_force(new.region_id)
    if old is not None:
        _end(old, write.at)
    if old is not None and new.version < old.version:  # a pack was loaded while this was a draft
        new.version = _next_version(new.region_id)
    new.status, new.origin = Status.PUBLISHED, Published.Origin.ADMIN
    new.published_at, new.published_by = write.at, write.actor.label
    new.save()
    told = difference(old.rules if old else [], new.rules)
    before = {"version": old.version if old else 0}
    _record(write, kind, new.region_id, before,
            {"version": new.version, **told.ids(), "reason": new.reason, **more})  # fmt: skip
    bump(REFERENCE)


def _end(row: RuleSet, at: datetime) -> None:
    row.status, row.ended_at = Status.RETIRED, at
    row.save(update_fields=["status", "ended_at"])


def _record(write: Write, kind: str, region: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    write.record([config_fact(kind, region, before, after)])


def version_of(region: str, version: int) -> RuleSet:
    """A version of the region's rules. Raises NotVisible."""
    found = RuleSet.objects.filter(region_id=region, key=RULES_KEY, version=version).first()
    if found is None:
        raise NotVisible
    return found


def versions_of(region: str) -> QuerySet[RuleSet]:
    """Versions that are or were in force, newest first."""
    rows = RuleSet.objects.filter(region_id=region, key=RULES_KEY, status__in=(Status.PUBLISHED, Status.RETIRED))
    return rows.order_by("-version")
