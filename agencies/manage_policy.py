"""The administration of published configuration: agreements, run cards, times, procedures."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from agencies import labels, manage_selectors, policy_forms, publishing
from agencies.manage_frame import Desk, managed
from agencies.manage_selectors import AgreementState
from agencies.models import Agreement, Area, Procedure, RunCard
from agencies.packformat import STAGES

STATES = {
    AgreementState.UNSIGNED: (_("belum ditandatangani"), "warning"),
    AgreementState.COMING: (_("belum mulai"), "info"),
    AgreementState.IN_FORCE: (_("berlaku"), "success"),
    AgreementState.ENDING: (_("akan berakhir"), "warning"),
    AgreementState.ENDED: (_("berakhir"), "secondary"),
}
"""What a state is called, and Bootstrap's colour of its badge."""


@managed("manage-agreements")
def agreements(desk: Desk) -> HttpResponse:
    rows = [agreement_row(desk, row) for row in manage_selectors.agreements_of(desk.actor, desk.region, desk.at)]
    return desk.render("agreements.html", rows=rows)


def agreement_row(desk: Desk, row: manage_selectors.AgreementRow) -> dict[str, Any]:
    """An agreement as the pages show it: its state, what it opens, and how many days it has left when they are few."""
    label, colour = STATES[row.state]
    left = (row.until - desk.today).days if row.until and row.state is AgreementState.ENDING else None
    return {
        "row": row, "label": label, "colour": colour, "scope": _scope(desk, row.agreement), "days_left": left,
        "opens": _opens(desk, row), "open": row.agreement is not None and row.agreement.ended_at is None,
    }  # fmt: skip


def _opens(desk: Desk, row: manage_selectors.AgreementRow) -> str:
    """What the agency gets by it, or would get."""
    cards = sum(any(line.agency == row.agency.code for line in card.lines) for card in desk.reference.run_cards)
    if row.state in (AgreementState.IN_FORCE, AgreementState.ENDING):
        return str(_("tugas dari %(n)s kartu, layar meja dinas, laporan yang ditugaskan") % {"n": cards})
    return str(_("akan membuka %(n)s kartu; sekarang pelapor dirujuk ke %(number)s")
               % {"n": cards, "number": row.agency.referral_number or row.agency.phone or "–"})  # fmt: skip


def _scope(desk: Desk, agreement: Agreement | None) -> str:
    if agreement is None:
        return ""
    if "*" in agreement.scope:
        return str(_("semua jenis"))
    return ", ".join(desk.type_name(code) for code in agreement.scope)


def _newest_agreement(desk: Desk, code: str) -> Agreement | None:
    return manage_selectors.versions_of(desk.actor, Agreement, desk.region.code, code).first()


@managed("manage-agreements", "POST")
def agreement_sign(desk: Desk, code: str) -> HttpResponse:
    agency = desk.find(desk.agencies(), code=code)
    initial = policy_forms.AgreementForm.initial_of(_newest_agreement(desk, code), desk.today)
    form = policy_forms.AgreementForm(
        desk.request.POST or None, initial=initial, types=desk.types, zone=desk.zone, today=desk.today
    )
    save = desk.does(publishing.sign_agreement, form, agency=agency)
    done = _("Perjanjian %(agency)s tersimpan; berlaku di semua layar dalam 2 detik.") % {"agency": str(agency)}
    return desk.save(
        form, save, done=done, to=desk.url("manage-agreements"), title=_("Perjanjian dengan %(a)s") % {"a": agency.name}
    )


@managed("manage-agreements", "POST")
def agreement_end(desk: Desk, code: str) -> HttpResponse:
    rows = manage_selectors.in_force(desk.actor, Agreement, desk.region.code)
    agreement = desk.find(rows.select_related("agency"), key=code)
    return desk.confirm(
        desk.does(publishing.end_agreement, agreement=agreement),
        title=_("Akhiri perjanjian dengan %(agency)s sekarang?") % {"agency": agreement.agency.name},
        text=_("Tugas yang sedang dipegang ditarik dan instansi ini tidak lagi melihat laporan apa pun."),
        button=_("Akhiri perjanjian"),
        done=_("Perjanjian diakhiri."),
        to=desk.url("manage-agreements"),
    )


@managed("manage-run-cards")
def run_cards(desk: Desk) -> HttpResponse:
    cards = manage_selectors.run_cards_of(desk.actor, desk.region.code)
    groups = [
        {"name": desk.type_name(code), "cards": [_card(desk, card) for card in group]}
        for code, group in groupby(cards, key=lambda card: card.type)
    ]
    return desk.render("run_cards.html", groups=groups)


def _card(desk: Desk, card: RunCard) -> dict[str, Any]:
    lines = list(card.lines.all())
    return {
        "card": card,
        "subtype": desk.subtype_name(card.subtype) if card.subtype else "",
        "when": ", ".join(_conditions(card)),
        "lead": next((line for line in lines if line.role == "lead"), None),
        "support": [line for line in lines if line.role != "lead"],
    }


def _conditions(card: RunCard) -> list[str]:
    found = [card.area.name] if card.area else []
    if card.priority:
        found.append(str(labels.PRIORITIES[card.priority]))
    if card.from_hour is not None:
        found.append(_hours(card.from_hour, card.until_hour))
    return found


def _hours(first: int | None, last: int | None) -> str:
    return "" if first is None else str(_("pukul %(a)02d–%(b)02d") % {"a": first, "b": last})


def _card_form(desk: Desk, card: RunCard | None = None) -> policy_forms.RunCardForm:
    """Of a card; a new one begins with what the matrix's cell was about, `?jenis=…&subjenis=…&area=…`."""
    asked = {"type": "jenis", "subtype": "subjenis", "area": "area"}
    begun = {name: desk.request.GET.get(key, "") for name, key in asked.items()}
    initial = policy_forms.RunCardForm.initial_of(card) if card else begun
    rows = card.lines.count() if card else policy_forms.SUPPORTS
    areas = manage_selectors.in_force(desk.actor, Area, desk.region.code).filter(level=Area.AreaLevel.DISTRICT)
    return policy_forms.RunCardForm(
        desk.request.POST or None, initial=initial, types=desk.types, base_of=desk.base_of, agencies=desk.agencies(),
        areas=areas.order_by("name"), rows=rows,
    )  # fmt: skip


def _save_card(desk: Desk, form: policy_forms.RunCardForm, title: Any, **context: Any) -> HttpResponse:
    save = desk.does(publishing.publish_run_card, form, region=desk.region.code)
    return desk.save(
        form, save, done=_("Kartu penugasan terbit."), to=desk.url("manage-run-cards"), template="run_card_form.html",
        title=title, **context,
    )  # fmt: skip


@managed("manage-run-cards", "POST")
def run_card_new(desk: Desk) -> HttpResponse:
    return _save_card(desk, _card_form(desk), _("Kartu penugasan baru"))


def newer_version(desk: Desk, row: RunCard | Procedure, page: str) -> HttpResponse | None:
    """Who opens a superseded version gets the one in force. Who sends a form made from it is told so by the service."""
    if row.ended_at is None or desk.request.method == "POST":
        return None
    versions = manage_selectors.versions_of(desk.actor, type(row), desk.region.code, row.key)
    return redirect(desk.url(page, desk.find(versions, ended_at=None).pk))


def _card_name(desk: Desk, card: RunCard) -> str:
    parts = [desk.type_name(card.type), desk.subtype_name(card.subtype) if card.subtype else "", *_conditions(card)]
    return " · ".join(part for part in parts if part)


@managed("manage-run-cards", "POST")
def run_card_edit(desk: Desk, id: str) -> HttpResponse:
    card = desk.find(manage_selectors.every_run_card(desk.actor, desk.region.code), pk=id)
    if newer := newer_version(desk, card, "manage-run-card"):
        return newer
    form = _card_form(desk, card)
    form.fix(*policy_forms.RunCardForm.PLACE)
    return _save_card(
        desk, form, _card_name(desk, card), version=card.version, end_url=desk.url("manage-run-card-end", card.pk)
    )


@managed("manage-run-cards", "POST")
def run_card_end(desk: Desk, id: str) -> HttpResponse:
    card = desk.find(manage_selectors.run_cards_of(desk.actor, desk.region.code), pk=id)
    return desk.confirm(
        desk.does(publishing.end_run_card, card=card),
        title=_("Akhiri kartu “%(card)s”?") % {"card": _card_name(desk, card)},
        text=_("Kartu yang lebih umum dipakai sebagai gantinya. Laporan lama tetap menyebut kartu ini."),
        button=_("Akhiri kartu"),
        done=_("Kartu diakhiri."),
        to=desk.url("manage-run-cards"),
    )


@managed("manage-targets")
def targets(desk: Desk) -> HttpResponse:
    rows = [
        {
            "row": row,
            "type": desk.type_name(row.type),
            "priority": labels.PRIORITIES.get(row.priority, _("semua prioritas")),
            "hours": _hours(row.from_hour, row.until_hour),
            "cells": [(cell, labels.duration(cell.seconds) if cell else "") for cell in row.cells],
        }
        for row in manage_selectors.targets_of(desk.actor, desk.region.code)
    ]
    return desk.render("targets.html", rows=rows, stages=labels.STAGES.values())


@managed("manage-targets", "POST")
def targets_edit(desk: Desk) -> HttpResponse:
    """One row of the table, `?jenis=TYPE&prioritas=PRIORITY&jam=FROM-UNTIL` (empty: all); without them a new row."""
    query = desk.request.GET
    fixed = "jenis" in query or "prioritas" in query
    place = (query.get("jenis", ""), query.get("prioritas", ""), *_read_hours(query.get("jam", "")))
    if (place[0] and place[0] not in desk.types) or (place[1] and place[1] not in labels.PRIORITIES):
        raise Http404
    form = policy_forms.TargetsForm(desk.request.POST or None, initial=_row_initial(desk, place), types=desk.types)
    if fixed:
        form.fix(*form.PLACE)
    save = desk.does(publishing.publish_targets, form, region=desk.region.code)
    parts = (desk.type_name(place[0]), labels.PRIORITIES.get(place[1], _("semua prioritas")), _hours(*place[2:]))
    title = " · ".join(str(part) for part in parts if part)
    return desk.save(
        form, save, done=_("Target waktu terbit."), to=desk.url("manage-targets"), template="targets_form.html",
        title=title if fixed else _("Baris target baru"),
    )  # fmt: skip


def _read_hours(text: str) -> tuple[int | None, int | None]:
    """`22-6` → 22, 6. Raises Http404 for anything else that is not empty."""
    if not text:
        return None, None
    first, _dash, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal() and len(text) <= 5):
        raise Http404
    return int(first), int(last)


def _row_initial(desk: Desk, place: tuple[str, str, int | None, int | None]) -> dict[str, Any]:
    initial: dict[str, Any] = dict(zip(policy_forms.TargetsForm.PLACE, place, strict=True))
    if not ("jenis" in desk.request.GET or "prioritas" in desk.request.GET):
        return initial
    for row in manage_selectors.targets_of(desk.actor, desk.region.code):
        if row.place == place:
            cells = zip(STAGES, row.cells, strict=True)
            for stage, cell in cells:
                if cell is not None:
                    initial |= {f"seconds_{stage}": cell.seconds, f"version_{stage}": cell.version}
    return initial
