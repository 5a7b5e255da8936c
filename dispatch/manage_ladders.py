"""The administration of the ladder that is climbed while nobody accepts."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies import labels, manage_selectors, rostering
from agencies.manage_frame import Desk, managed
from agencies.models import Ladder
from dispatch.channel_forms import LadderForm
from dispatch.escalation import DEFAULT, STEPS


def _ladders(desk: Desk) -> Any:
    return manage_selectors.in_force(desk.actor, Ladder, desk.region.code).order_by("priority")


def _rungs(steps: Any) -> list[dict[str, str]]:
    return [{"name": STEPS.get(step, step), "after": labels.duration(after)} for step, after in steps]


@managed("manage-ladders")
def ladders(desk: Desk) -> HttpResponse:
    """The default is shown while the region has none for any priority."""
    rows = [
        {"ladder": row, "priority": labels.PRIORITIES.get(row.priority, _("semua prioritas")),
         "rungs": _rungs((s["step"], s["after"]) for s in row.steps)}
        for row in _ladders(desk)
    ]  # fmt: skip
    usual = [] if any(not row["ladder"].priority for row in rows) else _rungs((r.step, r.after) for r in DEFAULT)
    return desk.render("ladders.html", rows=rows, usual=usual)


def _save(desk: Desk, form: LadderForm, title: Any, **context: Any) -> HttpResponse:
    save = desk.does(rostering.publish_ladder, form, region=desk.region.code)
    done = _("Tangga eskalasi terbit.")
    return desk.save(form, save, done=done, to=desk.url("manage-ladders"), title=title, **context)


@managed("manage-ladders", "POST")
def ladder_new(desk: Desk) -> HttpResponse:
    form = LadderForm(desk.request.POST or None, initial=LadderForm.initial_of(None))
    return _save(desk, form, _("Tangga eskalasi baru"))


@managed("manage-ladders", "POST")
def ladder_edit(desk: Desk, id: str) -> HttpResponse:
    ladder = desk.find(_ladders(desk), pk=id)
    form = LadderForm(desk.request.POST or None, initial=LadderForm.initial_of(ladder))
    form.fix("priority")
    title = _("Tangga eskalasi: %(p)s") % {"p": labels.PRIORITIES.get(ladder.priority, _("semua prioritas"))}
    return _save(desk, form, title, version=ladder.version, end_url=desk.url("manage-ladder-end", ladder.pk))


@managed("manage-ladders", "POST")
def ladder_end(desk: Desk, id: str) -> HttpResponse:
    ladder = desk.find(_ladders(desk), pk=id)
    return desk.confirm(
        desk.does(rostering.end_ladder, ladder=ladder),
        title=_("Akhiri tangga ini?"),
        text=_("Tangga semua prioritas dipakai sebagai gantinya, atau tangga bawaan bila tidak ada."),
        button=_("Akhiri tangga"),
        done=_("Tangga diakhiri."),
        to=desk.url("manage-ladders"),
    )
