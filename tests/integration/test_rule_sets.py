"""A region's rules from draft to publication and back: who may, what the log says, what reports are decided by."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies import caches
from agencies.access import Actor
from agencies.caches import actor_of_user
from agencies.models import ConfigVersion, IncidentType, Membership, RuleSet, RunCard
from agencies.problems import NotPermitted, NotVisible, StaleVersion, Unprocessable, WrongState
from dispatch import rule_reports
from dispatch.models import RuleReplay
from dispatch.services import own_types, rule_replays, rule_sets
from events.models import Event
from incidents.models import Classification, Text
from tests.integration.acting import MADIUN, PPU, Acting, another

pytestmark = pytest.mark.django_db

SAID = "sirubambu sirubambu di lapangan"
ROW = {"id": "madiun.sirubambu", "type": "fire", "weight": 20, "priority": "high", "phrases": ["sirubambu"]}
NOW = timezone.now


def person(username: str) -> Actor:
    return actor_of_user(str(Acting(username).user.id))


@pytest.fixture
def admin() -> Actor:
    return person("admin.madiun")


@pytest.fixture
def supervisor() -> Actor:
    return person("supervisor.madiun")


def save(actor, row=None, *, revision=None, replaces=""):
    draft = rule_replays.draft_of(MADIUN)
    given = revision if revision is not None else (draft.revision if draft else 0)
    return rule_sets.save_rule(region=MADIUN, revision=given, row=row or ROW, replaces=replaces, actor=actor, at=NOW())


def add_example(actor, draft, example) -> RuleSet:
    return rule_sets.save_example(
        region=MADIUN, revision=draft.revision, example=example, place=None, actor=actor, at=NOW()
    )


def publish(author, publisher, row=None, reason="") -> RuleSet:
    draft = save(author, row)
    rule_sets.submit(region=MADIUN, revision=draft.revision, note="", actor=author, at=NOW())
    done = rule_sets.publish(region=MADIUN, revision=draft.revision, reason=reason, actor=publisher, at=NOW())
    caches.clear()
    return done


def decided(text: str, region: str = MADIUN) -> dict:
    who = "operator.madiun" if region == MADIUN else "operator.ppu"
    return Acting(who).ok("classify/", {"region": region, "narrative": text})


def told(kind: str) -> dict:
    return json.loads(Event.objects.filter(kind=kind).latest("id").data)


def test_a_published_rule_decides_reports_of_its_region_only_and_is_named_in_them(admin, supervisor):
    assert decided(SAID)["type"] != "fire"
    version = publish(admin, supervisor).version
    answer = decided(SAID)
    assert answer["type"] == "fire"
    assert decided(SAID, PPU)["type"] != "fire"
    incident = Acting("operator.madiun").report(SAID)
    kept = Classification.objects.get(incident=incident["id"])
    assert kept.rules_version.endswith(f"+{MADIUN}-v{version}")
    assert kept.rules_version.startswith("builtin")
    assert kept.reasons[0]["rule"] == "madiun.sirubambu"


def test_nothing_is_in_force_before_it_is_published(admin):
    draft = save(admin)
    rule_sets.submit(region=MADIUN, revision=draft.revision, note="", actor=admin, at=NOW())
    caches.clear()
    assert decided(SAID)["type"] != "fire"


def test_publishing_tells_every_process(admin, supervisor):
    before = ConfigVersion.objects.get(name="reference").version
    publish(admin, supervisor)
    assert ConfigVersion.objects.get(name="reference").version == before + 1


def test_a_set_that_cannot_be_used_leaves_the_built_in_rules_and_is_said_loudly(caplog):
    RuleSet.objects.create(region_id=MADIUN, key="pack", version=90, status="published", published_at=NOW(),
                           rules=[{"id": "madiun.bad", "type": "dragon", "phrases": ["{nothing}"]}])  # fmt: skip
    caches.clear()
    with caplog.at_level(logging.ERROR, logger="siaga.rules"):
        assert decided("kebakaran rumah, api besar")["type"] == "fire"
    assert MADIUN in caplog.text


def test_an_edit_begins_a_draft_of_what_is_in_force(admin, supervisor):
    publish(admin, supervisor)
    draft = save(admin, ROW | {"id": "madiun.second", "phrases": ["sirubatu"]})
    assert [row["id"] for row in draft.rules] == ["madiun.sirubambu", "madiun.second"]
    assert draft.based_on == rule_sets.in_force(MADIUN).version


def test_an_edit_of_an_older_draft_is_refused(admin):
    draft = save(admin)
    save(admin, ROW | {"weight": 9}, replaces=ROW["id"])
    with pytest.raises(StaleVersion):
        save(admin, ROW | {"weight": 8}, revision=draft.revision, replaces=ROW["id"])
    with pytest.raises(StaleVersion):
        save(admin, ROW, revision=0)


def test_a_bad_rule_is_refused_with_its_field(admin):
    with pytest.raises(Unprocessable) as caught:
        save(admin, ROW | {"phrases": ["{nothing}"], "weight": 99})
    assert {error["field"] for error in caught.value.errors} == {"phrases", "weight"}
    assert rule_replays.draft_of(MADIUN) is None


def test_there_is_one_draft_in_work(admin):
    assert rule_sets.start_draft(region=MADIUN, actor=admin, at=NOW()).pk == (
        rule_sets.start_draft(region=MADIUN, actor=admin, at=NOW()).pk
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSet.objects.create(region_id=MADIUN, key="pack", version=99, status="draft", published_at=NOW())


def test_what_is_in_review_is_not_edited_until_it_is_given_back(admin, supervisor):
    draft = save(admin)
    rule_sets.submit(region=MADIUN, revision=draft.revision, note="coba", actor=admin, at=NOW())
    with pytest.raises(WrongState):
        save(admin, ROW | {"weight": 9}, replaces=ROW["id"])
    back = rule_sets.give_back(region=MADIUN, revision=draft.revision, note="terlalu luas", actor=supervisor, at=NOW())
    assert (back.status, back.reason) == ("draft", "terlalu luas")
    save(admin, ROW | {"weight": 9}, replaces=ROW["id"])


def test_a_draft_is_published_out_of_review_only(admin, supervisor):
    draft = save(admin)
    with pytest.raises(WrongState):
        rule_sets.publish(region=MADIUN, revision=draft.revision, reason="", actor=supervisor, at=NOW())


def test_nobody_publishes_their_own_work_while_somebody_else_could(admin, supervisor):
    another("admin2.madiun", "admin", MADIUN)
    with pytest.raises(NotPermitted):
        publish(admin, admin)
    draft = rule_replays.draft_of(MADIUN)
    second = actor_of_user(str(Membership.objects.get(user__username="admin2.madiun").user_id))
    done = rule_sets.publish(region=MADIUN, revision=draft.revision, reason="", actor=second, at=NOW())
    assert not done.alone


def test_a_supervisor_does_not_publish_their_own_work(supervisor):
    with pytest.raises(NotPermitted):
        publish(supervisor, supervisor)


def test_the_only_admin_publishes_their_own_work_and_the_log_says_so(admin):
    assert publish(admin, admin).alone
    assert told("rules.published")["after"]["alone"] is True


@pytest.mark.parametrize("username", ["operator.madiun", "bpbd.madiun", "qa.madiun", "wall.madiun", "national"])
def test_other_roles_change_no_rules(username):
    with pytest.raises(NotPermitted):
        save(person(username))


@pytest.mark.parametrize("username", ["admin.ppu", "supervisor.ppu"])
def test_rules_of_another_region_do_not_exist(username):
    with pytest.raises(NotVisible):
        save(person(username))


def test_a_draft_that_breaks_an_example_needs_a_reason(admin, supervisor):
    draft = save(admin)
    example = {"text": SAID, "type": "medical"}
    draft = add_example(admin, draft, example)
    rule_sets.submit(region=MADIUN, revision=draft.revision, note="", actor=admin, at=NOW())
    with pytest.raises(Unprocessable, match="alasan"):
        rule_sets.publish(region=MADIUN, revision=draft.revision, reason=" ", actor=supervisor, at=NOW())
    done = rule_sets.publish(region=MADIUN, revision=draft.revision, reason="contoh lama", actor=supervisor, at=NOW())
    after = told("rules.published")["after"]
    assert (done.reason, after["reason"], after["broken"]) == ("contoh lama", "contoh lama", 1)


def test_weakening_a_danger_to_life_needs_a_reason(admin, supervisor):
    grave = next(r.rule.id for r in rule_sets.caches.rules().rules if r.rule.raises == "critical")
    with pytest.raises(Unprocessable):
        publish(admin, supervisor, {"id": grave, "off": True})


def test_the_log_names_rules_and_never_the_words_of_an_example(admin, supervisor):
    draft = save(admin)
    add_example(admin, draft, {"text": "Ibu Siti di rumah", "type": "fire"})
    said = [event.data for event in Event.objects.filter(kind__startswith="rules.")]
    assert "madiun.sirubambu" in "".join(said)
    assert "Siti" not in "".join(said)
    assert told("rules.edited")["after"]["examples"] == 1


def test_one_step_takes_a_version_back_as_a_new_one(admin, supervisor):
    first = publish(admin, supervisor)
    draft = save(admin, ROW | {"type": "medical"}, replaces=ROW["id"])
    rule_sets.submit(region=MADIUN, revision=draft.revision, note="", actor=admin, at=NOW())
    second = rule_sets.publish(region=MADIUN, revision=draft.revision, reason="", actor=supervisor, at=NOW())
    caches.clear()
    assert decided(SAID)["type"] == "medical"
    third = rule_sets.roll_back(region=MADIUN, version=first.version, reason="salah", actor=admin, at=NOW())
    caches.clear()
    assert decided(SAID)["type"] == "fire"
    assert third.version > second.version > first.version
    assert RuleSet.objects.get(pk=first.pk).rules == third.rules
    assert told("rules.rolled_back")["after"]["source"] == first.version
    assert RuleSet.objects.filter(region_id=MADIUN, status="published").count() == 1


def test_taking_back_the_first_version_leaves_the_built_in_rules(admin, supervisor):
    publish(admin, supervisor)
    rule_sets.roll_back(region=MADIUN, version=0, reason="", actor=supervisor, at=NOW())
    caches.clear()
    assert decided(SAID)["type"] != "fire"
    with pytest.raises(WrongState):
        rule_sets.roll_back(region=MADIUN, version=0, reason="", actor=supervisor, at=NOW())


def test_a_discarded_draft_is_no_version_to_go_back_to(admin):
    draft = save(admin)
    rule_sets.discard(region=MADIUN, revision=draft.revision, actor=admin, at=NOW())
    assert list(rule_sets.versions_of(MADIUN)) == []
    with pytest.raises(NotVisible):
        rule_sets.roll_back(region=MADIUN, version=draft.version, reason="", actor=admin, at=NOW())


def test_a_file_is_taken_whole_or_refused_whole(admin):
    with pytest.raises(Unprocessable) as caught:
        rule_sets.import_set(region=MADIUN, revision=0, rules=[ROW, {"id": "x", "off": True}],
                             examples=[{"text": "", "type": "dragon"}], actor=admin, at=NOW())  # fmt: skip
    assert len(caught.value.errors) == 3
    assert rule_replays.draft_of(MADIUN) is None
    draft = rule_sets.import_set(region=MADIUN, revision=0, rules=[ROW], examples=[], actor=admin, at=NOW())
    assert draft.rules == [ROW]


class TestReplay:
    @pytest.fixture
    def reports(self):
        operator = Acting("operator.madiun")
        ids = [operator.report(text)["id"] for text in (SAID, "kebakaran rumah, api besar", "lampu jalan mati")]
        ids.append(operator.report(f"{SAID}, istri dipukuli suami sampai luka", type="violence_women_children")["id"])
        return ids

    def run(self, admin, reports=300):
        draft = save(admin)
        return rule_replays.start_replay(region=MADIUN, revision=draft.revision, reports=reports, actor=admin, at=NOW())

    def test_it_says_what_would_be_decided_otherwise_and_who_would_get_more(self, admin, reports):
        row = self.run(admin)
        tally = row.result["tally"]
        assert (row.state, tally["total"], tally["changed"]) == ("done", 3, 1)
        assert dict(tally["more"])["damkar"] == 1
        only = row.result["rows"][0]
        assert (only["id"], only["new"]["type"]) == (reports[0], "fire")

    def test_confidential_cases_are_no_part_of_it_not_even_as_a_number(self, admin, reports):
        assert reports[3] not in json.dumps(self.run(admin).result)

    def test_its_result_holds_no_words(self, admin, reports):
        assert "sirubambu" not in json.dumps(self.run(admin).result)

    def test_only_who_may_read_reports_is_given_their_words(self, admin, supervisor, reports):
        assert rule_reports.words_for(admin, reports) == {}
        assert set(rule_reports.words_for(supervisor, reports)) == set(reports[:3])
        assert rule_reports.words_for(person("supervisor.ppu"), reports) == {}

    def test_many_reports_wait_for_a_worker_which_keeps_the_result(self, admin, reports, monkeypatch):
        monkeypatch.setattr(rule_replays, "AT_ONCE", 1)
        row = self.run(admin)
        assert row.state == "queued"
        assert rule_replays.run_waiting(at=NOW()) == 1
        row.refresh_from_db()
        assert (row.state, row.done, row.total) == ("done", 3, 3)
        assert rule_replays.run_waiting(at=NOW()) == 0

    def test_one_whose_worker_was_lost_is_taken_up_again(self, admin, reports, monkeypatch):
        monkeypatch.setattr(rule_replays, "AT_ONCE", 1)
        row = self.run(admin)
        RuleReplay.objects.filter(pk=row.pk).update(state="running", beat_at=NOW())
        assert rule_replays.run_waiting(at=NOW() + timedelta(seconds=30)) == 0
        assert rule_replays.run_waiting(at=NOW() + timedelta(seconds=90)) == 1

    def test_one_that_fails_says_so(self, admin, reports, monkeypatch):
        monkeypatch.setattr(rule_replays.replay, "play", lambda *a, **k: 1 / 0)
        row = self.run(admin)
        assert (row.state, row.error) == ("failed", "ZeroDivisionError")


class TestUnmapped:
    @pytest.fixture
    def unclaimed(self):
        operator = Acting("operator.madiun")
        for name in ("budiwan", "sitiwan", "agungwan"):
            assert operator.report(f"gelumbing besar muncul {name}")["classification"]["confidence"] == 0
        operator.report("gelumbing besar muncul rahasia", type="violence_women_children")

    def test_words_are_counted_and_names_in_few_reports_are_not_told_to_the_admin(self, admin, unclaimed):
        region = rule_sets.region_ref(MADIUN)
        found = rule_reports.unmapped(admin, region, with_words=False)
        counts = {word.word: word.reports for word in found.words}
        assert counts["gelumbing"] == 3
        assert not {"budiwan", "sitiwan", "agungwan"} & set(counts)
        assert found.examples == ()

    def test_the_supervisor_sees_the_reports(self, supervisor, unclaimed):
        found = rule_reports.unmapped(supervisor, rule_sets.region_ref(MADIUN), with_words=True)
        assert found.reports == 3
        assert any("budiwan" in text for _number, text in found.examples)
        assert not any("rahasia" in text for _number, text in found.examples)

    def test_a_type_of_ones_own_with_an_agency_and_a_rule_sends_that_agency(self, admin, supervisor, unclaimed):
        own_types.add_type(region=MADIUN, code="gelumbing", name="Gelumbing", base="public_order", lead="satpolpp",
                           support=["bpbd"], actor=admin, at=NOW())  # fmt: skip
        caches.clear()
        row = {"id": "madiun.gelumbing", "type": "public_order", "subtype": "gelumbing", "weight": 15,
               "phrases": ["gelumbing"]}  # fmt: skip
        publish(admin, supervisor, row)
        incident = Acting("operator.madiun").report("gelumbing besar muncul di lapangan")
        assert incident["type"] == "gelumbing"
        assert [a["agency"]["code"] for a in incident["assignments"]] == ["satpolpp", "bpbd"]
        assert IncidentType.objects.get(code="gelumbing").base == "public_order"
        assert RunCard.objects.get(type="gelumbing").origin == "admin"


def test_a_pack_that_is_loaded_again_leaves_the_draft_and_the_examples(admin, supervisor):
    from agencies.loading import rows

    publish(admin, supervisor)
    draft = save(admin, ROW | {"weight": 9}, replaces=ROW["id"])
    draft = add_example(admin, draft, {"text": SAID, "type": "fire"})
    rule_sets.submit(region=MADIUN, revision=draft.revision, note="", actor=admin, at=NOW())
    rule_sets.publish(region=MADIUN, revision=draft.revision, reason="", actor=supervisor, at=NOW())
    draft = save(admin, ROW | {"weight": 8}, replaces=ROW["id"])
    context = rows.Context(MADIUN, rule_sets.region_ref(MADIUN).tz, NOW(), "paket")
    rows.write_published("rules", {rows.RULES_KEY: {"rules": [ROW]}}, context)
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert rule_sets.in_force(MADIUN).examples == [{"text": SAID, "type": "fire"}]


def test_words_of_reports_stay_behind_the_row_level_policies(admin):
    Acting("operator.madiun").report(SAID)
    assert Text.objects.filter(plain__contains="sirubambu").count() == 0
