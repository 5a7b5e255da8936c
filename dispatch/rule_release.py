"""The pages on which a draft of rules is replayed, reviewed, put in force and taken back."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from agencies import labels
from agencies.manage_frame import Desk
from agencies.models import RuleSet
from dispatch import rule_reports
from dispatch.rule_forms import ReasonForm
from dispatch.rule_frame import Screen, act, builtin_rows, may, ruled, screen_of
from dispatch.rulefile import Diff, difference
from dispatch.services import rule_replays, rule_sets

SHOWN = 200
FIELDS = {
    "type": _("jenis"), "subtype": _("subjenis"), "weight": _("bobot"), "priority": _("prioritas"),
    "raises": _("naikkan ke"), "lowers": _("sudah lewat"), "phrases": _("frasa"), "needs": _("harus ada"),
    "unless": _("tidak boleh ada"), "extra": _("jenis lain"), "beats": _("mengalahkan"), "off": _("dimatikan"),
}  # fmt: skip


@ruled("rules", "POST")
def draft(desk: Desk) -> HttpResponse:
    """The draft against what is in force: differences, faults, examples, replay; and what can be done with it."""
    screen = screen_of(desk)
    if desk.request.method == "POST":
        return _do(desk)
    if screen.draft is None:
        return desk.render("rules/draft.html", screen=screen, title=_("Konsep aturan"))
    health = rule_sets.health_of(screen.rules, screen.examples, desk.reference, desk.at)
    old = screen.in_force.rules if screen.in_force else []
    last = rule_replays.newest_replay(desk.region.code, screen.draft)
    return desk.render(
        "rules/draft.html", screen=screen, title=_("Konsep aturan"), health=health, findings=_findings(health),
        broken=[(screen.examples[b.place]["text"], desk.type_name(screen.examples[b.place]["type"]),
                 desk.type_name(b.type)) for b in health.broken],
        diff=shown_diff(difference(old, screen.rules), desk.types), last=last, choices=rule_replays.CHOICES,
        own_work=desk.actor.id in screen.draft.editors, may_publish=may(desk, "rules.publish"),
        form=ReasonForm(initial={"revision": screen.revision}),
        stale=last is not None and last.revision != screen.revision,
    )  # fmt: skip


def _findings(health: rule_sets.Health) -> list[dict[str, Any]]:
    return [
        {"rule": one.rule, "field": FIELDS.get(one.key, one.key), "message": one.message, "error": one.error,
         "grave": one.grave}
        for one in health.findings
    ]  # fmt: skip


def shown_diff(diff: Diff, types: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rules that differ, with what differs; a built-in rule that is changed is compared with how it comes."""
    known = builtin_rows()
    found = []
    for row in diff.added:
        if row.get("off"):
            found.append({"id": row["id"], "what": _("dimatikan"), "fields": []})
        else:
            what = _("mengubah bawaan") if row["id"] in known else _("baru")
            changed = difference([known.get(row["id"], {"id": row["id"]})], [row]).changed
            found.append(
                {"id": row["id"], "what": what, "fields": _shown_fields(changed[0].fields if changed else (), types)}
            )
    found += [{"id": one.id, "what": _("diubah"), "fields": _shown_fields(one.fields, types)} for one in diff.changed]
    return found + [{"id": row["id"], "what": _("dihapus"), "fields": []} for row in diff.removed]


def _shown_fields(fields: Any, types: Mapping[str, str]) -> list[tuple[Any, list[str], list[str]]]:
    """Field, what it loses, what it gains; types and priorities by their names."""
    names = {**types, **labels.PRIORITIES}

    def named(items: list[str]) -> list[str]:
        return [str(names.get(item, item)) for item in items]

    return [(FIELDS.get(name, name), named(_without(old, new)), named(_without(new, old))) for name, old, new in fields]


def _without(one: Any, other: Any) -> list[str]:
    if isinstance(one, list):
        kept = other if isinstance(other, list) else []
        return [str(item) for item in one if item not in kept]
    return [] if one is None else [str(one)]


def _do(desk: Desk) -> HttpResponse:
    """One of the buttons: start, submit, give back, publish, discard."""
    form, here, region = ReasonForm(desk.request.POST), desk.url("rules-draft"), desk.region.code
    if not form.is_valid():
        return redirect(here)
    who: dict[str, Any] = {"region": region, "actor": desk.actor, "at": desk.at}
    sent = {"revision": form.cleaned_data["revision"], **who}
    reason = form.cleaned_data["reason"]
    buttons: dict[str, tuple[Any, Any, str]] = {
        "start": (lambda: rule_sets.start_draft(**who), _("Konsep dimulai dari yang berlaku."), here),
        "submit": (lambda: rule_sets.submit(note=reason, **sent), _("Dikirim untuk ditinjau."), here),
        "return": (lambda: rule_sets.give_back(note=reason, **sent), _("Dikembalikan sebagai konsep."), here),
        "discard": (lambda: rule_sets.discard(**sent), _("Konsep dibuang."), desk.url("rules")),
        "publish": (lambda: rule_sets.publish(reason=reason, **sent),
                    _("Terbit; berlaku di semua layar dalam 2 detik."), desk.url("rules-history")),
    }  # fmt: skip
    if (button := buttons.get(desk.request.POST.get("do", ""))) is None:
        return redirect(here)
    do, done, to = button
    answer = act(desk, do, done=done, to=to)
    return redirect(here) if to != here and screen_of(desk).draft is not None else answer


@ruled("rules", "POST")
def replay_start(desk: Desk) -> HttpResponse:
    if desk.request.method != "POST":
        return redirect(desk.url("rules-draft"))
    screen = screen_of(desk)
    given = desk.request.POST.get("reports", "")
    started: list[Any] = []

    def start() -> None:
        started.append(rule_replays.start_replay(
            region=desk.region.code, revision=screen.revision, reports=int(given) if given.isdecimal() else 0,
            actor=desk.actor, at=desk.at,
        ))  # fmt: skip

    answer = act(desk, start, done=_("Konsep diputar ulang; belum ada yang berubah."), to=desk.url("rules-draft"))
    return redirect(desk.url("rules-replay", started[0].pk)) if started else answer


@ruled("rules")
def replay_result(desk: Desk, id: str) -> HttpResponse:
    """The difference: numbers for everybody here, report by report for who may read reports."""
    row = rule_replays.replay_for(desk.actor, desk.region.code, id)
    context: dict[str, Any] = {"replay": row, "title": _("Putar ulang konsep"), "reading": may(desk, "rules.reports")}
    if row.state == "done":
        context |= _tally(desk, row.result["tally"])
        context["rows"] = _reports(desk, row.result["rows"]) if context["reading"] else []
    return desk.render("rules/replay.html", **context, screen=screen_of(desk))


def _tally(desk: Desk, tally: dict[str, Any]) -> dict[str, Any]:
    codes = dict.fromkeys([code for code, _n in tally["more"]] + [code for code, _n in tally["fewer"]])
    more, fewer = dict(tally["more"]), dict(tally["fewer"])
    agencies = [{"name": _agency(desk, code), "more": more.get(code, 0), "fewer": fewer.get(code, 0)} for code in codes]
    types = [(desk.type_name(old), desk.type_name(new), count) for old, new, count in tally["types"]]
    return {"tally": tally, "agencies": agencies, "types": types}


def _agency(desk: Desk, code: str) -> str:
    agency = desk.reference.agencies.get(code)
    return (agency.short or agency.name) if agency else code


def _reports(desk: Desk, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shown = rows[:SHOWN]
    words = rule_reports.words_for(desk.actor, [row["id"] for row in shown])
    return [
        {"number": words[row["id"]][0], "text": words[row["id"]][1], "old": _side(desk, row["old"]),
         "new": _side(desk, row["new"])}
        for row in shown if row["id"] in words
    ]  # fmt: skip


def _side(desk: Desk, side: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": desk.type_name(side["type"]),
        "priority": labels.PRIORITIES.get(side["priority"], side["priority"]),
        "level": side["priority"],
        "extra": [desk.type_name(code) for code in side["extra_types"]],
        "agencies": [_agency(desk, code) for code in side["agencies"]],
        "needs_review": side["needs_review"],
    }


@ruled("rules")
def replay_progress(desk: Desk, id: str) -> HttpResponse:
    """For the page that waits: how far it is."""
    row = rule_replays.replay_for(desk.actor, desk.region.code, id)
    return JsonResponse({"state": row.state, "done": row.done, "total": row.total or row.wanted})


@ruled("rules", "POST")
def history(desk: Desk) -> HttpResponse:
    """Every version with what it changed, by whom and why; one button takes an old one back."""
    if desk.request.method == "POST":
        given = desk.request.POST.get("version", "")
        reason = desk.request.POST.get("reason", "")[:300]
        return act(
            desk,
            lambda: rule_sets.roll_back(region=desk.region.code, version=int(given) if given.isdecimal() else -1,
                                        reason=reason, actor=desk.actor, at=desk.at),
            done=_("Dikembalikan; berlaku di semua layar dalam 2 detik."), to=desk.url("rules-history"),
        )  # fmt: skip
    screen = screen_of(desk)
    versions = list(rule_sets.versions_of(desk.region.code))
    rows = [
        {"version": row, "diff": shown_diff(difference(before.rules if before else [], row.rules), desk.types)}
        for row, before in zip_longest(versions, versions[1:])
    ]
    return desk.render("rules/history.html", rows=rows, screen=screen, title=_("Riwayat aturan"),
                       previous=_previous(screen, versions))  # fmt: skip


def _previous(screen: Screen, versions: list[RuleSet]) -> int | None:
    """The version that one step back leads to; 0: the built-in rules alone; None: nothing of one's own is in force."""
    now = screen.in_force
    if now is None:
        return None
    return next((row.version for row in versions if row.ended_at == now.published_at), 0)
