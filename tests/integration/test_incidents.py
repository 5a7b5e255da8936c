"""What the desk does with an incident: every action over the API, what it needs, what it refuses."""

from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from agencies.models import Membership
from dispatch.models import Deadline
from incidents.lifecycle import INCIDENT, IncidentStatus
from incidents.models import Classification, Handover, Incident
from tests.integration.acting import MADIUN, PPU, Acting, another, part

pytestmark = pytest.mark.django_db
FIRE = "kebakaran rumah di kelurahan Taman"


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def supervisor():
    return Acting("supervisor.madiun")


def body_for(action, incident, other):
    return {
        "update": {"version": 1, "priority": "low"},
        "raise_alarm": {"version": 1},
        "assign": {"version": 1, "agency": "bpbd", "role": "support"},
        "close": {"version": 1, "outcome": "handled"},
        "cancel": {"reason": "salah sambung"},
        "reopen": {"reason": "api menyala lagi"},
        "merge": {"version": 1, "into": other["id"]},
        "unmerge": {},
        "hand_over": {"version": 1, "to_region": PPU},
        "accept": {},
        "refuse": {"reason": "bukan wilayah kami"},
        "confirm": {"taken_by": "Sdr. Budi"},
        "take_back": {"reason": "tidak diangkat"},
    }[action]


def with_hand_over(incident, action):
    """What the answers to a hand-over need: an offer from PPU, or a hand-over by telephone to somewhere else."""
    now = timezone.now()
    if action in ("accept", "refuse"):
        theirs = Acting("operator.ppu").report("kebakaran lahan", PPU, agencies=[])
        Incident.objects.filter(id=theirs["id"]).update(status="handed_over")
        Handover.objects.create(
            incident_id=theirs["id"], to_incident_id=incident["id"], to_region_id=MADIUN, state="offered",
            created_at=now, answer_due_at=now + timedelta(seconds=60),
        )  # fmt: skip
    if action in ("confirm", "take_back"):
        Handover.objects.create(incident_id=incident["id"], to_region_id="35.19", state="by_phone", created_at=now)
    return incident


def force(incident, status, other):
    ended = timezone.now() if status in ("closed", "cancelled") else None
    into = other["id"] if status == "merged" else None
    Incident.objects.filter(id=incident["id"]).update(status=status, closed_at=ended, merged_into=into)


@pytest.mark.parametrize("status", list(IncidentStatus))
@pytest.mark.parametrize("action", list(INCIDENT.transitions))
def test_every_action_from_every_status(operator, supervisor, action, status):
    incident, other = with_hand_over(operator.report(FIRE, agencies=[]), action), operator.report("pohon tumbang")
    force(incident, status, other)
    answer = supervisor.post(f"incidents/{incident['id']}/{action}/", body_for(action, incident, other))
    if status in INCIDENT.transitions[action].from_:
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == INCIDENT.transitions[action].to
        assert answer.json()["version"] > incident["version"]
    else:
        assert answer.status_code == 409
        assert answer.json()["current"]["status"] == status


SUPERVISORS = {"close", "reopen", "unmerge"}


@pytest.mark.parametrize("action", list(INCIDENT.transitions))
def test_who_may_do_what(operator, supervisor, action):
    other = operator.report("pohon tumbang")
    start = next(iter(sorted(INCIDENT.transitions[action].from_)))
    for who, allowed in [(operator, action not in SUPERVISORS), (supervisor, True)]:
        incident = with_hand_over(operator.report(FIRE, agencies=[]), action)
        force(incident, start, other)
        answer = who.post(f"incidents/{incident['id']}/{action}/", body_for(action, incident, other))
        assert answer.status_code == (200 if allowed else 403), (who.user.username, answer.content)
    outsider = Acting("supervisor.ppu")
    assert outsider.post(f"incidents/{incident['id']}/{action}/", body_for(action, incident, other)).status_code == 404


def test_an_unknown_action_is_not_found(operator):
    incident = operator.report(FIRE)
    assert operator.post(f"incidents/{incident['id']}/explode/", {}).status_code == 404


def test_a_stale_or_impossible_version_is_refused_with_the_row_that_holds(operator):
    incident = operator.report(FIRE)
    operator.act(incident, "update", version=1, priority="low")
    for version in (1, 99):
        answer = operator.post(f"incidents/{incident['id']}/update/", {"version": version, "priority": "high"})
        assert answer.status_code == 409
        assert answer.json()["current"]["priority"] == "low"
    assert operator.post(f"incidents/{incident['id']}/update/", {"priority": "high"}).status_code == 400


def test_an_agencys_step_does_not_make_the_operators_form_stale(operator):
    incident = operator.report(FIRE)
    Acting("damkar.madiun").step(part(incident, "damkar"), "acknowledge")
    assert operator.act(incident, "update", version=incident["version"], priority="low")["priority"] == "low"


def test_what_was_decided_and_what_was_said_stays_beside_what_holds_now(operator):
    incident = operator.report(FIRE, type="public_facility")
    assert incident["type"] == "public_facility"
    assert incident["classification"]["type"] == "fire"
    assert incident["classification"]["override"]["type"] == "public_facility"
    operator.act(incident, "update", version=1, type="medical", narrative="orang pingsan", reason="ternyata pingsan")
    assert Classification.objects.filter(incident_id=incident["id"]).count() == 2
    detail = operator.incident(incident["id"])
    assert detail["narrative"] == "orang pingsan"
    assert [t["superseded"] for t in detail["texts"] if t["kind"] == "narrative"] == [True, False]


def test_a_change_of_priority_plans_the_deadlines_anew_and_keeps_the_old_rows(operator):
    incident = operator.report(FIRE)
    before = Deadline.objects.filter(assignment_id=part(incident, "damkar")["id"]).count()
    operator.act(incident, "update", version=1, priority="low")
    found = Deadline.objects.filter(assignment_id=part(incident, "damkar")["id"])
    assert found.count() == 2 * before
    assert found.filter(void=True).count() == before


def test_closing_waits_for_every_agency(operator, supervisor):
    incident = operator.report(FIRE, agencies=[{"code": "damkar", "role": "lead"}])
    assignment, officer = part(incident, "damkar"), Acting("damkar.madiun")
    refused = supervisor.post(f"incidents/{incident['id']}/close/", {"version": 1})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/open_assignments"
    for action, body in [
        ("acknowledge", {}),
        ("dispatch", {}),
        ("arrive", {}),
        ("complete", {"report": {"outcome": "hoax"}}),
    ]:
        officer.step(assignment, action, **body)
    now = supervisor.incident(incident["id"])
    closed = supervisor.act(incident, "close", version=now["version"])
    assert closed["status"] == "closed"
    assert supervisor.incident(incident["id"])["outcome"] == "hoax"
    assert incident["id"] not in {row["id"] for row in supervisor.board()["incidents"]}
    reopened = supervisor.act(incident, "reopen", reason="menyala lagi")
    assert reopened["status"] == "open"
    assert supervisor.incident(incident["id"])["closed_at"] is None


def test_a_call_taker_cancels_before_the_first_acknowledge_only(operator, supervisor):
    first, second = operator.report(FIRE), operator.report(FIRE)
    cancelled = operator.act(first, "cancel", reason="salah sambung")
    assert cancelled["status"] == "cancelled"
    assert {a["status"] for a in cancelled["assignments"]} == {"withdrawn"}
    Acting("damkar.madiun").step(part(second, "damkar"), "acknowledge")
    assert operator.post(f"incidents/{second['id']}/cancel/", {"reason": "x"}).status_code == 403
    assert supervisor.act(second, "cancel", reason="laporan palsu")["status"] == "cancelled"


def test_merging_and_unmerging(operator, supervisor):
    first, second = operator.report(FIRE), operator.report(FIRE)
    merged = operator.act(second, "merge", version=1, into=first["id"])
    assert merged["status"] == "merged"
    for into in (first["id"], second["id"], "x", str(other_region_incident())):
        answer = operator.post(f"incidents/{first['id']}/merge/", {"version": 1, "into": into})
        assert answer.status_code == 400, into
    assert supervisor.act(second, "unmerge")["status"] == "open"


def other_region_incident():
    return Acting("operator.ppu").report(FIRE, PPU)["id"]


def test_assigning(operator):
    incident = operator.report("pohon tumbang menutup jalan")
    lead = incident["assignments"][0]["agency"]["code"]
    again = operator.post(f"incidents/{incident['id']}/assign/", {"version": 1, "agency": lead, "role": "lead"})
    assert again.status_code == 409
    unknown = operator.post(f"incidents/{incident['id']}/assign/", {"version": 1, "agency": "fbi", "role": "lead"})
    assert unknown.status_code == 400
    assigned = operator.act(incident, "assign", version=1, agency="dinkes", role="support")
    assert part(assigned, "dinkes")["deadlines"]
    assert Acting("dinkes.madiun").incident(incident["id"])["level"] == "full"


def test_an_agency_without_an_agreement_becomes_a_referral_and_sees_nothing(operator):
    incident = operator.report(FIRE)
    assigned = operator.act(incident, "assign", version=1, agency="polres", role="support")
    assert "polres" not in {a["agency"]["code"] for a in assigned["assignments"]}
    assert [r["agency"]["code"] for r in assigned["referrals"]] == ["polres"]
    assert Acting("polres.madiun").get(f"incidents/{incident['id']}/").status_code == 404


def test_one_more_caller_and_notes_are_kept(operator):
    incident = operator.report(FIRE, caller={"number": "081234567890", "name": "Ani"})
    operator.ok(f"incidents/{incident['id']}/calls/", {"narrative": "api makin besar", "caller": {"name": "Budi"}})
    operator.ok(f"incidents/{incident['id']}/notes/", {"text": "pemilik sudah keluar"})
    detail = operator.incident(incident["id"])
    assert {p["name"] for p in detail["people"]} == {"Ani", "Budi"}
    assert {"api makin besar", "pemilik sudah keluar"} <= {t["text"] for t in detail["texts"]}
    assert operator.post(f"incidents/{incident['id']}/notes/", {"text": "x", "more": 1}).status_code == 400
    assert operator.post(f"incidents/{incident['id']}/notes/", {}).status_code == 400


def test_numbers_run_per_region_and_day(operator):
    numbers = [operator.report(FIRE)["number"] for _ in range(3)]
    assert [int(n[-4:]) for n in numbers] == [int(numbers[0][-4:]) + i for i in range(3)]
    assert all(n.startswith("112-MDN-") for n in numbers)
    assert Acting("operator.ppu").report(FIRE, PPU)["number"].startswith("112-PPU-")


def test_an_answer_has_the_shape_of_the_contract(operator):
    incident = operator.report(FIRE, location={"lat": -7.63, "lon": 111.52})
    wanted = [
        "id",
        "number",
        "version",
        "region",
        "status",
        "type",
        "subtype",
        "priority",
        "confidential",
        "classification",
        "area",
        "assignments",
        "referrals",
        "duplicates",
        "seq",
        "warnings",
    ]
    assert set(wanted) <= set(incident)
    assert set(incident["area"]) == {"code", "name", "level", "precision"}
    assert set(["type", "confidence", "candidates", "extra_types", "reasons", "needs_review"]) <= set(
        incident["classification"]
    )
    for assignment in incident["assignments"]:
        assert set(["id", "version", "agency", "role", "status", "reason", "deadlines"]) <= set(assignment)
        assert {d["stage"] for d in assignment["deadlines"]} == {"acknowledge", "arrive", "complete"}
    for reason in incident["classification"]["reasons"]:
        assert FIRE[reason["start"] : reason["end"]] == reason["text"]
    row = operator.board()["incidents"][0]
    fields = "id number version type priority status confidential lat lon precision area label created_at assignments"
    assert set(fields.split()) <= set(row)
    assert incident["created_at"].endswith("+07:00")


def test_the_list_filters_searches_and_pages(operator):
    made = [operator.report(f"{FIRE} nomor {i}") for i in range(5)]
    tree = operator.report("pohon tumbang di jalan")
    seen, after = [], ""
    while True:
        page = operator.get("incidents/", region=MADIUN, limit=2, status="open,closed", after=after).json()
        seen += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen[:6] == [tree["id"], *[m["id"] for m in reversed(made)]]
    assert len(set(seen)) == len(seen)

    def ids(**query):
        return {row["id"] for row in operator.get("incidents/", **query).json()["results"]}

    assert tree["id"] not in ids(region=MADIUN, type="fire")
    assert tree["id"] in ids(q="tumbang di")
    assert made[0]["id"] in ids(agency="damkar")
    assert tree["id"] not in ids(agency="damkar")
    assert ids(region=MADIUN, status="closed") == set()


@pytest.mark.parametrize(("after", "limit"), [("x", "2"), ("fHw=", "2"), ("", "0"), ("", "-1"), ("", "x")])
def test_bad_pages_are_malformed(operator, after, limit):
    assert operator.get("incidents/", region=MADIUN, after=after, limit=limit).status_code == 400


def test_a_time_of_its_own_is_kept_and_one_from_the_future_is_set_back_and_flagged(operator):
    late, early = (timezone.now() + timedelta(hours=h) for h in (1, -1))
    incident = operator.report(FIRE, occurred_at=late.isoformat())
    assert "occurred_at" in {w["field"] for w in incident["warnings"]}
    operator.act(incident, "cancel", reason="salah", occurred_at=early.isoformat(), source="paper")
    entry = operator.incident(incident["id"])["timeline"][-1]
    assert (entry["kind"], entry["source"]) == ("incident.cancelled", "paper")
    assert datetime.fromisoformat(entry["at"]) == early
    assert Incident.objects.get(id=incident["id"]).closed_at == early
    other = operator.report(FIRE)
    operator.act(other, "update", version=1, priority="low", occurred_at=late.isoformat())
    entry = operator.incident(other["id"])["timeline"][-1]
    assert entry["clamped"]
    assert datetime.fromisoformat(entry["at"]) <= timezone.now()


def test_nothing_of_an_incident_is_deleted_by_ending_it(operator, supervisor):
    incident = operator.report(FIRE)
    operator.act(incident, "cancel", reason="salah sambung")
    assert Incident.objects.filter(id=incident["id"]).exists()
    assert "salah sambung" in {t["text"] for t in supervisor.incident(incident["id"])["texts"]}


def test_somebody_with_posts_in_two_regions_acts_with_the_rights_of_each():
    both = another("both", "call_taker", MADIUN)
    Membership.objects.create(user=both, role="supervisor", region_id=PPU, from_at=timezone.now())
    actor = Acting("both")
    here = actor.report(FIRE, agencies=[])
    assert actor.post(f"incidents/{here['id']}/close/", {"version": 1}).status_code == 403
    there = actor.report(FIRE, PPU, agencies=[])
    assert actor.act(there, "close", version=1)["status"] == "closed"
    assert Incident.objects.filter(version__gte=F("edited_version")).count() == Incident.objects.count()
