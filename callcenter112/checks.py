"""System checks: what is configured wrongly, and what to do about it.

`manage.py check` looks at the settings, `--deploy` adds what matters once others are served, `--database default` asks
the server; `migrate` asks it too. The `migrate` service of docker-compose.yml runs all of them before anything serves.
"""

import ipaddress
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from py_vapid import Vapid02

from agencies.demo import has_demo_users

FIELD_KEY_BYTES = 32
"""AES-256 (incidents/sealing.py)."""
LOWEST_POSTGRESQL = 15
"""What Debian 12 has; nothing older is tried."""
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
NEW_SECRET_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
NEW_FIELD_KEY = "python3 -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())'"


# --- Wrong everywhere -----------------------------------------------------------------------------------------------
@register(Tags.security)
def check_field_key(**_: Any) -> list[CheckMessage]:
    """FIELD_KEY has the size of the cipher's key."""
    size = len(settings.FIELD_KEY)
    if size == FIELD_KEY_BYTES:
        return []
    return [
        Error(
            f"FIELD_KEY holds {size} bytes, not {FIELD_KEY_BYTES}: confidential texts could not be sealed.",
            hint=f"It is base64 of {FIELD_KEY_BYTES} bytes. Is it cut off? A new installation makes one with:"
            f" {NEW_FIELD_KEY}",
            id="siaga.E001",
        )
    ]


@register(Tags.security)
def check_vapid_key(**_: Any) -> list[CheckMessage]:
    """VAPID_PRIVATE_KEY is a key of P-256, or left out."""
    if not settings.VAPID_PRIVATE_KEY:
        return []
    try:
        Vapid02.from_raw(settings.VAPID_PRIVATE_KEY.encode())
    except ValueError:  # binascii.Error is one, too
        return [
            Error(
                "VAPID_PRIVATE_KEY is not a P-256 key: no telephone could be told of a task by push.",
                hint="It is base64url of 32 bytes. Is it cut off? Leave it out, or make one as docs/deploying.md says;"
                " a new key ends every subscription.",
                id="siaga.E010",
            )
        ]
    return []


@register(Tags.compatibility)
def check_ports(**_: Any) -> list[CheckMessage]:
    """Pages and sockets are two servers."""
    if settings.PORT != settings.LIVE_PORT:
        return []
    return [
        Error(
            f"PORT and LIVE_PORT are both {settings.PORT}.",
            hint="Two servers cannot share one port: leave LIVE_PORT out (then it is PORT + 1), or choose another.",
            id="siaga.E002",
        )
    ]


@register(Tags.compatibility)
def check_tile_url(**_: Any) -> list[CheckMessage]:
    """The tile server can be asked for a tile."""
    url = settings.TILE_URL
    if not url or (url.startswith(("http://", "https://")) and all(part in url for part in ("{z}", "{x}", "{y}"))):
        return []
    return [
        Error(
            f"TILE_URL is no address of tiles: {url!r}.",
            hint="It looks like https://host/{z}/{x}/{y}.png. Leave it empty to show the borders that come along.",
            id="siaga.E011",
        )
    ]


@register(Tags.compatibility)
def check_pool(**_: Any) -> list[CheckMessage]:
    """The pool is for granian, which runs no system checks: who sees this is something else."""
    if "pool" not in settings.DATABASES["default"].get("OPTIONS", {}):
        return []
    return [
        Warning(
            "DB_POOL is on in a process that is not web.",
            hint="Set DB_POOL=1 for granian only. Commands, relay, workers and live need one connection each;"
            " a pool opens more, and must not be open before a fork.",
            id="siaga.W001",
        )
    ]


# --- Wrong once others are served -----------------------------------------------------------------------------------
@register(Tags.security, deploy=True)
def check_secrets(**_: Any) -> list[CheckMessage]:
    """Nobody is served with keys that stand in the source."""
    found: list[CheckMessage] = []
    if settings.SECRET_KEY == settings.INSECURE_SECRET:
        found.append(
            Error(
                "SECRET_KEY is the placeholder that everybody can read: signatures could be forged.",
                hint=f"Set SECRET_KEY, or DATA_DIR to the directory with secret.key. Make one with: {NEW_SECRET_KEY}",
                id="siaga.E003",
            )
        )
    if settings.FIELD_KEY == settings.INSECURE_FIELD_KEY:
        found.append(
            Error(
                "FIELD_KEY is the placeholder that everybody can read: confidential texts would lie open.",
                hint=f"Set FIELD_KEY, or DATA_DIR to the directory with field.key. Make one with: {NEW_FIELD_KEY}",
                id="siaga.E004",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_hosts(**_: Any) -> list[CheckMessage]:
    """ALLOWED_HOSTS also says which pages may open a socket with the cookie."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS allows every name: any page on the web could open a socket with an operator's cookie.",
            hint="Name the host that people type, for example ALLOWED_HOSTS=112.example.go.id.",
            id="siaga.E005",
        )
    ]


@register(Tags.compatibility, deploy=True)
def check_address(**_: Any) -> list[CheckMessage]:
    """Commands find or start a database by themselves (embedded/session.py); servers are told."""
    if settings.DATABASE_URL != settings.NO_DATABASE:
        return []
    return [
        Error(
            "DATABASE_URL is not set.",
            hint="Set DATABASE_URL=postgres://siaga:PASSWORD@HOST:5432/siaga, or start everything with `manage.py up`.",
            id="siaga.E006",
        )
    ]


def refuse_to_serve() -> None:
    """For servers, which run no checks by themselves: raises ImproperlyConfigured instead of serving with bad keys or
    without a database."""
    if found := [*check_secrets(), *check_field_key(), *check_address()]:
        raise ImproperlyConfigured(" ".join(f"{message.msg} {message.hint}" for message in found))


# --- Wrong on the database server -----------------------------------------------------------------------------------
class Server(NamedTuple):
    """What the server says about itself and about the role that we are."""

    version: int
    role: str
    is_superuser: bool
    bypasses_policies: bool
    off: tuple[str, ...]
    """Which of DURABLE are off."""


_ASK = """
SELECT current_setting('server_version_num')::int / 10000, current_user,
       bool_or(rolsuper), bool_or(rolbypassrls),
       ARRAY(SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = 'off' ORDER BY name)
FROM pg_roles WHERE rolname IN (current_user, session_user)
"""


def ask(alias: str) -> Server:
    """Raises DatabaseError when the server does not answer."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_ASK, [list(DURABLE)])
        version, role, is_superuser, bypasses_policies, off = cursor.fetchone()
    return Server(version, role, is_superuser, bypasses_policies, tuple(off))


@register(Tags.database)
def check_database(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Ask each server that is checked (`migrate`, `check --database`). Raises DatabaseError when one is silent."""
    return [message for alias in databases or () for message in judge(ask(alias))]


def judge(server: Server) -> list[CheckMessage]:
    """What is wrong with a server that answered. Pure but for SIAGA_TEST: test servers may lose data."""
    found: list[CheckMessage] = []
    if server.version < LOWEST_POSTGRESQL:
        found.append(
            Error(
                f"PostgreSQL {server.version} is too old.",
                hint=f"Use PostgreSQL {LOWEST_POSTGRESQL} or later.",
                id="siaga.E007",
            )
        )
    if server.is_superuser or server.bypasses_policies:
        right = "is a superuser" if server.is_superuser else "has BYPASSRLS"
        found.append(
            Error(
                f'The database role "{server.role}" {right}: row level policies do not hold for it.',
                hint="Connect as a role of its own that owns the database:"
                " CREATE ROLE siaga LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '…'; ALTER DATABASE siaga OWNER TO siaga;",
                id="siaga.E008",
            )
        )
    if server.off and not settings.SIAGA_TEST:
        found.append(
            Warning(
                f"PostgreSQL runs with {', '.join(server.off)} off: a power cut can lose acknowledged reports.",
                hint="Remove these lines from postgresql.conf (they are on by default) and restart the server.",
                id="siaga.W002",
            )
        )
    return found


@register(Tags.database)
def check_demo_users(
    *, databases: Sequence[str] | None = None, exist: Callable[[], bool] = has_demo_users, **_: Any
) -> list[CheckMessage]:
    """Accounts with a public password never meet a network."""
    if not databases or is_loopback(settings.ADDRESS) or not _known(exist):
        return []
    return [
        Error(
            f"There are demo users, whose password everybody knows, and ADDRESS {settings.ADDRESS} is reachable.",
            hint="Use a fresh database without --demo, or deactivate the users with is_demo in the admin pages.",
            id="siaga.E009",
        )
    ]


def _known(exist: Callable[[], bool]) -> bool:
    """False too when there is no table yet, or no server (another check says so)."""
    try:
        return exist()
    except DatabaseError:
        return False


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches `address`. A name other than localhost counts as reachable."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
