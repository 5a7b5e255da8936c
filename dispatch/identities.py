"""Who is behind a socket: a session or a token, looked up in a thread, many at a time."""

from collections.abc import Iterable

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import close_old_connections
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from agencies import caches
from agencies.access import NOBODY, Actor
from agencies.models import User

Identity = tuple[str, str]
"""("session", session key) or ("token", key)."""


def _of_sessions(keys: Iterable[str]) -> dict[str, Actor]:
    """Actors of sessions that are in force: not expired, not logged out, password unchanged."""
    found: dict[str, str] = {}
    data = {}
    for session in Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now()):
        content = session.get_decoded()
        if SESSION_KEY in content and content.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS:
            found[session.session_key] = content[SESSION_KEY]
            data[session.session_key] = content.get(HASH_SESSION_KEY, "")
    users = {str(user.pk): user for user in User.objects.filter(pk__in=set(found.values()), is_active=True)}
    actors = {}
    for key, user_id in found.items():
        user = users.get(user_id)
        if user is not None and constant_time_compare(data[key], user.get_session_auth_hash()):
            actors[key] = caches.actor_of_user(user_id)
    return actors


def actors_of(identities: Iterable[Identity]) -> dict[Identity, Actor]:
    """The actors behind identities; NOBODY for those that are not in force any more."""
    close_old_connections()
    identities = set(identities)
    caches.reference()
    sessions = _of_sessions(key for kind, key in identities if kind == "session")
    return {
        (kind, key): sessions.get(key, NOBODY) if kind == "session" else caches.actor_of_token(key)
        for kind, key in identities
    }


actors_now = sync_to_async(actors_of, thread_sensitive=True)
