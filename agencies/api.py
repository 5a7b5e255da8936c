from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.apiview import ActorRequest, ApiView
from agencies.problems import Malformed
from agencies.rest import body_of
from agencies.services import issue_token

_CREDENTIALS = inline_serializer(
    "Credentials",
    {
        "username": serializers.CharField(),
        "password": serializers.CharField(),
        "otp": serializers.CharField(required=False),
    },
)


class TokenView(APIView):
    """A token for programs and phones."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="issue_token",
        summary="Token untuk program",
        request={"application/json": _CREDENTIALS},
        responses={200: inline_serializer("Token", {"token": serializers.CharField()})},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        body = body_of(request)
        username, password = body.get("username"), body.get("password")
        if not isinstance(username, str) or not isinstance(password, str) or not username or not password:
            raise Malformed(errors=[{"field": "username", "message": "wajib diisi"}])
        key = issue_token(username=username, password=password, request=request._request, at=timezone.now())
        return Response({"token": key})


_SIGNED_IN = inline_serializer(
    "SignedIn",
    {
        "user": inline_serializer("SignedInUser", {"id": serializers.CharField(), "label": serializers.CharField()}),
        "csrf": serializers.CharField(),
    },
)


class SessionView(ApiView):
    """Who is signed in on this browser, and a token for their writes: asked before kept reports are sent."""

    reads_in_sight = False

    @extend_schema(operation_id="get_session", summary="Siapa yang masuk", responses={200: _SIGNED_IN})
    def get(self, request: ActorRequest) -> Response:
        actor = request.user
        answer = {"user": {"id": actor.id, "label": actor.label}, "csrf": get_token(request._request)}
        return Response(answer, headers={"Cache-Control": "no-store"})
