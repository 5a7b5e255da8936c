import time
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from agencies.apiview import ActorRequest, ApiView
from agencies.problems import NotVisible
from agencies.rest import body_of, wish_of
from agencies.rowlevel import sight
from dispatch import docs, presenters
from dispatch.api.incidents import replayed
from dispatch.lifecycle import ASSIGNMENT
from dispatch.pacing import Buckets
from dispatch.parsing import (
    read_diversion,
    read_position_list,
    read_step,
    read_support,
    read_support_answer,
    read_unit_status,
)
from dispatch.reading import Strict
from dispatch.recommending import recommended_units
from dispatch.services import assignments as services
from dispatch.services import diverting, pauses, support, units
from events import clock
from events.services import Answered

pace = Buckets(burst=120, per_second=2)
"""Requests with positions that one user may send: a phone sends one in ten seconds, an agency's relay one a second."""


class AssignmentActionView(ApiView):
    @extend_schema(**docs.ASSIGNMENT_ACTION)
    def post(self, request: ActorRequest, assignment_id: UUID, action: str) -> Response:
        if action not in ASSIGNMENT.transitions:
            raise NotVisible
        step = read_step(ASSIGNMENT, action, body_of(request))
        done = services.act(
            assignment_id=assignment_id, step_=step, actor=request.user, at=clock.now(), wish=wish_of(request)
        )
        return _assignment(request, done)


class AssignmentPauseView(ApiView):
    @extend_schema(**docs.PAUSE_CLOCKS)
    def post(self, request: ActorRequest, assignment_id: UUID) -> Response:
        read = Strict(body_of(request))
        reason = read.text("reason", required=True)
        read.finish({"reason"})
        done = pauses.pause_clocks(
            assignment_id=assignment_id, reason=reason, actor=request.user, at=clock.now(), wish=wish_of(request)
        )
        return _assignment(request, done)


class AssignmentResumeView(ApiView):
    @extend_schema(**docs.RESUME_CLOCKS)
    def post(self, request: ActorRequest, assignment_id: UUID) -> Response:
        Strict(body_of(request)).finish(set())
        done = pauses.resume_clocks(
            assignment_id=assignment_id, actor=request.user, at=clock.now(), wish=wish_of(request)
        )
        return _assignment(request, done)


def _assignment(request: ActorRequest, done: Answered) -> Response:
    with sight(request.user):
        body = presenters.assignment_answer(request.user, done.object_id, done.seq)
    return replayed(Response(body, status=done.status), done)


class AssignmentUnitsView(ApiView):
    @extend_schema(**docs.RECOMMENDED_UNITS)
    def get(self, request: ActorRequest, assignment_id: UUID) -> Response:
        return Response(recommended_units(request.user, assignment_id, clock.now()))


class UnitStatusView(ApiView):
    @extend_schema(**docs.UNIT_STATUS)
    def post(self, request: ActorRequest, unit_id: UUID) -> Response:
        tap = read_unit_status(body_of(request))
        done = units.set_status(unit_id=unit_id, tap=tap, actor=request.user, at=clock.now(), wish=wish_of(request))
        with sight(request.user):
            return replayed(Response(presenters.unit_answer(request.user, done.object_id)), done)


class UnitDivertView(ApiView):
    @extend_schema(**docs.DIVERT_UNIT)
    def post(self, request: ActorRequest, unit_id: UUID) -> Response:
        wanted = read_diversion(body_of(request))
        done = diverting.divert_unit(
            unit_id=unit_id, wanted=wanted, actor=request.user, at=clock.now(), wish=wish_of(request)
        )
        with sight(request.user):
            return replayed(Response(presenters.unit_answer(request.user, done.object_id)), done)


class AssignmentSupportView(ApiView):
    @extend_schema(**docs.REQUEST_SUPPORT)
    def post(self, request: ActorRequest, assignment_id: UUID) -> Response:
        done = support.request_support(
            assignment_id=assignment_id, ask=read_support(body_of(request)), actor=request.user, at=clock.now(),
            wish=wish_of(request),
        )  # fmt: skip
        return _assignment(request, done)


class SupportAnswerView(ApiView):
    @extend_schema(**docs.ANSWER_SUPPORT)
    def post(self, request: ActorRequest, request_id: UUID) -> Response:
        answer, note = read_support_answer(body_of(request))
        done = support.answer_support(
            request_id=request_id, answer=answer, note=note, actor=request.user, at=clock.now(),
            wish=wish_of(request),
        )  # fmt: skip
        return _assignment(request, done)


class UnitPositionsView(ApiView):
    @extend_schema(**docs.UNIT_POSITIONS)
    def post(self, request: ActorRequest) -> Response:
        if wait := pace.wait(request.user.id, time.monotonic()):
            raise Throttled(wait=wait)
        positions = read_position_list(request.data)
        kept = units.keep_positions(positions=positions, actor=request.user, at=clock.now())
        return Response({"kept": kept})
