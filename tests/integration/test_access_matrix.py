"""Every address × every method × everybody: what is answered. An address without a row here fails the test.

A row of TABLE is `"METHOD name": Row(...)`. `may` are the statuses of those who are named; everybody else gets what
their kind gets: without a sign-in 401, a role of the region that lacks the right 403, all others 404. Methods that have
no row must be refused.
"""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from dispatch.models import Assignment, SupportRequest
from tests.integration.acting import MADIUN, Acting, a_unit, another, part

pytestmark = pytest.mark.django_db

PEOPLE = {
    "operator": "operator.madiun", "supervisor": "supervisor.madiun", "qa": "qa.madiun", "wall": "wall.madiun",
    "admin": "admin.madiun", "officer": "damkar.madiun", "head": "head-damkar.madiun", "other_officer": "bpbd.madiun",
    "no_agreement": "polres.madiun", "far_operator": "operator.ppu", "far_supervisor": "supervisor.ppu",
    "far_officer": "damkar.ppu", "far_admin": "admin.ppu", "national": "national", "superuser": "root",
}  # fmt: skip
DESK = ("operator", "supervisor")
AGENCY = ("officer", "head")
SEES = (*DESK, "qa", "wall", *AGENCY)
"""Who sees the incident of this test at some level."""
HERE = (*SEES, "admin", "other_officer")
"""Who has a post in the region."""
ALL = tuple(PEOPLE)
NO_TASKS = tuple(who for who in ALL if who not in (*AGENCY, "other_officer", "far_officer"))
"""Who works for no agency: nobody sends them to anything."""


def each(names, status: int) -> dict[str, int]:
    return dict.fromkeys(names, status)


@dataclass
class Row:
    """`may`: identity → status. `known`: who is told 403 instead of 404, because they know of the object."""

    may: dict[str, int]
    known: tuple[str, ...] = ()
    body: Any = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    anonymous: int = 401
    fresh: bool = False
    """The write changes the object: everybody gets one of their own."""
    multipart: bool = False

    def expected(self, who: str) -> int:
        return self.may.get(who, 403 if who in self.known else 404)


def only(names, status: int = 200, **more: Any) -> Row:
    return Row(each(names, status), **more)


Q = {"region": MADIUN}
REPORT = {"region": MADIUN, "narrative": "kebakaran rumah"}
INCIDENT_ACTIONS = {
    "update": (DESK, {"version": 1}), "assign": (DESK, {"version": 1, "agency": "dinkes", "role": "support"}),
    "raise_alarm": (DESK, {"version": 1}),
    "cancel": (DESK, {"reason": "x"}), "close": (("supervisor",), {"version": 1}),
    "reopen": (("supervisor",), {"reason": "x"}), "unmerge": (("supervisor",), {}),
    "merge": (DESK, {"version": 1, "into": "INTO"}), "hand_over": (DESK, {"version": 1, "to_region": "64.09"}),
    "accept": (DESK, {}), "refuse": (DESK, {"reason": "x"}), "confirm": (DESK, {"taken_by": "x"}),
    "take_back": (DESK, {"reason": "x"}),
}  # fmt: skip
WRONG_STATE = dict.fromkeys(("close", "reopen", "unmerge", "accept", "refuse", "confirm", "take_back"), 409)
ASSIGNMENT_ACTIONS = {
    "acknowledge": 200, "decline": 200, "dispatch": 409, "arrive": 409, "complete": 409,
}  # fmt: skip
BODIES = {"decline": {"reason": "x"}, "complete": {"report": "x"}}

TABLE: dict[str, Row] = {
    "GET api-incidents": only((*DESK, "qa", *AGENCY, "other_officer"), query=Q, known=HERE),
    "POST api-incidents": only(DESK, 201, body=REPORT, known=HERE),
    "GET api-incident": only((*DESK, "qa", *AGENCY), known=("wall",)),
    "POST api-incident-calls": only(DESK, body={"narrative": "api besar"}, known=SEES),
    "POST api-incident-detach": only(("operator", "supervisor"), 404, known=SEES),
    "POST api-incident-sop": only((*DESK, *AGENCY), 400, body={"procedure": "x", "step": 0}, known=SEES),
    "POST api-incident-seen": only(AGENCY, known=(*DESK, "qa", "wall")),
    "POST api-incident-notes": only((*DESK, *AGENCY), 201, body={"text": "x"}, known=SEES),
    "POST api-incident-attachments": only((*DESK, *AGENCY), 201, known=SEES, multipart=True),
    "GET api-incident-attachment": only((*DESK, "qa", *AGENCY), known=("wall",)),
    "POST api-calls": only(DESK, 201, body=Q, known=HERE),
    "GET api-call": only((*DESK, "qa")),
    "GET api-call-history": only(DESK, known=("qa",)),
    "POST api-call-answer": only(DESK, known=("qa",)),
    "POST api-call-end": only(DESK, known=("qa",)),
    "POST api-call-disposition": only(DESK, body={"disposition": "test"}, known=("qa",)),
    "POST api-unit-divert": only(AGENCY, 409, body={"assignment": str(uuid.uuid4())}, known=(*DESK, "qa", "wall")),
    "POST api-assignment-support": only(AGENCY, 201, body={"what": "units"}, known=(*DESK, "qa", "wall"), fresh=True),
    "POST api-support-answer": only(DESK, body={"answer": "given"}, known=SEES, fresh=True),
    "GET api-assignment-units": only((*DESK, *AGENCY), known=("qa", "wall")),
    "POST api-unit-status": only(
        (*AGENCY, "supervisor"), body={"status": "available"}, known=("operator", "qa", "wall")
    ),
    "POST api-unit-positions": only(ALL, body=[]),
    "GET api-push-devices": only((*AGENCY, "other_officer", "far_officer"), known=ALL),
    "POST api-push-devices": only((*AGENCY, "other_officer", "far_officer"), 400, known=ALL),
    "POST api-push-remove": only((), known=NO_TASKS),
    "POST api-push-test": only((), known=NO_TASKS),
    "POST api-push-receipts": only(
        (), body={"delivery": str(uuid.UUID(int=7)), "token": "x", "what": "read"}, anonymous=404
    ),
    "POST api-classify": only(DESK, body=REPORT, known=HERE),
    "GET api-handovers": only(DESK, query=Q, known=HERE),
    "GET api-places": only(DESK, query=Q | {"q": "taman"}, known=HERE),
    "GET api-events": only((*SEES, "other_officer"), query=Q, known=HERE),
    "GET api-bursts": only((*SEES, "other_officer"), query=Q, known=HERE),
    "GET api-figures": only(("supervisor", "wall", *AGENCY[1:]), query=Q, known=HERE),
    "GET api-hazards": only((*HERE, "national", "superuser"), query=Q),
    "POST api-hazards": only(
        DESK,
        201,
        known=HERE,
        body={"region": MADIUN, "kind": "flood", "name": "x", "hours": 6, "areas": ["35.77.01"]},
    ),
    "POST api-hazard-end": only(()),  # of one that there is: tests/integration/test_hazards.py
    "GET api-board-own": only(DESK, query=Q, known=HERE),
    "GET api-numbers": only((*DESK, "qa"), query=Q, known=HERE),
    "POST api-numbers": only((), body={"call": str(uuid.UUID(int=9)), "reason": "iseng", "days": 7}),
    "POST api-number-end": only(()),  # a call and a mark that there are: tests/integration/test_marked_numbers.py
    "GET api-board": only((*SEES, "other_officer"), query=Q, known=HERE),
    "POST api-token": only(ALL, 400, anonymous=400),
    "GET api-session": only(ALL),
}
for _action, (_who, _body) in INCIDENT_ACTIONS.items():
    TABLE[f"POST api-incident-action {_action}"] = only(
        _who, WRONG_STATE.get(_action, 200), body=_body, known=SEES, fresh=True
    )
for _action, _status in ASSIGNMENT_ACTIONS.items():
    TABLE[f"POST api-assignment-action {_action}"] = only(
        AGENCY, _status, body=BODIES.get(_action, {}), known=(*DESK, "qa", "wall"), fresh=True
    )
for _name, _status in (("pause", 400), ("resume", 409)):
    TABLE[f"POST api-{_name}"] = only(
        (*AGENCY, "supervisor"), _status, body={"reason": "x"} if _name == "pause" else {},
        known=("operator", "qa", "wall"),
    )  # fmt: skip
TABLE["POST api-assignment-action withdraw"] = only(DESK, known=SEES, fresh=True)

PAGES: dict[str, tuple[str, ...]] = {
    "landing": (),
    "console": (*DESK, "qa", "far_operator", "far_supervisor"),
    "board": (*DESK, "far_operator", "far_supervisor"),
    "agency": (*AGENCY, "other_officer", "far_officer"),
    "phone": (*AGENCY, "other_officer", "far_officer"),
    "console-shell": (*DESK, "qa", "far_operator", "far_supervisor"),
    "agency-shell": (*AGENCY, "other_officer", "far_officer"),
    "paper-entry": (*DESK, "far_operator", "far_supervisor"),
    "wall": ("supervisor", "wall", "head", "far_supervisor"),
    "national": ("national",),
    "answers": ("supervisor", "far_supervisor", "head", "admin", "far_admin"),
    "figures": ("supervisor", "qa", "head", "far_supervisor"),
    "figures-csv": ("supervisor", "qa", "head", "far_supervisor"),
    "gallery": ALL,
    "password": ALL,
    "password-changed": ALL,
    "region-map": tuple(who for who in ALL if who != "no_agreement"),
    "tiles": tuple(who for who in ALL if who != "no_agreement"),
    "tile-archive": (),  # of a file that there is: tests/integration/test_tiles.py
    "area-map": tuple(who for who in ALL if who != "no_agreement"),
    **dict.fromkeys(
        ("rules", "rules-new", "rules-edit", "rules-try", "rules-examples", "rules-export", "rules-import",
         "rules-draft", "rules-history", "rules-unmapped"), ("admin", "supervisor", "superuser"),
    ),
    "rules-type-new": ("admin", "superuser"),
    "rules-home": (),  # leads on to a region's rules
    "rules-drop": (),  # a button
    "rules-replay-start": (),  # a button
    "rules-replay": (),  # of a draft: tests/integration/test_rule_pages.py
    "rules-replay-progress": (),
}  # fmt: skip
"""Pages: who gets 200. Others: to the sign-in, to their own page, or 403."""
PUBLIC = {
    "healthz", "readyz", "metrics", "login", "logout", "service-worker", "manifest", "paper", "offline", "wall-link",
    "set-language", "words",
}  # fmt: skip
"""Answer without a sign-in and hold nothing of anybody."""
SHARED = {"api-schema", "api-docs"}
"""The description of the API: it tells of no data; whether it asks for a sign-in is the installation's choice."""
MANAGED = "manage"
"""`kelola/…`: configuration. The region's admin and the superuser; nobody else reads or writes anything there."""


@dataclass(frozen=True)
class Address:
    name: str
    path: str


def addresses(patterns: Any = None, prefix: str = "", space: str = "") -> list[Address]:
    """Every address of the system, with its name."""
    found: list[Address] = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, path, pattern.namespace or space)
        elif isinstance(pattern, URLPattern):
            found.append(Address(f"{space}:" if space else pattern.name or path, path))
    return found


API = [a for a in addresses() if a.path.startswith("api/v1/")]


def test_every_address_has_a_row():
    named = {key.split()[1] for key in TABLE} | set(PAGES) | PUBLIC | SHARED
    missing = [a for a in addresses() if a.name not in named and not a.name.startswith((MANAGED, "admin:"))]
    assert missing == [], "give these addresses a row in TABLE, PAGES, PUBLIC or under kelola/"


class World:
    """The objects of the walk: an incident of Madiun in work at Damkar, a call, a unit, and everybody."""

    def __init__(self) -> None:
        another("root", "", None, is_superuser=True, is_staff=True)
        self.people = {who: Acting(name) for who, name in PEOPLE.items()}
        self.operator = self.people["operator"]
        self.into = self.operator.report("pohon tumbang")["id"]
        self.incident = self.new_incident()
        self.call = self.operator.ok("calls/", Q)["id"]
        self.attachment = self.new_attachment()
        self.unit = str(a_unit("damkar").id)

    def new_incident(self) -> dict[str, Any]:
        return self.operator.report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])

    def new_attachment(self) -> str:
        path = f"/api/v1/incidents/{self.incident['id']}/attachments/"
        photo = {"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + self.incident["id"].encode())}
        self.operator.client.post(path, photo, headers=self.operator.headers)
        return self.operator.incident(self.incident["id"])["attachments"][0]["id"]

    def request_in(self, incident: dict[str, Any]) -> str:
        """What the desk is asked for in an incident; of one that does not exist, nothing that exists."""
        line = Assignment.objects.filter(incident_id=incident["id"]).first()
        if line is None:
            return str(uuid.uuid4())
        row, _ = SupportRequest.objects.get_or_create(
            incident_id=incident["id"], assignment=line, what="no_backup", done_at=None,
            defaults={"created_at": timezone.now()},
        )  # fmt: skip
        return str(row.id)

    def path(self, address: Address, incident: dict[str, Any], action: str = "update") -> str:
        values = {
            "uuid:incident_id": incident["id"], "uuid:assignment_id": part(incident, "damkar")["id"],
            "uuid:attachment_id": self.attachment, "uuid:call_id": self.call, "uuid:unit_id": self.unit,
            "uuid:caller_id": str(uuid.UUID(int=7)), "uuid:device_id": str(uuid.UUID(int=7)),
            "uuid:flag_id": str(uuid.UUID(int=8)), "uuid:hazard_id": str(uuid.UUID(int=8)),
            "slug:action": action, "str:region": MADIUN, "str:area": "35.77.01", "str:rule": "fire.snake",
            "uuid:id": str(uuid.uuid4()), "slug:key": "sla-arrive",
        }  # fmt: skip
        if "uuid:request_id" in address.path:
            values["uuid:request_id"] = self.request_in(incident)
        path = address.path
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        return "/" + path


@pytest.fixture
def world():
    return World()


def send(client: Client, method: str, path: str, row: Row, headers: dict[str, str], body: Any) -> Any:
    if method == "GET":
        return client.get(path, row.query, headers=headers)
    if row.multipart:
        return client.post(
            path, {"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + path.encode())}, headers=headers
        )
    return client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)


def _rows(address: Address) -> list[tuple[str, str, Row]]:
    found = []
    for key, row in TABLE.items():
        method, name, *action = key.split()
        if name == address.name:
            found.append((method, action[0] if action else "", row))
    return found


@pytest.mark.parametrize("address", API, ids=lambda a: a.name)
def test_the_api_answers_everybody_as_the_table_says(world, address):
    wrong = []
    for method, action, row in _rows(address):
        body = (
            {k: world.into if v == "INTO" else v for k, v in row.body.items()}
            if isinstance(row.body, dict)
            else row.body
        )
        for who, actor in world.people.items():
            incident = world.new_incident() if row.fresh and who in row.may else world.incident
            answer = send(actor.client, method, world.path(address, incident, action), row, actor.headers, body)
            if answer.status_code != row.expected(who):
                wrong.append((method, action, who, answer.status_code, row.expected(who), answer.content[:120]))
        answer = send(Client(), method, world.path(address, world.incident, action), row, {}, body)
        if answer.status_code != row.anonymous:
            wrong.append((method, action, "anonymous", answer.status_code, row.anonymous))
    assert wrong == []


@pytest.mark.parametrize("address", API, ids=lambda a: a.name)
def test_methods_without_a_row_are_refused(world, address):
    actor = world.people["supervisor"]
    served = {method for method, _, _ in _rows(address)}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - served:
        path = world.path(address, world.incident)
        answer = actor.client.generic(method, path, b"{}", content_type="application/json", headers=actor.headers)
        assert answer.status_code == 405, (method, path)
        assert Client().generic(method, path, b"{}").status_code in (401, 405)


def test_a_disabled_user_and_a_forged_token_get_nothing(world):
    gone = world.people["operator"]
    gone.user.is_active = False
    gone.user.save()
    from agencies import caches

    caches.clear()
    for address in API:
        for method, action, row in _rows(address):
            if row.anonymous != 401:
                continue
            for headers in (gone.headers, {"Authorization": "Token forged"}, {"Authorization": "Token "}):
                path = world.path(address, world.incident, action)
                assert send(Client(), method, path, row, headers, row.body).status_code == 401, path


def test_what_does_not_exist_looks_like_what_is_not_visible(world):
    """404 for both, with the same words."""
    far = world.people["far_supervisor"]
    for address in API:
        if "uuid:" not in address.path:
            continue
        for method, action, row in _rows(address):
            if row.multipart:
                continue
            nothing = {
                "id": str(uuid.uuid4()),
                "assignments": [{"id": str(uuid.uuid4()), "agency": {"code": "damkar"}}],
            }
            real = send(far.client, method, world.path(address, world.incident, action), row, far.headers, row.body)
            there = world.call, world.unit, world.attachment
            world.call = world.unit = world.attachment = str(uuid.uuid4())
            absent = send(far.client, method, world.path(address, nothing, action), row, far.headers, row.body)
            world.call, world.unit, world.attachment = there
            assert (real.status_code, real.content) == (absent.status_code, absent.content), address.name


def browser(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_those_who_work_with_them(world, name):
    address = next(a for a in addresses() if a.name == name)
    path = world.path(address, world.incident)
    for who, actor in world.people.items():
        answer = browser(actor.user).get(path)
        if name == "landing":
            assert answer.status_code in (302, 403), who
        elif who in PAGES[name]:
            assert answer.status_code == 200, who
        else:
            assert answer.status_code in (302, 403, 404), who
    anonymous = Client().get(path)
    assert anonymous.status_code == 302
    assert "/masuk/" in anonymous["Location"]


def test_a_page_of_another_region_does_not_open(world):
    for who, path in [("operator", "konsol"), ("officer", "dinas"), ("wall", "dinding")]:
        assert browser(world.people[who].user).get(f"/{path}/?wilayah=64.09").status_code in (302, 403, 404)


def manage_addresses() -> list[Address]:
    return [a for a in addresses() if a.name.startswith(MANAGED)]


def _fill(path: str) -> str:
    """Ids that exist nowhere: nobody may get further than the door."""
    import re

    path = path.replace("<str:region>", MADIUN)
    path = re.sub(r"<uuid:\w+>", str(uuid.uuid4()), path)
    return "/" + re.sub(r"<\w+:?\w*>", "x", path)


def test_configuration_is_the_admins_and_the_superusers(world):
    wrong = []
    for who, actor in world.people.items():
        client = browser(actor.user)
        for address in manage_addresses():
            for method in (client.get, client.post):
                answer = method(_fill(address.path))
                allowed = who in ("admin", "superuser") or (who == "far_admin" and "<str:region>" not in address.path)
                if answer.status_code >= 500 or (answer.status_code == 200 and not allowed):
                    wrong.append((who, address.name, method.__name__, answer.status_code))
    for address in manage_addresses():
        answer = Client().get(_fill(address.path))
        if answer.status_code != 302 or "/masuk/" not in answer["Location"]:
            wrong.append(("anonymous", address.name, answer.status_code))
    assert wrong == []


def test_djangos_admin_is_the_superusers(world):
    assert Group.objects.count() == 0
    for who, actor in world.people.items():
        client = browser(actor.user)
        for path in ("/admin/", "/admin/jsi18n/", "/admin/password_change/"):
            answer = client.get(path)
            assert answer.status_code < 500
            assert answer.status_code != 200 or who == "superuser", (who, path)


@pytest.mark.parametrize("name", sorted(PUBLIC | SHARED))
def test_public_addresses_answer_and_tell_nothing_of_anybody(world, name):
    address = next(a for a in addresses() if a.name == name)
    for client in (Client(), browser(world.people["operator"].user), browser(world.people["national"].user)):
        answer = client.get("/" + address.path)
        assert answer.status_code < 500
        told = b"".join(answer) if answer.streaming else answer.content
        assert world.incident["number"].encode() not in told
