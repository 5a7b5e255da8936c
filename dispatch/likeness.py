"""What may be one event, and what has been made one, as the API answers it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.access import Actor
from agencies.reference import RegionRef
from dispatch.radar import Similar
from dispatch.rows import local
from incidents import selectors as incidents
from incidents.bursts import RADIUS_M, WITHIN, Burst
from incidents.duplicates import Because, Match
from incidents.models import Incident, Text
from incidents.vault import Vault

_REASONS = {
    "distance": gettext_lazy("jarak %(metres)s m"),
    "same_area": gettext_lazy("wilayah sama"),
    "time": gettext_lazy("selisih %(minutes)s menit"),
    "same_subtype": gettext_lazy("kejadian sejenis"),
    "related_type": gettext_lazy("jenis berkaitan"),
    "same_number": gettext_lazy("nomor pelapor sama"),
    "ended": gettext_lazy("sudah berakhir"),
}
_MOST_MERGED = 200


def duplicates_answer(matches: Iterable[Match], region: RegionRef) -> list[dict[str, Any]]:
    """Incidents that may be the same event, best first, each with its reasons as codes, figures and words."""
    return [
        {
            "id": m.candidate.id,
            "number": m.candidate.number,
            "score": m.score,
            "reasons": [{"code": b.code, **b.params, "text": reason_text(b, region)} for b in m.reasons],
        }
        for m in matches
    ]


def reason_text(because: Because, region: RegionRef) -> str:
    """One reason in a few words."""
    params = because.params
    if because.code == "same_type":
        type_ = region.type_of(str(params["type"]))
        return _("jenis sama: %(type)s") % {"type": type_.name if type_ else params["type"]}
    if because.code == "words":
        return _("kata sama: %(words)s") % {"words": ", ".join(map(str, params["words"]))}  # type: ignore[call-overload]
    if because.code == "time" and params["minutes"] == 0:
        return _("baru saja")
    return str(_REASONS[because.code]) % params


def restricted_warnings(similar: Similar) -> list[dict[str, Any]]:
    """The one fixed line about a case that a call-taker may not see; it says neither what, where nor how many."""
    if not similar.restricted:
        return []
    return [{"field": "duplicates", "message": _("Kasus terbatas di dekat sini — hubungi supervisor.")}]


def bursts_answer(found: Iterable[Burst], region: RegionRef) -> list[dict[str, Any]]:
    """Where many have called within minutes."""
    return [
        {"lat": round(b.lat, 5), "lon": round(b.lon, 5), "calls": b.calls, "since": local(b.since, region.tz),
         "until": local(b.until, region.tz), "minutes": WITHIN.seconds // 60, "radius_m": round(RADIUS_M),
         "incidents": list(b.incidents)}
        for b in found
    ]  # fmt: skip


def merged_into(actor: Actor, incident: Incident) -> dict[str, str] | None:
    """The incident that this one is part of, for those who may see it."""
    if incident.merged_into_id is None:
        return None
    found = incidents.visible_to(actor).filter(id=incident.merged_into_id).values_list("number", flat=True).first()
    return {"id": str(incident.merged_into_id), "number": found} if found else None


def merged_here(actor: Actor, incident: Incident, region: RegionRef) -> list[dict[str, Any]]:
    """Everything that was merged into this incident, also over several steps: who called, from where, with what words.

    Inside the actor's sight; what the actor may not see is not there.
    """
    found: list[Incident] = []
    level = [incident.id]
    while level and len(found) < _MOST_MERGED:
        parts = list(incidents.visible_to(actor).filter(merged_into_id__in=level).order_by("created_at", "id"))
        found += parts
        level = [part.id for part in parts]
    return [_merged(part, region) for part in found]


def _merged(part: Incident, region: RegionRef) -> dict[str, Any]:
    vault = Vault.of(part)
    said = {t.kind: vault.read(t) for t in incidents.texts_of(part.id) if t.superseded_at is None}
    people = [(person, vault.read_identity(i) if i else ("", "")) for person, i in incidents.people_of(part.id)]
    return {
        "id": str(part.id),
        "number": part.number,
        "created_at": local(part.created_at, region.tz),
        "narrative": said.get(Text.Kind.NARRATIVE, ""),
        "location": {"lat": part.lat, "lon": part.lon, "text": said.get(Text.Kind.LOCATION, "")},
        "people": [
            {"role": person.role, "safe_to_call_back": person.safe_to_call_back, "name": name, "number": number}
            for person, (name, number) in people
        ],
    }
