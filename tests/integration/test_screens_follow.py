"""For every service that writes: the board before and the events after it are the board that one would fetch now."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agencies import caches
from agencies.models import Ladder, Region
from dispatch.carriers import Failed
from dispatch.lifecycle import ASSIGNMENT
from dispatch.models import Deadline, Delivery, Escalation, SupportRequest
from dispatch.services import deliveries, escalations, sweeps
from dispatch.services.agreements import end_agreements
from dispatch.services.handovers import expire_offers
from incidents.lifecycle import INCIDENT
from incidents.models import Attachment, Handover, IncidentAccess
from tests.integration.acting import MADIUN, PPU, Acting, a_unit, part
from tests.integration.proof import screens_follow, services_that_write
from tests.integration.test_agreements import CRIME, police

pytestmark = pytest.mark.django_db
Act = Callable[[], Any]


@dataclass
class World:
    """A case with a lead and a supporting agency, in one of the kinds that are seen differently."""

    kind: str
    lead: str = "damkar"
    support: str = "bpbd"
    operator: Acting = field(default_factory=lambda: Acting("operator.madiun"))
    supervisor: Acting = field(default_factory=lambda: Acting("supervisor.madiun"))

    def __post_init__(self) -> None:
        if self.kind == "confidential":
            self.lead, self.support = "dp3a", "rsud"

    def report(self, **more: Any) -> dict[str, Any]:
        agencies = [{"code": self.lead, "role": "lead"}, {"code": self.support, "role": "support"}]
        about = {"type": "violence_women_children"} if self.kind == "confidential" else {"type": "fire"}
        return self.operator.report("minta tolong segera", agencies=agencies, **about, **more)

    def officer(self) -> Acting:
        return Acting(f"{self.lead}.madiun")

    def change(self, incident: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
        if INCIDENT.transitions[action].needs_version:
            body["version"] = self.supervisor.incident(incident["id"])["version"]
        return self.supervisor.act(incident, action, **body)


def as_far_as(world: World, *steps: str) -> dict[str, Any]:
    """The lead agency's assignment after these steps, with a unit on the way from `dispatch` on."""
    task = part(world.report(), world.lead)
    for step in steps:
        body = {"units": [str(a_unit(world.lead).id)]} if step == "dispatch" else {}
        world.officer().step(task, step, **body)
    return task


def step_after(*before: str, action: str, **body: Any) -> Callable[[World], Act]:
    def scene(world: World) -> Act:
        task = as_far_as(world, *before)
        units = {"units": [str(a_unit(world.lead).id)]} if action == "dispatch" else {}
        who = world.supervisor if action == "withdraw" else world.officer()
        return lambda: who.step(task, action, **body, **units)

    return scene


ON_THE_WAY = ("acknowledge", "dispatch")
AT_WORK = (*ON_THE_WAY, "arrive")
STEPS = {
    "assignment.acknowledge": step_after(action="acknowledge"),
    "assignment.decline": step_after(action="decline", reason="no_unit"),
    "assignment.dispatch": step_after("acknowledge", action="dispatch"),
    "assignment.arrive": step_after(*ON_THE_WAY, action="arrive"),
    "assignment.complete": step_after(*AT_WORK, action="complete", report={"outcome": "handled", "note": "selesai"}),
    "assignment.withdraw": step_after(*ON_THE_WAY, action="withdraw", reason="tidak perlu"),
}


def change_of(action: str, **body: Any) -> Callable[[World], Act]:
    def scene(world: World) -> Act:
        incident = world.report()
        return lambda: world.change(incident, action, **body)

    return scene


def close(world: World) -> Act:
    incident = world.report()
    for code in (world.lead, world.support):
        world.supervisor.step(part(incident, code), "withdraw", reason="x")
    return lambda: world.change(incident, "close", outcome="handled")


def reopen(world: World) -> Act:
    incident = world.report()
    world.change(incident, "cancel", reason="x")
    return lambda: world.change(incident, "reopen", reason="ternyata benar")


def merge(world: World) -> Act:
    target, source = world.report(), world.report()
    return lambda: world.change(source, "merge", into=target["id"])


def unmerge(world: World) -> Act:
    target, source = world.report(), world.report()
    world.change(source, "merge", into=target["id"])
    return lambda: world.change(source, "unmerge")


def offered(world: World, to_region: str = PPU) -> dict[str, Any]:
    incident = world.report()
    world.change(incident, "hand_over", to_region=to_region)
    return incident


def answer_of(action: str, **body: Any) -> Callable[[World], Act]:
    def scene(world: World) -> Act:
        copy = Handover.objects.get(incident_id=offered(world)["id"]).to_incident_id
        return lambda: Acting("supervisor.ppu").ok(f"incidents/{copy}/{action}/", body)

    return scene


def by_phone(action: str, **body: Any) -> Callable[[World], Act]:
    def scene(world: World) -> Act:
        incident = offered(world, "35.19")
        return lambda: world.change(incident, action, **body)

    return scene


def raise_alarm(world: World) -> Act:
    """Of a case whose run card holds agencies back for a higher alarm."""
    incident = world.operator.report("kebakaran rumah besar di gang melati")
    return lambda: world.change(incident, "raise_alarm", reason="api merembet")


CHANGES = {
    "incident.raise_alarm": raise_alarm,
    "incident.update": change_of("update", priority="low", narrative="lebih jelas", reason="telepon kedua"),
    "incident.assign": change_of("assign", agency="dlh", role="support"),
    "incident.close": close,
    "incident.cancel": change_of("cancel", reason="salah sambung"),
    "incident.reopen": reopen,
    "incident.merge": merge,
    "incident.unmerge": unmerge,
    "incident.hand_over": change_of("hand_over", to_region=PPU, note="di wilayah Anda"),
    "incident.accept": answer_of("accept"),
    "incident.refuse": answer_of("refuse", reason="bukan wilayah kami"),
    "incident.confirm": by_phone("confirm", taken_by="Sdr. Budi"),
    "incident.take_back": by_phone("take_back", reason="tidak diangkat"),
}


def sealing(world: World) -> Act:
    """A case that becomes confidential, or is no longer, changes who sees it."""
    incident = world.report()
    other = "fire" if world.kind == "confidential" else "violence_women_children"
    return lambda: world.change(incident, "update", type=other, reason="ternyata lain")


def log_report(world: World) -> Act:
    return world.report


def add_caller(world: World) -> Act:
    incident = world.report()
    return lambda: world.operator.ok(f"incidents/{incident['id']}/calls/", {"narrative": "saya juga melihat"})


def add_note(world: World) -> Act:
    incident = world.report()
    return lambda: world.operator.ok(f"incidents/{incident['id']}/notes/", {"text": "akses dari utara"})


def upload(world: World, incident: dict[str, Any]) -> None:
    file = {"file": SimpleUploadedFile("foto.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)}
    path = f"/api/v1/incidents/{incident['id']}/attachments/"
    assert world.operator.client.post(path, file, headers=world.operator.headers).status_code == 201


def add_attachment(world: World) -> Act:
    incident = world.report()
    return lambda: upload(world, incident)


def open_attachment(world: World) -> Act:
    incident = world.report()
    upload(world, incident)
    attachment = Attachment.objects.get(incident_id=incident["id"]).id

    def act() -> None:
        assert world.operator.get(f"incidents/{incident['id']}/attachments/{attachment}/").status_code == 200

    return act


def tick_step(world: World) -> Act:
    incident = world.report()
    procedure = world.operator.incident(incident["id"])["procedures"][-1]
    body = {"procedure": procedure["id"], "step": 0}
    return lambda: world.operator.ok(f"incidents/{incident['id']}/sop/", body)


def call(action: str, **body: Any) -> Callable[[World], Act]:
    def scene(world: World) -> Act:
        if action == "offer":
            return lambda: world.operator.ok("calls/", {"region": MADIUN, "number": "081234567890"})
        made = world.operator.ok("calls/", {"region": MADIUN, "number": "081234567890"})
        return lambda: world.operator.ok(f"calls/{made['id']}/{action}/", body)

    return scene


def set_status(world: World) -> Act:
    unit = a_unit(world.lead)
    task = part(world.report(), world.lead)
    world.officer().step(task, "acknowledge")
    world.officer().step(task, "dispatch", units=[str(unit.id)])
    return lambda: world.officer().ok(f"units/{unit.id}/status/", {"status": "on_scene"})


def sweep(world: World) -> Act:
    world.report()
    world.operator.ok("calls/", {"region": MADIUN})

    def act() -> None:
        assert sweeps.sweep(at=timezone.now() + timedelta(days=1)) > 0

    return act


def expire(world: World) -> Act:
    offered(world)

    def act() -> None:
        assert expire_offers(at=timezone.now() + timedelta(hours=1)) == 1

    return act


def end_sights(world: World) -> Act:
    world.kind, world.lead, world.support = "confidential", "dp3a", "rsud"
    incident = world.report()
    assert IncidentAccess.objects.filter(incident_id=incident["id"], user__isnull=False, until=None).exists()

    def act() -> None:
        assert sweeps.end_sights(at=timezone.now() + timedelta(hours=13)) == 1

    return act


def end_agreement(world: World) -> Act:
    police()
    world.operator.report(CRIME)
    police(valid_until=timezone.now() - timedelta(seconds=1))

    def act() -> None:
        assert end_agreements(at=timezone.now()) >= 1

    return act


def pause(world: World, action: str = "pause") -> Act:
    Region.objects.filter(pk=MADIUN).update(pause_reasons=["waiting_police"])
    caches.clear()
    task = as_far_as(world, "acknowledge")
    path = f"assignments/{task['id']}/"
    if action == "resume":
        world.officer().ok(f"{path}pause/", {"reason": "waiting_police"})
    return lambda: world.officer().ok(f"{path}{action}/", {"reason": "waiting_police"} if action == "pause" else {})


def escalate(world: World) -> Act:
    """The last rung of a ladder that is as long as this: who did not answer, and the backup."""
    steps = [{"step": "backup", "after": 0}]
    Ladder.objects.create(region_id=MADIUN, key="", steps=steps, published_at=timezone.now())
    caches.clear()
    task, now = part(world.report(), world.lead), timezone.now()
    Escalation.objects.create(assignment_id=task["id"], hop=1, after_at=now, due_at=now)

    def act() -> None:
        assert escalations.escalate(at=timezone.now()) == 1

    return act


def give_up(world: World) -> Act:
    task, now = part(world.report(), world.lead), timezone.now()
    row = Delivery.objects.create(assignment_id=task["id"], channel="email", recipient="x", queued_at=now, due_at=now)
    return lambda: deliveries.note_failed(row.id, Failed("answer", "HTTP 404", lasting=True), at=timezone.now())


def sweep_all(world: World) -> Act:
    """As a worker does: by the database's time."""
    task = part(world.report(), world.lead)
    ago = timezone.now() - timedelta(minutes=10)
    Deadline.objects.filter(assignment_id=task["id"]).update(starts_at=ago, warn_at=ago, due_at=ago)

    def act() -> None:
        assert sweeps.sweep_all() > 0

    return act


def divert(world: World) -> Act:
    less, more = world.report(priority="low"), world.report(priority="critical")
    unit = a_unit(world.lead)
    for incident in (less, more):
        world.officer().step(part(incident, world.lead), "acknowledge")
    world.officer().step(part(less, world.lead), "dispatch", units=[str(unit.id)])
    body = {"assignment": part(more, world.lead)["id"]}
    return lambda: world.officer().ok(f"units/{unit.id}/divert/", body)


def request_support(world: World) -> Act:
    task = as_far_as(world, "acknowledge")
    return lambda: world.officer().ok(f"assignments/{task['id']}/support/", {"what": "units", "note": "api besar"})


def answer_support(world: World) -> Act:
    request_support(world)()
    asked = SupportRequest.objects.get()
    return lambda: world.operator.ok(f"support/{asked.id}/answer/", {"answer": "given"})


def detach_caller(world: World) -> Act:
    incident = world.report()
    world.operator.ok(f"incidents/{incident['id']}/calls/", {"narrative": "kecelakaan truk, dua orang luka"})
    caller = world.operator.incident(incident["id"])["calls"][-1]
    return lambda: world.operator.ok(f"incidents/{incident['id']}/calls/{caller['id']}/detach/")


SERVICES: dict[str, Callable[[World], Act]] = {
    "pauses.pause_clocks": pause,
    "pauses.resume_clocks": partial(pause, action="resume"),
    "escalations.escalate": escalate,
    "deliveries.note_failed": give_up,
    "reports.log_report": log_report,
    "incidents.add_caller": add_caller,
    "incidents.add_note": add_note,
    "attachments.add_attachment": add_attachment,
    "attachments.open_attachment": open_attachment,
    "checklists.tick_step": tick_step,
    "calls.offer_call": call("offer"),
    "calls.answer_call": call("answer"),
    "calls.end_call": call("end"),
    "calls.dispose_call": call("disposition", disposition="ghost"),
    "units.set_status": set_status,
    "sweeps.sweep": sweep,
    "diverting.divert_unit": divert,
    "support.request_support": request_support,
    "support.answer_support": answer_support,
    "detaching.detach_caller": detach_caller,
    "sweeps.sweep_all": sweep_all,
    "sweeps.end_sights": end_sights,
    "handovers.expire_offers": expire,
    "agreements.end_agreements": end_agreement,
}
BY_ACTION = {"incidents.change": CHANGES, "assignments.act": STEPS}
"""Services that do every action of a table: proved action by action."""
NO_BOARD_ROW = {
    "units.keep_positions": "where units are is passing state without an event (test_passing_state)",
    "hazards.draw_hazard": "areas of danger lie on maps, not in rows (test_hazards)",
    "hazards.end_hazard": "areas of danger lie on maps, not in rows (test_hazards)",
    "notifying.derive": "messages are no part of a row until one is given up",
    "deliveries.begin": "messages are no part of a row until one is given up",
}
CONFIGURATION = ("rule_sets.", "rule_replays.start_replay", "own_types.", "area_names.", "channels.", "flagging.")
"""Their events are entries of the audit log (`public` false): no board shows what they change."""
SCENES = {**STEPS, **CHANGES, **SERVICES, "incident.update of the type": sealing}


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


KINDLESS = ("incident.raise_alarm", "calls.", "agreements.", "sweeps.end_sights")
"""Nothing about these differs between the kinds."""
KINDS = [
    (name, kind)
    for name in SCENES
    for kind in ("ordinary", "confidential")
    if kind == "ordinary" or not name.startswith(KINDLESS)
]


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_what_a_service_does_reaches_every_screen_by_frames_alone(name: str, kind: str) -> None:
    act = SCENES[name](World(kind))
    with screens_follow():
        act()


def test_every_action_and_every_service_is_proved() -> None:
    assert set(STEPS) == {f"assignment.{action}" for action in ASSIGNMENT.transitions}
    assert set(CHANGES) == {f"incident.{action}" for action in INCIDENT.transitions}
    left = {name for name in services_that_write() if not name.startswith(CONFIGURATION)}
    assert left == {*SERVICES, *BY_ACTION, *NO_BOARD_ROW}
