"""A draft played over the region's last reports: at once when they are few, else as a chore with progress."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from agencies.access import SYSTEM, Actor
from agencies.configuring import config_fact
from agencies.models import RuleSet
from agencies.problems import NotVisible, Unprocessable, WrongState
from agencies.writing import writing
from dispatch import replay, rule_reports
from dispatch.models import RuleReplay
from dispatch.services import rule_sets
from incidents.triage import RuleError

log = logging.getLogger("siaga.rules")
State = RuleReplay.State
CHOICES = (100, 300, 1000, 5000)
AT_ONCE = 300
"""Up to so many reports are played while the page waits (about half a second)."""
EVERY = 100
LOST_AFTER = timedelta(seconds=60)
MOST_ROWS = 2000
"""Differences kept one by one; the numbers count all of them."""


def start_replay(*, region: str, revision: int, reports: int, actor: Actor, at: datetime) -> RuleReplay:
    """Play the draft in work over the last `reports` reports. Raises WrongState, StaleVersion, Unprocessable."""
    rule_sets.check_may(actor, "rules.view", region)
    if reports not in CHOICES:
        raise Unprocessable("Pilih berapa laporan yang diputar ulang.")
    draft = draft_of(region)
    if draft is None:
        raise WrongState("Tidak ada konsep untuk diputar ulang.")
    _check_usable(draft, at)
    now = rule_sets.in_force(region)
    with writing(actor, at) as write:
        row = RuleReplay.objects.create(
            rule_set=draft, revision=draft.revision, against=now.version if now else 0, wanted=reports,
            created_at=at, created_by=actor.label,
        )  # fmt: skip
        write.record([config_fact("rules.replayed", region, {}, {"version": draft.version, "reports": reports})])
    if len(rule_reports.newest(region, AT_ONCE + 1)) <= AT_ONCE or reports <= AT_ONCE:
        run_replay(row=row, actor=SYSTEM, at=at)
    return row


def draft_of(region: str) -> RuleSet | None:
    """The draft in work, whatever its state."""
    sets = RuleSet.objects.filter(region_id=region, key=rule_sets.RULES_KEY, status__in=rule_sets.IN_WORK)
    return sets.first()


def _check_usable(draft: RuleSet, at: datetime) -> None:
    try:
        rule_sets.compiled(draft.rules, rule_sets.region_ref(draft.region_id))
    except RuleError as error:
        raise Unprocessable("Konsep ini belum dapat dipakai; perbaiki dahulu kesalahannya.") from error


def run_waiting(*, at: datetime) -> int:
    """Play what waits, or was begun by a worker that is gone; returns how many. The sweep behind the chore."""
    played = 0
    while row := _take(at):
        run_replay(row=row, actor=SYSTEM, at=at)
        played += 1
    return played


def _take(at: datetime) -> RuleReplay | None:
    waiting = Q(state=State.QUEUED, created_at__lte=at) | Q(state=State.RUNNING, beat_at__lt=at - LOST_AFTER)
    with transaction.atomic():
        row = RuleReplay.objects.select_for_update(skip_locked=True).filter(waiting).order_by("created_at").first()
        if row is not None:
            row.state, row.beat_at = State.RUNNING, at
            row.save(update_fields=["state", "beat_at"])
        return row


def run_replay(*, row: RuleReplay, actor: Actor, at: datetime) -> None:
    """Play one and keep its result. What goes wrong is kept, too: nobody waits for a result that never comes."""
    draft = RuleSet.objects.get(pk=row.rule_set_id)
    try:
        _play(row, draft, at)
    except Exception as error:
        log.exception("replay %s failed", row.pk)
        row.state, row.error = State.FAILED, type(error).__name__
    else:
        row.state = State.DONE
    row.finished_at = at
    row.save()


def _play(row: RuleReplay, draft: RuleSet, at: datetime) -> None:
    region = rule_sets.region_ref(draft.region_id)
    new = rule_sets.compiled(draft.rules, region)
    before = rule_sets.version_of(region.code, row.against).rules if row.against else []
    old = rule_sets.compiled(before, region, row.against)
    ids = rule_reports.newest(region.code, row.wanted)
    row.total, row.beat_at = len(ids), at
    row.save(update_fields=["total", "beat_at"])

    def progress(done: int) -> None:
        row.done = done
        if done % EVERY == 0:
            RuleReplay.objects.filter(pk=row.pk).update(done=done, beat_at=Now())

    tally, rows = replay.play(rule_reports.cases_of(ids, region, at), old, new, region, progress)
    row.total = row.done = tally.total
    row.result = {"tally": tally.as_told(), "rows": [replay.as_row(one) for one in rows[:MOST_ROWS]]}


def newest_replay(region: str, draft: RuleSet) -> RuleReplay | None:
    return RuleReplay.objects.filter(rule_set=draft).order_by("-created_at").first()


def replay_for(actor: Actor, region: str, replay_id: Any) -> RuleReplay:
    """A replay of the region. Raises NotVisible."""
    rule_sets.check_may(actor, "rules.view", region)
    row = RuleReplay.objects.filter(pk=replay_id, rule_set__region_id=region).select_related("rule_set").first()
    if row is None:
        raise NotVisible
    return row
