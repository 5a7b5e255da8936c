"""Acting as somebody over the API, reading what the relay would number, and folding frames into a board."""

import json
import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg.rows import dict_row

from agencies.ids import token_digest
from agencies.models import ApiToken, Membership, Unit, User
from events import relay

MADIUN, PPU = "35.77", "64.09"


class Acting:
    """Django's test client with a user's token (made directly: hashing passwords is tested elsewhere)."""

    def __init__(self, username: str) -> None:
        with connection.cursor() as cursor:  # a test is one long transaction, and a busy machine may be slow in between
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        self.user = User.objects.get(username=username)
        key = uuid.uuid4().hex
        ApiToken.objects.create(key_sha256=token_digest(key), user=self.user, created_at=timezone.now())
        self.client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
        self.headers = {"Authorization": f"Token {key}"}

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", params, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: Any = None) -> Any:
        headers = self.headers | ({"Idempotency-Key": str(key)} if key else {})
        sent = json.dumps({} if body is None else body)
        return self.client.post(f"/api/v1/{path}", sent, content_type="application/json", headers=headers)

    def raw(self, path: str, body: bytes) -> Any:
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=self.headers)

    def ok(self, path: str, body: Any = None) -> dict[str, Any]:
        """A write that has to succeed."""
        answer = self.post(path, body)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def report(self, narrative: str, region: str = MADIUN, **more: Any) -> dict[str, Any]:
        return self.ok("incidents/", {"region": region, "narrative": narrative, **more})

    def incident(self, id_: str) -> dict[str, Any]:
        answer = self.get(f"incidents/{id_}/")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def act(self, incident: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
        return self.ok(f"incidents/{incident['id']}/{action}/", body)

    def step(self, assignment: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
        return self.ok(f"assignments/{assignment['id']}/{action}/", body)

    def board(self, region: str = MADIUN) -> dict[str, Any]:
        answer = self.get("board/", region=region)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def events(self, after: int, region: str = MADIUN) -> list[dict[str, Any]]:
        answer = self.get("events/", region=region, after=after, limit=1000)
        assert answer.status_code == 200, answer.content
        return answer.json()["events"]


def another(username: str, role: str, region: str | None, agency: str = "", **fields: Any) -> User:
    """A user of one's own beside the demo users, with one role in force."""
    from agencies.models import Agency

    user = User.objects.create(username=username, display_name=username, **fields)
    if role:
        found = Agency.objects.get(region_id=region, code=agency) if agency else None
        Membership.objects.create(user=user, role=role, region_id=region, agency=found, from_at=timezone.now())
    return user


def part(incident: dict[str, Any], agency: str) -> dict[str, Any]:
    """An agency's assignment in an answer."""
    return next(a for a in incident["assignments"] if a["agency"]["code"] == agency)


def a_unit(agency: str, region: str = MADIUN, code: str = "") -> Unit:
    """A unit of an agency, made when the pack has none."""
    from agencies.models import Agency

    owner = Agency.objects.get(region_id=region, code=agency, ended_at=None)
    code = code or f"T-{uuid.uuid4().hex[:6]}"
    return Unit.objects.create(agency=owner, code=code, name=code, kind="ambulance", status="available")


class _Dicts:
    """Django's connection with the rows that the relay expects."""

    def execute(self, query: str, params: Any = None) -> Any:
        connection.ensure_connection()
        return connection.connection.cursor(row_factory=dict_row).execute(query, params)


def number() -> int:
    """Number what has been recorded, as the relay does; returns the head."""
    while True:
        count, head = relay.number_batch(_Dicts())  # type: ignore[arg-type]
        if count == 0:
            return head


def fold(board: dict[str, Any], frames: list[dict[str, Any]]) -> dict[str, Any]:
    """The board after these frames, by the contract's rules and nothing else."""
    incidents = {row["id"]: row for row in board["incidents"]}
    units = {unit["id"]: unit for unit in board["units"]}
    for frame in frames:
        data = frame["data"]
        unit = data.get("unit")
        if unit and (unit["id"] not in units or unit["version"] > units[unit["id"]]["version"]):
            units[unit["id"]] = unit
        if not (row := data.get("incident")):
            continue
        if frame["kind"] == "incident.hidden":
            incidents.pop(row["id"], None)
        elif row["id"] not in incidents or row["version"] > incidents[row["id"]]["version"]:
            incidents[row["id"]] = row
    open_ = {id_: row for id_, row in incidents.items() if row["status"] == "open"}
    return {"incidents": open_, "units": units}


def as_fold(board: dict[str, Any]) -> dict[str, Any]:
    return fold(board, [])
