"""The base of every API view."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.access import Actor
from agencies.rowlevel import sight


class ActorRequest(Request):
    """A request after authentication: its user is an Actor."""

    user: Actor  # type: ignore[assignment]
    cleaned: list[dict[str, str]]


class OneRenderer(DefaultContentNegotiation):
    """The API speaks JSON, whatever a client says that it likes to read: no report is refused for its Accept."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """One resource. Reads run inside the actor's sight; writes leave the transaction to their service."""

    content_negotiation_class = OneRenderer
    reads_in_sight = True
    """False: the view opens the sight itself (one snapshot for several reads)."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        handler = getattr(self, "get", None)  # a view that only takes writes has none: 405
        if request.method == "GET" and self.reads_in_sight and handler is not None:
            self.get = self._in_sight(handler)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Names the key that the write was done with: no proxy and no error page between can say that."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if key := getattr(request, "kept_key", ""):
            answer["Idempotency-Key"] = key
        return answer

    def _in_sight(self, handler: Any) -> Any:
        def reading(request: ActorRequest, *args: Any, **kwargs: Any) -> Response:
            with sight(request.user):
                return handler(request, *args, **kwargs)

        return reading
