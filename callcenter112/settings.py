"""All settings, in one file. Everything that differs between machines comes from the environment.

`manage.py up` (embedded PostgreSQL and Valkey) and docker-compose.yml set the same variables, so that the same code
runs on both. What each variable means stands in the README under "Settings".
"""

import base64
import os
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.http import HttpRequest

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _secret(name: str, filename: str, placeholder: str) -> str:
    """A secret from the environment, else from the data directory (made by `up`), else a placeholder that
    `callcenter112.checks` refuses to serve with."""
    if value := env.str(name, default=""):
        return value
    path = DATA_DIR / filename
    return path.read_text().strip() if path.is_file() else placeholder


def _decoded(text: str) -> bytes:
    """Bytes of base64 text; empty when it is none, so that `check` can say so instead of an import error."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


DATA_DIR = Path(env.str("DATA_DIR", default="var")).absolute()
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("SIAGA_DEMO", default=False)
ADDRESS = env.str("ADDRESS", default="127.0.0.1")
PORT = env.int("PORT", default=8112)
LIVE_PORT = env.int("LIVE_PORT", default=PORT + 1)
LIVE_SAME_ORIGIN = env.bool("LIVE_SAME_ORIGIN", default=False)
"""True behind a reverse proxy that serves pages and sockets on one origin (docker-compose.yml)."""
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
"""True when nothing but a proxy of ours reaches this process: it overwrites X-Forwarded-Proto and X-Real-IP."""


def _real_address(request: HttpRequest) -> str | None:
    return request.META.get("HTTP_X_REAL_IP") or request.META.get("REMOTE_ADDR")


INSECURE_SECRET = "insecure-only-for-commands-that-serve-nobody"
SECRET_KEY = _secret("SECRET_KEY", "secret.key", INSECURE_SECRET)
INSECURE_FIELD_KEY = b"0" * 32
FIELD_KEY = _decoded(_secret("FIELD_KEY", "field.key", base64.b64encode(INSECURE_FIELD_KEY).decode()))
"""32 bytes that wrap the key of every confidential case (docs/decisions/0006). Losing it loses those texts."""

VAPID_PRIVATE_KEY = _secret("VAPID_PRIVATE_KEY", "vapid.key", "")
"""Our name before push services (RFC 8292): a P-256 key, its 32 bytes in base64url; empty: no pushes. A new one ends
every subscription."""

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", ADDRESS])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "callcenter112",
    "reporting",
    "dispatch",
    "incidents",
    "agencies",
    "events",
    "django.contrib.admin.apps.SimpleAdminConfig",  # not autodiscover: it imports leaflet.admin, which needs GDAL
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "channels",
    "leaflet",
    "django_htmx",
    "csp",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "agencies.middleware.ActorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "agencies.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "callcenter112.urls"
WSGI_APPLICATION = "callcenter112.wsgi.application"
ASGI_APPLICATION = "callcenter112.asgi.application"
AUTH_USER_MODEL = "agencies.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- PostgreSQL: the only truth -------------------------------------------------------------------------------------
NO_DATABASE = "postgres://siaga@/siaga?host=/nonexistent"
DATABASE_URL = env.str("DATABASE_URL", default=NO_DATABASE)
WEB_THREADS = env.int("WEB_THREADS", default=4)
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=10_000)


def _database(url: str) -> dict:
    """Django's settings for a `postgres://user:password@host:port/name?host=/socket/dir` address."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict = {
        "connect_timeout": 5,
        "prepare_threshold": 1_000_000,  # None would forbid what events.bulk.prepared asks for
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=2000"
        " -c idle_in_transaction_session_timeout=10000",
    }
    if "sslmode" in query:
        options["sslmode"] = query["sslmode"]
    pooled = env.bool("DB_POOL", default=False)
    if pooled:  # only in web, opened after the fork: threads + 2, never waits long
        options["pool"] = {"min_size": 2, "max_size": WEB_THREADS + 2, "timeout": 2}
    return {
        "ENGINE": "callcenter112.postgres",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
        "ATOMIC_REQUESTS": False,  # the service owns its transaction
        "CONN_HEALTH_CHECKS": not pooled,  # the engine looks at pooled connections itself
        "OPTIONS": options,
    }


DATABASES = {"default": _database(DATABASE_URL)}

# --- Valkey: doorbells and chores, may be empty, frozen or gone at any moment ---------------------------------------
VALKEY_URL = env.str("VALKEY_URL", default="unix:///nonexistent/valkey.sock?db=0")
_VALKEY_TIMEOUTS = {"socket_timeout": 15, "socket_connect_timeout": 2}
CHANNEL_LAYERS = {
    "default": {
        # pubsub, not core: core drops silently at 100 queued messages and forgets members after 24 h
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": VALKEY_URL, **_VALKEY_TIMEOUTS}]},
    }
}


def _broker(url: str) -> str:
    """Celery spells a socket's address redis+socket://PATH?virtual_host=DB, and the other one redis://HOST:PORT/DB."""
    if url.startswith("unix://"):
        return url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    address, _, number = url.partition("?db=")
    return f"{address.rstrip('/')}/{number}" if number else url


CELERY_BROKER_URL = _broker(VALKEY_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 15,
    "socket_connect_timeout": 2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "chores"
CELERY_TASK_ROUTES = {
    "dispatch.tasks.sweep_deadlines": {"queue": "sweeps"},
    # a queue of its own: whoever hangs at the other end holds up neither sweeps nor chores
    "dispatch.tasks.find_deliveries": {"queue": "notify"},
    "dispatch.tasks.send_delivery": {"queue": "notify"},
}
CELERY_BEAT_SCHEDULE = {
    # expires after one interval: a backlog of sweeps helps nobody, the next one finds the same rows
    "sweep-deadlines": {"task": "dispatch.tasks.sweep_deadlines", "schedule": 1.0, "options": {"expires": 1}},
    "find-deliveries": {"task": "dispatch.tasks.find_deliveries", "schedule": 1.0, "options": {"expires": 1}},
    "end-agreements": {"task": "dispatch.tasks.end_agreements", "schedule": 5.0, "options": {"expires": 5}},
    "replay-rules": {"task": "dispatch.tasks.replay_rules", "schedule": 2.0, "options": {"expires": 2}},
    "remove-file-leftovers": {"task": "dispatch.tasks.remove_file_leftovers", "schedule": 3600.0},
    "purge-idempotency-keys": {"task": "dispatch.tasks.purge_idempotency_keys", "schedule": 3600.0},
}
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_BEAT_SCHEDULER = "callcenter112.beat.SteadyScheduler"

# --- Messages to agencies -------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="")
"""`smtp+tls://user:password@host:587`; empty: mail channels say that it is not set up."""
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="siaga112@localhost")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default=f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")
"""Whom a push service may write to about us: mailto: or https:. Apple refuses addresses that cannot exist."""
NOTIFY_NETWORKS = env.list("NOTIFY_NETWORKS", default=[])
"""Networks of one's own that messages may go to (`10.20.0.0/16`), beside the world."""
NOTIFY_LOOPBACK = env.bool("NOTIFY_LOOPBACK", default=False)
"""Plain http to this machine, for a gateway on it and for tests."""
RELAY_SENDS = env.bool("RELAY_SENDS", default=True)
"""Whether the relay sends what no worker has taken up for some seconds; it needs a way out then."""

# --- Who may do what ------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "landing"
LOGOUT_REDIRECT_URL = "login"
# A lock for one user from one address: never a global lock, which would be a way to lock dispatchers out
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_TEMPLATE = "agencies/locked.html"
AXES_RESET_ON_SUCCESS = True
# The address of the person: behind a proxy all requests come from one address, and the lock would be a global one
AXES_CLIENT_IP_CALLABLE = _real_address if BEHIND_PROXY else None

# Browsers share cookies between ports of one host: two centres on one machine must not log each other out
SESSION_COOKIE_NAME = f"siaga112_{PORT}_session"
CSRF_COOKIE_NAME = f"siaga112_{PORT}_csrf"
LANGUAGE_COOKIE_NAME = f"siaga112_{PORT}_language"
SESSION_COOKIE_AGE = 12 * 3600  # one shift
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEBUG or DEMO)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 0 if (DEBUG or DEMO) else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not (DEBUG or DEMO)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

TILE_URL = env.str("TILE_URL", default="")
"""A tile server of the city for regions without a map file of their own: https://host/{z}/{x}/{y}.png."""
TILE_ATTRIBUTION = env.str("TILE_ATTRIBUTION", default="")
TILES_MAX_MB = env.int("TILES_MAX_MB", default=300)
_tile_server = urlsplit(TILE_URL.replace("{s}", "*"))
_tile_sources = [f"{_tile_server.scheme}://{_tile_server.netloc}"] if _tile_server.netloc else []

# a source in a policy cannot be an IPv6 address; pages opened at [::1] fetch events instead of listening
_live_hosts = [host for host in ALLOWED_HOSTS if host != "*" and not host.startswith("[")]
_live_sources = [] if LIVE_SAME_ORIGIN else [f"ws://{host}:{LIVE_PORT}" for host in _live_hosts]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *_tile_sources],
        "connect-src": ["'self'", *_live_sources],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- The API --------------------------------------------------------------------------------------------------------
MAX_BODY_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["agencies.rest.TokenAuthentication", "agencies.rest.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["agencies.rest.HasActor"],
    "DEFAULT_PARSER_CLASSES": ["agencies.rest.CleanJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["agencies.rest.FastJSONRenderer"],
    "EXCEPTION_HANDLER": "agencies.rest.problem_response",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Siaga 112",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}
LEAFLET_CONFIG = {"TILES": [], "RESET_VIEW": False, "SCALE": "metric", "ATTRIBUTION_PREFIX": ""}

# --- Language, time, files ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=True)
MEDIA_ROOT = DATA_DIR / "media"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"siaga": {"level": "INFO"}, "axes": {"level": "ERROR"}},
}
SIAGA_TEST = env.bool("SIAGA_TEST", default=False)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter112.settings")
