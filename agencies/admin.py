"""Django's admin for superusers: everything about people, and configuration that the pages under /kelola/ do not edit.

Registered by hand from apps.py: autodiscovery would import leaflet.admin, which needs GDAL. Published configuration is
for looking only: its versions are made by agencies.publishing. Nothing is deleted here.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import caches
from agencies.configuring import ACCESS, PLACES, REFERENCE, bump, config_fact, jsonable
from agencies.models import (
    Agency,
    Agreement,
    Area,
    IncidentType,
    Membership,
    Place,
    Procedure,
    Region,
    RunCard,
    RunCardLine,
    SubtypeMapping,
    Target,
    Unit,
    User,
)
from events import services as events

admin.site.unregister(Group)  # rights stand in memberships only; UserAdmin's module brings the groups along

SECRET_FIELDS = frozenset({"password", "phone"})
"""Changed values that stay out of the log."""


class RecordedAdmin(admin.ModelAdmin):
    """Every change is an audit entry and reaches all processes. Rows end (`ended_at`), they are not deleted."""

    version_name = REFERENCE
    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """In the admin's own transaction: `agencies.writing` insists on opening one itself."""
        before = {name: form.initial.get(name) for name in form.changed_data} if change else {}
        super().save_model(request, obj, form, change)
        after = {name: form.cleaned_data.get(name) for name in form.changed_data if name in form.cleaned_data}
        thing = f"{obj._meta.verbose_name} {obj}"
        fact = config_fact("admin.changed", _region_of(obj), _told(thing, before), _told(thing, after))
        actor = caches.actor_of_user(str(request.user.pk))
        events.record([fact], actor_id=actor.id, actor_label=actor.label, at=timezone.now())
        bump(self.version_name)


def _told(thing: str, values: dict[str, Any]) -> dict[str, Any]:
    kept = {name: "…" if name.startswith(tuple(SECRET_FIELDS)) else value for name, value in values.items()}
    return {"row": thing, **jsonable(kept)}


def _region_of(obj: Any) -> str:
    if isinstance(obj, Region):
        return obj.code
    if isinstance(obj, Unit):
        return obj.agency.region_id
    return getattr(obj, "region_id", None) or ""


class LookOnlyAdmin(admin.ModelAdmin):
    """Published configuration: superseded by the pages of the region, never changed in place."""

    list_per_page = 50
    show_full_result_count = False
    list_filter = ("region", "origin")
    ordering = ("region", "key", "-version")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Region)
class RegionAdmin(RecordedAdmin):
    list_display = ("code", "name", "kind", "stage", "zone", "has_pack")
    list_filter = ("kind", "stage", "has_pack")
    search_fields = ("code", "name")
    raw_id_fields = ("parent", "served_by")
    readonly_fields = ("code", "has_pack")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Agency)
class AgencyAdmin(RecordedAdmin):
    list_display = ("code", "name", "region", "kind", "needs_agreement", "ended_at")
    list_filter = ("kind", "needs_agreement")
    search_fields = ("code", "name")
    raw_id_fields = ("region",)


@admin.register(Unit)
class UnitAdmin(RecordedAdmin):
    list_display = ("code", "name", "agency", "kind", "ended_at")
    search_fields = ("code", "name")
    raw_id_fields = ("agency",)
    readonly_fields = ("status", "status_at", "lat", "lon", "position_at", "version")


@admin.register(IncidentType)
class IncidentTypeAdmin(RecordedAdmin):
    list_display = ("code", "name", "base", "region", "confidential", "ended_at")
    raw_id_fields = ("region",)


@admin.register(SubtypeMapping)
class SubtypeMappingAdmin(RecordedAdmin):
    list_display = ("subtype", "type", "region", "ended_at")
    raw_id_fields = ("region",)


@admin.register(Area)
class AreaAdmin(RecordedAdmin):
    list_display = ("code", "name", "level", "region")
    search_fields = ("code", "name")
    raw_id_fields = ("region", "parent")


@admin.register(Place)
class PlaceAdmin(RecordedAdmin):
    version_name = PLACES
    list_display = ("label", "kind", "region", "ended_at")
    search_fields = ("label",)
    raw_id_fields = ("region", "area")


@admin.register(Membership)
class MembershipAdmin(RecordedAdmin):
    version_name = ACCESS
    list_display = ("user", "role", "region", "agency", "from_at", "until_at")
    list_filter = ("role",)
    search_fields = ("user__username",)
    raw_id_fields = ("user", "region", "agency")


@admin.register(User)
class PersonAdmin(RecordedAdmin, UserAdmin):
    version_name = ACCESS
    list_display = ("username", "display_name", "is_active", "is_superuser", "is_demo", "last_login")
    list_filter = ("is_active", "is_superuser", "is_demo")
    search_fields = ("username", "display_name")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Orang"), {"fields": ("display_name", "phone", "email")}),
        (_("Hak"), {"fields": ("is_active", "is_staff", "is_superuser", "is_demo")}),
        (_("Waktu"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")


class RunCardLineInline(admin.TabularInline):
    model = RunCardLine
    extra = 0
    can_delete = False


@admin.register(RunCard)
class RunCardAdmin(LookOnlyAdmin):
    list_display = ("key", "version", "region", "published_at", "published_by", "ended_at")
    inlines = (RunCardLineInline,)


@admin.register(Agreement)
class AgreementAdmin(LookOnlyAdmin):
    list_display = ("key", "version", "region", "signed_on", "valid_from", "valid_until", "ended_at")


@admin.register(Target)
class TargetAdmin(LookOnlyAdmin):
    list_display = ("key", "version", "region", "seconds", "published_at", "ended_at")


@admin.register(Procedure)
class ProcedureAdmin(LookOnlyAdmin):
    list_display = ("key", "version", "region", "title", "published_at", "ended_at")
