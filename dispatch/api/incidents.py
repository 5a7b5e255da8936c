from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from agencies.access import Actor
from agencies.apiview import ActorRequest, ApiView
from agencies.problems import Malformed, NotVisible
from agencies.rest import allow, body_of, cleaned_fields, wish_of
from agencies.rowlevel import sight
from dispatch import docs, likeness, placing, presenters, radar, timetravel
from dispatch.api.pages import page_of
from dispatch.hazards import hazard_warnings
from dispatch.locating import location_warnings
from dispatch.parsing import read_change, read_moment, read_report, region_code
from dispatch.reading import Strict
from dispatch.reports import Report
from dispatch.selectors import region_or_404
from dispatch.services import attachments, checklists, deliveries, detaching, reports
from dispatch.services import incidents as services
from events import clock
from events.services import Answered
from incidents.lifecycle import INCIDENT, SOURCES


def answer(request: ActorRequest, done: Answered, warnings: Any = ()) -> Response:
    """Render what a write made, for this user; a replay says so."""
    actor: Actor = request.user
    with sight(actor):
        body = presenters.incident_answer(actor, done.object_id, done.seq, detail=False)
    body["warnings"] = [*cleaned_fields(request), *warnings]
    return replayed(Response(body, status=done.status), done)


def replayed(response: Response, done: Answered) -> Response:
    if done.replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def read_report_for(request: ActorRequest) -> tuple[Report, Any, list[dict[str, str]]]:
    """The report in the body, its region, and what was set aside."""
    body = body_of(request)
    region = reports.region_of(region_code(body))
    allow(request.user, "incident.create", region.code)
    report, warnings = read_report(body, region.types)
    return report, region, warnings


class IncidentsView(ApiView):
    @extend_schema(**docs.LIST_INCIDENTS)
    def get(self, request: ActorRequest) -> Response:
        return Response(page_of(request))

    @extend_schema(**docs.CREATE_INCIDENT)
    def post(self, request: ActorRequest) -> Response:
        report, _, warnings = read_report_for(request)
        at = clock.now()
        done, draft = reports.log_report(report=report, actor=request.user, at=at, wish=wish_of(request))
        if draft is None:
            return answer(request, done, warnings)
        warnings += location_warnings(draft.decision.located)
        if report.occurred_at and report.occurred_at > draft.incident.occurred_at:
            warnings.append({"field": "occurred_at", "message": "di depan jam server; disetel mundur"})
        if draft.call_set_aside:
            warnings.append({"field": "call", "message": "tidak dikenal atau sudah terhubung; diabaikan"})
        similar = radar.similar_to_saved(
            report, draft.decision, draft.region, actor=request.user, at=at, incident_id=draft.incident.id
        )
        warnings += likeness.restricted_warnings(similar)
        body = presenters.created_answer(draft, done.seq, similar) | {"warnings": [*cleaned_fields(request), *warnings]}
        return Response(body, status=done.status)


class IncidentView(ApiView):
    @extend_schema(**docs.GET_INCIDENT)
    def get(self, request: ActorRequest, incident_id: UUID) -> Response:
        at = read_moment(request.query_params.get("at"), clock.now())
        if at is None:
            answer = presenters.incident_answer(request.user, incident_id)
        else:
            answer = timetravel.incident_at(request.user, incident_id, at)
        allow(request.user, "incident.list", answer["region"])  # the wall has its board and no more
        return Response(answer)


class IncidentActionView(ApiView):
    @extend_schema(**docs.INCIDENT_ACTION)
    def post(self, request: ActorRequest, incident_id: UUID, action: str) -> Response:
        if action not in INCIDENT.transitions:
            raise NotVisible
        change = read_change(action, body_of(request))
        done = services.change(
            incident_id=incident_id, change_=change, actor=request.user, at=clock.now(), wish=wish_of(request)
        )
        return answer(request, done)


class IncidentCallsView(ApiView):
    @extend_schema(**docs.ADD_CALLER)
    def post(self, request: ActorRequest, incident_id: UUID) -> Response:
        body = body_of(request)
        report, warnings = read_report({"region": "-", **body}, ())
        done = services.add_caller(
            incident_id=incident_id, report=report, actor=request.user, at=clock.now(), wish=wish_of(request)
        )
        return answer(request, done, warnings)


class IncidentDetachView(ApiView):
    @extend_schema(**docs.DETACH_CALLER)
    def post(self, request: ActorRequest, incident_id: UUID, caller_id: UUID) -> Response:
        read = Strict(body_of(request))
        new_incident, reason = read.flag("new_incident", default=True), read.text("reason")
        read.finish({"new_incident", "reason"})
        wanted = detaching.Detachment(incident_id, caller_id, new_incident, reason)
        done = detaching.detach_caller(wanted=wanted, actor=request.user, at=clock.now(), wish=wish_of(request))
        return answer(request, done)


class IncidentNotesView(ApiView):
    @extend_schema(**docs.ADD_NOTE)
    def post(self, request: ActorRequest, incident_id: UUID) -> Response:
        read = Strict(body_of(request))
        words, when = read.text("text", required=True), read.time("occurred_at")
        source = read.one_of("source", SOURCES) or "live"
        read.finish({"text", "occurred_at", "source"})
        done = services.add_note(
            incident_id=incident_id, words=words, actor=request.user, at=clock.now(), wish=wish_of(request),
            occurred_at=when, source=source,
        )  # fmt: skip
        return answer(request, done)


class IncidentSeenView(ApiView):
    @extend_schema(**docs.SEEN)
    def post(self, request: ActorRequest, incident_id: UUID) -> Response:
        """The agency's desk has the case open."""
        read = deliveries.mark_read(incident_id=incident_id, actor=request.user, at=clock.now())
        return Response({"read": read})


class IncidentChecklistView(ApiView):
    @extend_schema(**docs.TICK_STEP)
    def post(self, request: ActorRequest, incident_id: UUID) -> Response:
        read = Strict(body_of(request))
        procedure, step = read.text("procedure", required=True), read.integer("step", required=True)
        done, when = read.flag("done", default=True), read.time("occurred_at")
        source = read.one_of("source", SOURCES) or "live"
        read.finish({"procedure", "step", "done", "occurred_at", "source"})
        done_ = checklists.tick_step(
            incident_id=incident_id, procedure_id=procedure, step=step, done=done, actor=request.user,
            at=clock.now(), wish=wish_of(request), occurred_at=when, source=source,
        )  # fmt: skip
        return answer(request, done_)


class HandoversView(ApiView):
    @extend_schema(**docs.HANDOVERS)
    def get(self, request: ActorRequest) -> Response:
        region = region_or_404(request.query_params.get("region", ""))
        allow(request.user, "incident.accept", region.code)
        return Response({"results": presenters.handovers_answer(request.user, region)})


class ClassifyView(ApiView):
    @extend_schema(**docs.CLASSIFY)
    def post(self, request: ActorRequest) -> Response:
        report, region, warnings = read_report_for(request)
        at = clock.now()
        decision = reports.preview(report, region=region, at=at)
        similar = radar.similar_to_report(report, decision, region, actor=request.user, at=at)
        body = presenters.preview_answer(report, decision, region, similar)
        around = hazard_warnings(region, decision.located.lat, decision.located.lon, at)
        body["warnings"] += [*around, *cleaned_fields(request), *warnings]
        return Response(body)


class PlacesView(ApiView):
    @extend_schema(**docs.PLACES)
    def get(self, request: ActorRequest) -> Response:
        code = request.query_params.get("region", "")
        if not code:
            raise Malformed(errors=[{"field": "region", "message": "required"}])
        region = reports.region_of(code)
        allow(request.user, "place.search", region.code)
        return Response(placing.places_answer(region, request.query_params.get("q", "")))


class IncidentAttachmentsView(ApiView):
    parser_classes = (MultiPartParser,)

    @extend_schema(**docs.ADD_ATTACHMENT)
    def post(self, request: ActorRequest, incident_id: UUID) -> Response:
        upload = request.FILES.get("file")
        if upload is None:
            raise Malformed(errors=[{"field": "file", "message": "wajib diisi"}])
        done = attachments.add_attachment(incident_id=incident_id, upload=upload, actor=request.user, at=clock.now())
        return answer(request, done)


class IncidentAttachmentView(ApiView):
    reads_in_sight = False  # opening is a write of its own: it is recorded

    @extend_schema(**docs.GET_ATTACHMENT)
    def get(self, request: ActorRequest, incident_id: UUID, attachment_id: UUID) -> HttpResponseBase:
        opened = attachments.open_attachment(
            incident_id=incident_id, attachment_id=attachment_id, actor=request.user, at=clock.now()
        )
        row = opened.row
        response = StreamingHttpResponse(opened.parts, content_type=row.media_type)
        shown = row.media_type.startswith("image/")
        response["Content-Disposition"] = content_disposition_header(not shown, row.name or str(row.id)) or "inline"
        response["Content-Length"] = str(row.size)
        response["Cache-Control"] = "private, no-store"
        return response
