"""The base of every API view."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.rowlevel import sight


class ApiView(APIView):
    """One resource. Reads run inside the actor's sight; writes leave the transaction to their service."""

    reads_in_sight = True
    """False: the view opens the sight itself (one snapshot for several reads)."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "GET" and self.reads_in_sight:
            handler = self.get  # type: ignore[attr-defined]
            self.get = self._in_sight(handler)

    def _in_sight(self, handler: Any) -> Any:
        def reading(request: Request, *args: Any, **kwargs: Any) -> Response:
            with sight(request.user):
                return handler(request, *args, **kwargs)

        return reading
