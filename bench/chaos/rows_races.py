"""People get in each other's way."""

import asyncio
import itertools
import json
import uuid
from typing import Any

from bench.chaos.stack import REGION
from bench.chaos.trial import Trial
from bench.load.client import Http, build_request

LANES = 8
"""Races that run side by side, each with a unit of its own."""


class Desk:
    """One signed-in person's connection."""

    def __init__(self, trial: Trial, user: str) -> None:
        self.base, self.token = f"{trial.stack.web}/api/v1/", trial.stack.token(user)
        self.http = Http(self.base)

    async def ask(self, path: str, body: Any) -> tuple[int, Any]:
        headers = [f"Authorization: Token {self.token}", f"Idempotency-Key: {uuid.uuid4()}"]
        raw = build_request("POST", self.base + path, headers, json.dumps(body).encode())
        status, answer = await self.http.request(raw)
        return status, json.loads(answer)

    async def ok(self, path: str, body: Any) -> Any:
        status, answer = await self.ask(path, body)
        if status not in (200, 201):
            raise RuntimeError(f"{path}: {status} {answer}")
        return answer


def report(role: str = "lead") -> dict[str, Any]:
    """A report for the fire brigade alone."""
    return {"region": REGION, "narrative": "kebakaran gudang", "agencies": [{"code": "damkar", "role": role}]}


async def unit_sent_twice(trial: Trial) -> None:
    """Two dispatchers send one unit to two incidents at the same moment."""
    races = trial.pick(1000, 30)
    trial.counts = f"{races} races"
    _, board = trial.stack.call(f"board/?region={REGION}", user="damkar")
    units = [unit["id"] for unit in board["units"] if unit["agency"]["code"] == "damkar"][:LANES]
    outcomes: list[tuple[int, ...]] = []
    named: list[bool] = []
    rest = iter(range(races))

    async def lane(unit: str) -> None:
        operator = Desk(trial, "operator")
        rivals = [Desk(trial, "damkar"), Desk(trial, "head-damkar")]
        waiting: list[tuple[str, str]] = []
        for _ in rest:
            while len(waiting) < 2:
                made = await operator.ok("incidents/", report())
                task = made["assignments"][0]["id"]
                await rivals[0].ok(f"assignments/{task}/acknowledge/", {})
                waiting.append((task, made["number"]))
            asked = [one.ask(f"assignments/{task}/dispatch/", {"units": [unit]})
                     for one, (task, _) in zip(rivals, waiting, strict=True)]  # fmt: skip
            answers = await asyncio.gather(*asked)
            outcomes.append(tuple(sorted(status for status, _ in answers)))
            named.extend(bool(answer.get("incident")) for status, answer in answers if status == 409)
            for place, (status, _) in reversed(list(enumerate(answers))):
                if status == 200:
                    task, _ = waiting.pop(place)
                    await rivals[0].ok(f"assignments/{task}/arrive/", {})
                    await rivals[0].ok(f"assignments/{task}/complete/", {"report": "padam"})

    await asyncio.gather(*(lane(unit) for unit in units))
    trial.figures |= {"races": len(outcomes), "one_won": outcomes.count((200, 409)), "loser_told_who": sum(named)}
    trial.promise("exactly one wins every race", outcomes.count((200, 409)) == races)
    trial.promise("the loser is told the winner", all(named))
    (double,), *_ = trial.stack.query(
        "SELECT count(*) FROM (SELECT unit_id, sent_at, lead(sent_at) OVER w AS next, released_at"
        " FROM dispatch_unitassignment WINDOW w AS (PARTITION BY unit_id ORDER BY sent_at)) s"
        " WHERE next IS NOT NULL AND (released_at IS NULL OR next < released_at)"
    )
    trial.none("units at two incidents", double)


async def edited_by_two(trial: Trial) -> None:
    """Two people edit one incident from the same version, and write notes."""
    rounds = trial.pick(500, 20)
    trial.counts = f"{rounds} rounds"
    desks, scribes = ([Desk(trial, user) for user in ("operator", "supervisor")] for _ in "en")
    made = await desks[0].ok("incidents/", report())
    path, priorities = f"incidents/{made['id']}/", itertools.cycle(("high", "normal", "critical", "low"))
    accepted = notes = refused = 0
    version = made["version"]
    for number in range(rounds):
        bodies = [{"version": version, "priority": next(priorities), "reason": f"{number} {who}"} for who in "ab"]
        answers = await asyncio.gather(
            *(desk.ask(f"{path}update/", body) for desk, body in zip(desks, bodies, strict=True)),
            *(desk.ask(f"{path}notes/", {"text": f"catatan {number}"}) for desk in scribes),
        )
        accepted += [status for status, _ in answers[:2]].count(200)
        refused += [status for status, _ in answers[:2]].count(409)
        notes += sum(status in (200, 201) for status, _ in answers[2:])
        version = max(answer["version"] for status, answer in answers if status in (200, 201))
    (kept,), *_ = trial.stack.query(
        "SELECT count(*) FROM events_event WHERE incident_id = %s AND kind = 'incident.updated'", made["id"]
    )
    (stored,), *_ = trial.stack.query(
        "SELECT count(*) FROM incidents_text WHERE incident_id = %s AND kind = 'note'", made["id"]
    )
    trial.figures |= {"accepted": accepted, "refused": refused, "notes": notes}
    trial.promise("one of two edits of a version wins", accepted == refused == rounds)
    trial.none("edits lost", accepted - kept)
    trial.promise("every note is kept", notes == stored == 2 * rounds)
