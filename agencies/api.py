from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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
