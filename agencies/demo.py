"""Demo users: one of each role in each region, with a password that everybody knows. Never on a network by accident."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from agencies.access import Role
from agencies.models import Agency, Membership, Region, User
from agencies.services import bump

PASSWORD = "siaga-112-demo"
_DESK = {
    "operator": (Role.CALL_TAKER, "Operator"),
    "supervisor": (Role.SUPERVISOR, "Supervisor"),
    "admin": (Role.ADMIN, "Admin"),
    "qa": (Role.QA, "QA"),
    "wall": (Role.WALL, "Dinding"),
}


def _wanted() -> Iterator[tuple[str, str, Role, Region | None, Agency | None]]:
    """User name, display name, role, region, agency."""
    for region in Region.objects.filter(has_pack=True).exclude(slug=""):
        for name, (role, label) in _DESK.items():
            yield f"{name}.{region.slug}", f"{label} {region.name}", role, region, None
        for agency in Agency.objects.filter(region=region, ended_at=None):
            label = f"{agency} {region.name}"
            yield f"{agency.code}.{region.slug}", f"Petugas {label}", Role.OFFICER, region, agency
            yield f"head-{agency.code}.{region.slug}", f"Kepala {label}", Role.HEAD, region, agency
    yield "national", "Pemantau nasional", Role.NATIONAL, None, None


def create_demo_users(*, at: datetime) -> list[str]:
    """Make the demo users that are missing; returns the names of all of them."""
    wanted = list(_wanted())
    with transaction.atomic():
        known = set(User.objects.filter(username__in=[w[0] for w in wanted]).values_list("username", flat=True))
        password = make_password(PASSWORD)  # one hash for all: hashing slowly 170 times would delay the first start
        users, posts = [], []
        for username, label, role, region, agency in wanted:
            if username in known:
                continue
            user = User(username=username, display_name=label[:80], password=password, is_demo=True)
            users.append(user)
            posts.append(Membership(user=user, role=role, region=region, agency=agency, from_at=at))
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(posts)
        if users:
            bump("access")
    return [w[0] for w in wanted]


def has_demo_users() -> bool:
    """Whether accounts exist whose password everybody knows."""
    return User.objects.filter(is_demo=True, is_active=True).exists()
