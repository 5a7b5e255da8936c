"""Durations and shares as the pages write them."""

from django import template
from django.utils.translation import gettext as _

from reporting.kpi import Spread

register = template.Library()


@register.filter
def took(seconds: float | None) -> str:
    """`45 dtk`, `3 mnt 20 dtk`, `2 jam 5 mnt`; a dash without one."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, left = divmod(minutes, 60)
    if hours:
        return _("%(hours)d jam %(minutes)d mnt") % {"hours": hours, "minutes": left}
    return (
        _("%(minutes)d mnt %(seconds)d dtk") % {"minutes": minutes, "seconds": rest}
        if minutes
        else _("%(seconds)d dtk") % {"seconds": rest}
    )


@register.filter
def in_time(found: Spread) -> str:
    """`83% dari 12`; a dash without cases."""
    if found.share is None:
        return "–"
    return _("%(percent)d%% dari %(n)d") % {"percent": round(100 * found.share), "n": found.n}
