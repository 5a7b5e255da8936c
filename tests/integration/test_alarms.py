"""Raising the alarm: the next level of the run card brings in further agencies, and says why."""

import pytest

from agencies.models import Agency, RunCardLine
from tests.integration.acting import Acting, as_fold, fold, number, part

pytestmark = pytest.mark.django_db
FIRE = "kebakaran rumah besar di gang melati"


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def fire(operator):
    return operator.report(FIRE)


def codes(incident):
    return [one["agency"]["code"] for one in incident["assignments"]]


def raised(actor, incident, **more):
    return actor.act(incident, "raise_alarm", version=actor.incident(incident["id"])["version"], **more)


def test_the_first_alarm_sends_only_the_lines_of_the_first_level(operator, fire):
    assert codes(fire) == ["damkar", "dinkes"]
    assert operator.incident(fire["id"])["alarm"] == 1
    assert "raise_alarm" in operator.incident(fire["id"])["actions"]


def test_each_raise_brings_in_the_next_level_with_reason_and_deadlines(operator, fire):
    second = raised(operator, fire, reason="api merembet ke tiga rumah")
    assert codes(second) == ["damkar", "dinkes", "bpbd"]
    joined = part(second, "bpbd")
    assert joined["role"] == "support"
    assert joined["reason"].startswith("alarm 2: kartu tugas fire")
    assert "acknowledge" in {one["stage"] for one in joined["deadlines"]}
    third = raised(operator, fire)
    assert codes(third) == ["damkar", "dinkes", "bpbd", "satpolpp"]
    shown = operator.incident(fire["id"])
    assert shown["alarm"] == 3
    assert "raise_alarm" not in shown["actions"]
    assert [e["alarm"]["level"] for e in shown["timeline"] if "alarm" in e] == [2, 3]
    assert "api merembet ke tiga rumah" in [t["text"] for t in shown["texts"]]


def test_above_the_highest_level_nothing_changes(operator, fire):
    raised(operator, fire)
    raised(operator, fire)
    version = operator.incident(fire["id"])["version"]
    answer = operator.post(f"incidents/{fire['id']}/raise_alarm/", {"version": version})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/no_higher_alarm")
    assert operator.incident(fire["id"])["version"] == version


def test_two_who_press_at_once_raise_it_once(operator, fire):
    version = operator.incident(fire["id"])["version"]
    raised(operator, fire)
    answer = Acting("supervisor.madiun").post(f"incidents/{fire['id']}/raise_alarm/", {"version": version})
    assert answer.status_code == 409
    assert operator.incident(fire["id"])["alarm"] == 2


def test_who_is_there_already_is_not_sent_twice(operator, fire):
    operator.act(fire, "assign", version=operator.incident(fire["id"])["version"], agency="bpbd", role="support")
    assert codes(raised(operator, fire)) == ["damkar", "dinkes", "bpbd"]


def test_the_agency_and_open_screens_learn_it_by_the_feed(operator, fire):
    number()
    before = operator.board()
    raised(operator, fire)
    number()
    assert fold(before, operator.events(before["seq"])) == as_fold(operator.board())
    assert fire["id"] in {row["id"] for row in Acting("bpbd.madiun").board()["incidents"]}


def test_a_kind_whose_card_holds_nobody_back_has_no_such_button(operator):
    lamp = operator.report("lampu jalan mati di depan pasar")
    assert "raise_alarm" not in operator.incident(lamp["id"])["actions"]


def test_the_pack_and_the_page_of_the_admin_show_the_level(client):
    from agencies.models import User

    line = RunCardLine.objects.get(
        run_card__region_id="35.77", run_card__key="fire/////", run_card__ended_at=None, agency__code="bpbd"
    )
    assert line.alarm == 2
    client.force_login(
        User.objects.get(username="admin.madiun"), backend="django.contrib.auth.backends.ModelBackend"
    )  # fmt: skip
    assert "alarm 2" in client.get("/kelola/35.77/kartu/").content.decode()
    page = client.get(f"/kelola/35.77/kartu/{line.run_card_id}/")
    form = page.context["form"]
    data = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    data = {name: getattr(value, "pk", value) for name, value in data.items()}
    pupr = Agency.objects.get(region_id="35.77", code="pupr")
    data |= {"support_4": str(pupr.pk), "alarm_4": "3"}
    answer = client.post(f"/kelola/35.77/kartu/{line.run_card_id}/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    lines = RunCardLine.objects.filter(run_card__key="fire/////", run_card__region_id="35.77", run_card__ended_at=None)
    assert dict(lines.values_list("agency__code", "alarm")) == {
        "damkar": 1, "dinkes": 1, "bpbd": 2, "satpolpp": 3, "pupr": 3,
    }  # fmt: skip
