"""The administration of a region: overview, profile, agencies, units, and what was changed by whom."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies import change_log, forms, labels, manage_selectors, organising
from agencies.access import can
from agencies.manage_frame import Desk, managed
from agencies.models import Agency, Procedure, Region, RunCard, Target, Unit
from agencies.views import ZONE_LABELS, actor_of, frame


@require_safe
@never_cache
@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """To the actor's region; who has several chooses."""
    actor = actor_of(request)
    if not can(actor, "page.manage"):
        raise PermissionDenied
    regions = list(manage_selectors.regions_to_manage(actor))
    if len(regions) == 1:
        return redirect("manage-overview", regions[0].code)
    context = {**frame(request, actor, None, "manage", live=False), "regions": regions}
    return render(request, "agencies/manage/regions.html", context)


@managed("manage-overview")
def overview(desk: Desk) -> HttpResponse:
    actor, code = desk.actor, desk.region.code
    counts = [
        (_("Instansi"), "manage-agencies", desk.agencies().count()),
        (_("Unit"), "manage-units", manage_selectors.units_of(actor, code).filter(ended_at=None).count()),
        (_("Kartu penugasan"), "manage-run-cards", manage_selectors.in_force(actor, RunCard, code).count()),
        (_("Target waktu"), "manage-targets", manage_selectors.in_force(actor, Target, code).count()),
        (_("SOP"), "manage-procedures", manage_selectors.in_force(actor, Procedure, code).count()),
        (_("Pengguna aktif"), "manage-users", manage_selectors.users_of(actor, code).filter(is_active=True).count()),
    ]
    return desk.render(
        "overview.html",
        counts=[{"label": label, "url": desk.url(name), "count": count} for label, name, count in counts],
        hints=[
            {"text": hint.text, "url": desk.url(hint.page)}
            for hint in manage_selectors.hints(actor, desk.region, desk.types, desk.at)
        ],
        commander=_commander(desk),
        zone_label=ZONE_LABELS.get(desk.region.zone, ""),
        changes=change_log.changes_of(actor, desk.region, most=5),
    )


def _commander(desk: Desk) -> str:
    agency = desk.reference.agencies.get(desk.region.command_authority)
    return (agency.short or agency.name) if agency else desk.region.command_authority.capitalize()


@managed("manage-region", "POST")
def region_profile(desk: Desk) -> HttpResponse:
    initial = forms.RegionForm.initial_of(desk.region)
    form = forms.RegionForm(desk.request.POST or None, initial=initial, agencies=desk.agencies())
    save = desk.does(organising.update_region, region=desk.region.code, fields=form.values)
    return desk.save(
        form, save, done=_("Profil wilayah disimpan."), to=desk.url("manage-overview"), template="region.html",
        title=_("Profil wilayah"), zone_label=ZONE_LABELS.get(desk.region.zone, ""),
        kind=Region.Kind(desk.region.kind).label,
    )  # fmt: skip


@managed("manage-agencies")
def agencies(desk: Desk) -> HttpResponse:
    rows = manage_selectors.agencies_of(desk.actor, desk.region.code)
    return desk.render(
        "agencies.html",
        rows=[{"agency": a, "kind": labels.AGENCY_KINDS.get(a.kind, a.kind)} for a in rows if a.ended_at is None],
        now=desk.at,
        ended=[agency for agency in rows if agency.ended_at is not None],
    )


@managed("manage-agencies", "POST")
def agency_new(desk: Desk) -> HttpResponse:
    form = forms.AgencyForm(desk.request.POST or None)
    save = desk.does(organising.add_agency, region=desk.region.code, fields=form.values)
    return desk.save(
        form, save, done=_("Instansi ditambahkan."), to=desk.url("manage-agencies"), title=_("Instansi baru")
    )


def _agency(desk: Desk, code: str) -> Agency:
    return desk.find(desk.agencies(), code=code)


@managed("manage-agencies", "POST")
def agency_edit(desk: Desk, code: str) -> HttpResponse:
    agency = _agency(desk, code)
    form = forms.AgencyForm(desk.request.POST or None, initial=forms.AgencyForm.initial_of(agency))
    form.fix("code")
    save = desk.does(organising.update_agency, agency=agency, fields=form.values)
    return desk.save(
        form, save, done=_("Instansi disimpan."), to=desk.url("manage-agencies"), title=agency.name,
        end_url=desk.url("manage-agency-end", code), end_label=_("Akhiri instansi ini…"),
    )  # fmt: skip


@managed("manage-agencies", "POST")
def agency_pause(desk: Desk, code: str) -> HttpResponse:
    agency = _agency(desk, code)
    form = forms.PauseForm(desk.request.POST or None)

    def until() -> datetime | None:
        hours = form.cleaned_data["hours"]
        return desk.at + timedelta(hours=hours) if hours else None

    save = desk.does(organising.pause_agency, agency=agency, until=until)
    return desk.save(form, save, done=_("Instansi disimpan."), to=desk.url("manage-agencies"), title=agency.name)


@managed("manage-agencies", "POST")
def agency_end(desk: Desk, code: str) -> HttpResponse:
    agency = _agency(desk, code)
    return desk.confirm(
        desk.does(organising.end_agency, agency=agency),
        title=_("Akhiri %(name)s?") % {"name": agency.name},
        text=_("Instansi ini tidak lagi menerima laporan; unit dan perjanjiannya ikut berakhir. Riwayatnya tetap ada."),
        button=_("Akhiri instansi"),
        done=_("Instansi diakhiri."),
        to=desk.url("manage-agencies"),
    )


@managed("manage-units")
def units(desk: Desk) -> HttpResponse:
    rows = manage_selectors.units_of(desk.actor, desk.region.code)
    return desk.render(
        "units.html",
        rows=[{"unit": u, "kind": labels.UNIT_KINDS.get(u.kind, u.kind)} for u in rows if u.ended_at is None],
        ended=[unit for unit in rows if unit.ended_at is not None],
    )


@managed("manage-units", "POST")
def unit_new(desk: Desk) -> HttpResponse:
    form = forms.UnitForm(desk.request.POST or None, agencies=desk.agencies())
    save = desk.does(organising.add_unit, agency=lambda: form.cleaned_data["agency"], fields=form.fields_of_unit)
    return desk.save(form, save, done=_("Unit ditambahkan."), to=desk.url("manage-units"), title=_("Unit baru"))


def _unit(desk: Desk, id: str) -> Unit:
    return desk.find(manage_selectors.units_of(desk.actor, desk.region.code).filter(ended_at=None), pk=id)


@managed("manage-units", "POST")
def unit_edit(desk: Desk, id: str) -> HttpResponse:
    unit = _unit(desk, id)
    initial = forms.UnitForm.initial_of(unit)
    form = forms.UnitForm(desk.request.POST or None, initial=initial, agencies=desk.agencies())
    form.fix("agency", "code")
    save = desk.does(organising.update_unit, unit=unit, fields=form.fields_of_unit)
    return desk.save(
        form, save, done=_("Unit disimpan."), to=desk.url("manage-units"), title=f"{unit.code} · {unit.agency}",
        end_url=desk.url("manage-unit-end", unit.pk), end_label=_("Akhiri unit ini…"),
    )  # fmt: skip


@managed("manage-units", "POST")
def unit_end(desk: Desk, id: str) -> HttpResponse:
    unit = _unit(desk, id)
    return desk.confirm(
        desk.does(organising.end_unit, unit=unit),
        title=_("Akhiri unit %(code)s?") % {"code": unit.code},
        text=_("Unit ini tidak dapat lagi dikirim. Riwayatnya tetap ada."),
        button=_("Akhiri unit"),
        done=_("Unit diakhiri."),
        to=desk.url("manage-units"),
    )
