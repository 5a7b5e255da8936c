from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from agencies.apiview import ActorRequest, ApiView
from agencies.problems import NotVisible
from agencies.rest import allow, body_of, cleaned_fields, wish_of
from agencies.rowlevel import sight
from dispatch import docs
from dispatch.api.incidents import replayed
from dispatch.callerhistory import history_answer
from dispatch.parsing import read_call, read_disposition, read_occurred_at, region_code
from dispatch.selectors import region_or_404
from dispatch.services import calls as services
from dispatch.services.calls import linked_incident
from dispatch.services.facts import call_row
from dispatch.services.reports import region_of
from events import clock
from events.services import Answered
from incidents import selectors as incidents


def call_answer(request: ActorRequest, call_id: UUID) -> dict[str, Any]:
    """A call as the contract gives it. Raises NotVisible."""
    call = incidents.calls_visible_to(request.user).filter(id=call_id).first()
    if call is None:
        raise NotVisible
    return call_row(call, region_or_404(call.region_id), linked_incident(call))


def answer(request: ActorRequest, done: Answered, warnings: Any = ()) -> Response:
    with sight(request.user):
        body = call_answer(request, done.object_id)
    extra = [*cleaned_fields(request), *warnings]
    return replayed(Response(body | ({"warnings": extra} if extra else {}), status=done.status), done)


class CallsView(ApiView):
    @extend_schema(**docs.OFFER_CALL)
    def post(self, request: ActorRequest) -> Response:
        body = body_of(request)
        region = region_of(region_code(body))
        allow(request.user, "call.offer", region.code)
        offered, warnings = read_call(body)
        done = services.offer_call(
            offered=offered, region=region, actor=request.user, at=clock.now(), wish=wish_of(request)
        )
        return answer(request, done, warnings)


class CallView(ApiView):
    @extend_schema(**docs.GET_CALL)
    def get(self, request: ActorRequest, call_id: UUID) -> Response:
        return Response(call_answer(request, call_id))


class CallHistoryView(ApiView):
    @extend_schema(**docs.CALL_HISTORY)
    def get(self, request: ActorRequest, call_id: UUID) -> Response:
        call = incidents.calls_visible_to(request.user).filter(id=call_id).first()
        if call is None:
            raise NotVisible
        region = region_or_404(call.region_id)
        allow(request.user, "call.answer", region.code)
        return Response(history_answer(request.user, call, region, at=clock.now()))


class AnswerCallView(ApiView):
    @extend_schema(**docs.ANSWER_CALL)
    def post(self, request: ActorRequest, call_id: UUID) -> Response:
        when = read_occurred_at(body_of(request))
        return answer(request, services.answer_call(
            call_id=call_id, actor=request.user, at=clock.now(), occurred_at=when, wish=wish_of(request)
        ))  # fmt: skip


class EndCallView(ApiView):
    @extend_schema(**docs.END_CALL)
    def post(self, request: ActorRequest, call_id: UUID) -> Response:
        when = read_occurred_at(body_of(request))
        return answer(request, services.end_call(
            call_id=call_id, actor=request.user, at=clock.now(), occurred_at=when, wish=wish_of(request)
        ))  # fmt: skip


class DisposeCallView(ApiView):
    @extend_schema(**docs.DISPOSE_CALL)
    def post(self, request: ActorRequest, call_id: UUID) -> Response:
        disposition, note = read_disposition(body_of(request))
        return answer(request, services.dispose_call(
            call_id=call_id, disposition=disposition, note=note, actor=request.user, at=clock.now(),
            wish=wish_of(request),
        ))  # fmt: skip
