"""What no rule claims, and a type of the region's own for it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies.manage_frame import Desk
from dispatch import rule_reports
from dispatch.rule_forms import TypeForm
from dispatch.rule_frame import may, ruled, screen_of
from dispatch.services import own_types

WORDS = 60


@ruled("rules-unmapped")
def unmapped(desk: Desk) -> HttpResponse:
    """Words of unclaimed reports with counts; the reports themselves for who may read them."""
    reading = may(desk, "rules.reports")
    found = rule_reports.unmapped(desk.actor, desk.reference, with_words=reading, at=desk.at)
    return desk.render("rules/unmapped.html", found=found, words=found.words[:WORDS], reading=reading,
                       least=rule_reports.IN_HOW_MANY, screen=screen_of(desk), title=_("Belum terpetakan"),
                       may_add=may(desk, "config.edit"))  # fmt: skip


@ruled("rules-unmapped", "POST")
def type_new(desk: Desk) -> HttpResponse:
    """A kind of the region's own with the agency that leads; then a rule is written for it."""
    if not may(desk, "config.edit"):
        raise PermissionDenied
    form = TypeForm(desk.request.POST or None, region=desk.reference)

    def save() -> None:
        own_types.add_type(region=desk.region.code, actor=desk.actor, at=desk.at, **form.values())

    return desk.save(form, save, done=_("Jenis ditambahkan. Tulis sekarang aturan yang mengenalinya."),
                     to=desk.url("rules-new"), title=_("Jenis baru"))  # fmt: skip
