from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from agencies.apiview import ActorRequest, ApiView
from agencies.problems import NotVisible
from agencies.rest import body_of, wish_of
from agencies.rowlevel import sight
from dispatch import docs, presenters
from dispatch.api.incidents import replayed
from dispatch.lifecycle import ASSIGNMENT
from dispatch.parsing import Strict, read_position_list, read_step, read_unit_status
from dispatch.services import assignments as services
from dispatch.services import pauses, units
from events.services import Answered


class AssignmentActionView(ApiView):
    @extend_schema(**docs.ASSIGNMENT_ACTION)
    def post(self, request: ActorRequest, assignment_id: UUID, action: str) -> Response:
        if action not in ASSIGNMENT.transitions:
            raise NotVisible
        step = read_step(ASSIGNMENT, action, body_of(request))
        done = services.act(
            assignment_id=assignment_id, step_=step, actor=request.user, at=timezone.now(), wish=wish_of(request)
        )
        return _assignment(request, done)


class AssignmentPauseView(ApiView):
    @extend_schema(**docs.PAUSE_CLOCKS)
    def post(self, request: ActorRequest, assignment_id: UUID) -> Response:
        read = Strict(body_of(request))
        reason = read.text("reason", required=True)
        read.finish({"reason"})
        done = pauses.pause_clocks(
            assignment_id=assignment_id, reason=reason, actor=request.user, at=timezone.now(), wish=wish_of(request)
        )
        return _assignment(request, done)


class AssignmentResumeView(ApiView):
    @extend_schema(**docs.RESUME_CLOCKS)
    def post(self, request: ActorRequest, assignment_id: UUID) -> Response:
        Strict(body_of(request)).finish(set())
        done = pauses.resume_clocks(
            assignment_id=assignment_id, actor=request.user, at=timezone.now(), wish=wish_of(request)
        )
        return _assignment(request, done)


def _assignment(request: ActorRequest, done: Answered) -> Response:
    with sight(request.user):
        body = presenters.assignment_answer(request.user, done.object_id, done.seq)
    return replayed(Response(body, status=done.status), done)


class UnitStatusView(ApiView):
    @extend_schema(**docs.UNIT_STATUS)
    def post(self, request: ActorRequest, unit_id: UUID) -> Response:
        status, assignment, occurred_at = read_unit_status(body_of(request))
        done = units.set_status(
            unit_id=unit_id, status=status, assignment_id=assignment, occurred_at=occurred_at, actor=request.user,
            at=timezone.now(), wish=wish_of(request),
        )  # fmt: skip
        with sight(request.user):
            return replayed(Response(presenters.unit_answer(request.user, done.object_id)), done)


class UnitPositionsView(ApiView):
    @extend_schema(**docs.UNIT_POSITIONS)
    def post(self, request: ActorRequest) -> Response:
        positions = read_position_list(request.data)
        kept = units.keep_positions(positions=positions, actor=request.user, at=timezone.now())
        return Response({"kept": kept})
