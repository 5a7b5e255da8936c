"""Gives every page request its actor."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from agencies import caches
from agencies.access import NOBODY, Actor


def _actor_of(request: HttpRequest) -> Actor:
    user = request.user
    return caches.actor_of_user(str(user.pk)) if user.is_authenticated else NOBODY


class ActorMiddleware:
    """`request.actor`: looked up when first used, after the session middleware has run."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)
