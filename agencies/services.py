"""Signing in by programs; and the one address of the services that change configuration."""

import secrets
from datetime import datetime

from django.contrib.auth import authenticate
from django.http import HttpRequest

from agencies.configuring import bump, config_fact
from agencies.ids import token_digest
from agencies.models import ApiToken, User
from agencies.organising import set_command_authority
from agencies.problems import NotSignedIn
from agencies.publishing import sign_agreement

__all__ = ["bump", "config_fact", "issue_token", "set_command_authority", "sign_agreement"]


def issue_token(*, username: str, password: str, request: HttpRequest, at: datetime) -> str:
    """A new API token for good credentials. Raises NotSignedIn; too many tries lock (user, address) for a while."""
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise NotSignedIn("Nama pengguna atau kata sandi salah, atau terlalu banyak percobaan.")
    key = secrets.token_urlsafe(32)
    ApiToken.objects.create(key_sha256=token_digest(key), user=user, created_at=at)
    return key
