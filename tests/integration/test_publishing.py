"""Changes of configuration: new versions instead of changes in place; what the log and other processes are told."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies import caches, organising, publishing, staffing
from agencies.access import SYSTEM, Actor, Post, Role
from agencies.models import Agency, Agreement, ConfigVersion, Membership, Procedure, Region, RunCard, Target, Unit, User
from agencies.problems import Conflict, NotPermitted, StaleVersion, Unprocessable, WrongState
from agencies.publishing import Lines, Support
from events.models import Event

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
MADIUN = "35.77"
ADMIN = Actor("admin", "Admin Kota Madiun", (Post(Role.ADMIN, MADIUN),))
BATU_ADMIN = Actor("batu", "Admin Kota Batu", (Post(Role.ADMIN, "35.79"),))


def agency(code: str, region: str = MADIUN) -> Agency:
    return Agency.objects.get(region_id=region, code=code)


def reference_version() -> int:
    return ConfigVersion.objects.get(name="reference").version


def last_event() -> Event:
    return Event.objects.order_by("-id")[0]


def sign(**changes: Any) -> Agreement:
    given: dict[str, Any] = {"agency": agency("polres"), "signed_on": AT.date(), "scope": ["*"], "reference": "MoU 1"}
    return publishing.sign_agreement(**given | {"actor": ADMIN, "at": AT} | changes)


class TestAgreements:
    def test_signing_ends_the_unsigned_version_and_begins_the_next(self) -> None:
        old = Agreement.objects.get(region_id=MADIUN, key="polres")
        new = sign()
        old.refresh_from_db()
        assert (old.signed_on, old.ended_at) == (None, AT)
        assert (new.version, new.ended_at, new.origin, new.published_by) == (2, None, "admin", "Admin Kota Madiun")

    def test_it_takes_effect_in_a_process_that_has_looked_before(self) -> None:
        police = caches.reference().regions[MADIUN].agencies["polres"]
        assert not caches.reference().regions[MADIUN].takes_part(police, AT)
        sign()
        assert caches.refresh_now().regions[MADIUN].takes_part(police, AT)

    def test_ending_takes_the_agency_out_and_leaves_the_row(self) -> None:
        agreement = sign()
        publishing.end_agreement(agreement=agreement, actor=ADMIN, at=LATER)
        agreement.refresh_from_db()
        region = caches.refresh_now().regions[MADIUN]
        assert agreement.ended_at == LATER
        assert not region.takes_part(region.agencies["polres"], LATER)

    def test_a_renewal_after_the_end_goes_on_counting(self) -> None:
        publishing.end_agreement(agreement=sign(), actor=ADMIN, at=LATER)
        assert sign(at=LATER, based_on=0).version == 3

    def test_the_log_keeps_what_it_was_and_what_it_is(self) -> None:
        sign(scope=["traffic"])
        event = last_event()
        told = json.loads(event.data)
        assert (event.kind, event.region, event.public) == ("agreement.signed", MADIUN, False)
        assert (told["before"]["signed_on"], told["after"]["signed_on"]) == (None, "2026-11-23")
        assert told["after"]["scope"] == ["traffic"]

    def test_two_admins_at_once_are_told_and_nothing_is_overwritten(self) -> None:
        sign(based_on=1)
        with pytest.raises(StaleVersion):
            sign(based_on=1, reference="MoU 2")
        assert Agreement.objects.get(key="polres", region_id=MADIUN, ended_at=None).reference == "MoU 1"

    @pytest.mark.parametrize("changes", [{"scope": []}, {"valid_until": AT}])
    def test_an_agreement_about_nothing_or_for_no_time_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(Unprocessable):
            sign(**changes)

    def test_only_the_regions_own_admin_may(self) -> None:
        for actor in (BATU_ADMIN, Actor("op", "Operator", (Post(Role.SUPERVISOR, MADIUN),))):
            with pytest.raises(NotPermitted):
                sign(actor=actor)


class TestRunCards:
    def publish(self, **changes: Any) -> RunCard:
        lines = Lines(agency("pupr"), agency("bpbd"), (Support(agency("dlh")), Support(agency("dishub"))))
        given: dict[str, Any] = {"region": MADIUN, "type": "public_facility", "subtype": "street_light", "lines": lines}
        return publishing.publish_run_card(**given | {"actor": ADMIN, "at": AT} | changes)

    def test_the_old_card_ends_whole_and_the_new_one_has_its_own_lines(self) -> None:
        old = RunCard.objects.get(region_id=MADIUN, subtype="street_light", ended_at=None)
        new = self.publish(based_on=old.version)
        old.refresh_from_db()
        assert (old.ended_at, old.lines.count()) == (AT, 1)
        assert (new.key, new.version) == (old.key, 2)
        found = [(line.role, line.agency.code) for line in new.lines.all()]
        assert found == [("lead", "pupr"), ("support", "dlh"), ("support", "dishub")]

    def test_routing_sees_the_new_card(self) -> None:
        new = self.publish()
        card = next(c for c in caches.refresh_now().regions[MADIUN].run_cards if c.subtype == "street_light")
        assert (card.id, card.lines[0].backup) == (str(new.id), "bpbd")

    def test_a_card_for_other_hours_is_another_card(self) -> None:
        night = self.publish(from_hour=22, until_hour=6)
        assert night.version == 1
        assert RunCard.objects.filter(region_id=MADIUN, subtype="street_light", ended_at=None).count() == 2

    def test_a_new_card_for_what_has_one_is_refused(self) -> None:
        with pytest.raises(StaleVersion):
            self.publish(based_on=0)

    def test_agencies_of_another_region_or_twice_are_refused(self) -> None:
        pupr, foreign = agency("pupr"), agency("bpbd", "35.79")
        twice = Lines(pupr, support=(Support(pupr),))
        for lines in (Lines(foreign), twice, Lines(pupr, pupr), Lines(pupr, foreign)):
            with pytest.raises(Unprocessable):
                self.publish(lines=lines)

    def test_the_card_of_a_whole_type_cannot_end(self) -> None:
        card = RunCard.objects.get(region_id=MADIUN, key="fire/////")
        with pytest.raises(WrongState):
            publishing.end_run_card(card=card, actor=ADMIN, at=AT)

    def test_a_special_card_can_end(self) -> None:
        card = RunCard.objects.get(region_id=MADIUN, subtype="snake")
        publishing.end_run_card(card=card, actor=ADMIN, at=AT)
        card.refresh_from_db()
        assert card.ended_at == AT


class TestTargets:
    def publish(self, seconds: dict[str, int | None], **changes: Any) -> list[Target]:
        given: dict[str, Any] = {"region": MADIUN, "type": "fire", "priority": "", "seconds": seconds}
        return publishing.publish_targets(**given | {"actor": ADMIN, "at": AT} | changes)

    def test_only_what_differs_gets_a_new_version(self) -> None:
        before = Target.objects.count()
        found = self.publish({"arrive": 900, "dispatch": 80})
        assert [(t.stage, t.seconds, t.version) for t in found] == [("dispatch", 80, 1)]
        assert Target.objects.count() == before + 1

    def test_an_emptied_cell_ends(self) -> None:
        self.publish({"arrive": None})
        assert Target.objects.get(region_id=MADIUN, key="fire//arrive").ended_at == AT
        assert last_event().kind == "target.ended"

    def test_a_stale_cell_stops_the_whole_row(self) -> None:
        with pytest.raises(StaleVersion):
            self.publish({"dispatch": 80, "arrive": 600}, based_on={"dispatch": 0, "arrive": 7})

    def test_zero_seconds_are_refused(self) -> None:
        with pytest.raises(Unprocessable):
            self.publish({"arrive": 0})


class TestProcedures:
    def test_a_new_version_leaves_the_old_text_untouched(self) -> None:
        old = Procedure.objects.get(region_id=MADIUN, key="fire/")
        new = publishing.publish_procedure(
            region=MADIUN, type="fire", title="Kebakaran", questions=["Di mana?"], steps=[], tell_caller=[],
            actor=ADMIN, at=AT, based_on=1,
        )  # fmt: skip
        again = Procedure.objects.get(pk=old.pk)
        assert (again.questions, again.ended_at) == (old.questions, AT)
        assert (new.version, new.questions) == (2, ["Di mana?"])

    def test_ending_one_twice_is_told(self) -> None:
        procedure = Procedure.objects.get(region_id=MADIUN, key="medical/cardiac")
        publishing.end_procedure(procedure=procedure, actor=ADMIN, at=AT)
        with pytest.raises(StaleVersion):
            publishing.end_procedure(procedure=procedure, actor=ADMIN, at=AT)


class TestWhatChangesInPlace:
    def test_an_agency_keeps_its_row_and_the_log_has_both_values(self) -> None:
        bpbd, version = agency("bpbd"), reference_version()
        organising.update_agency(agency=bpbd, fields={"phone": "0351 462153"}, actor=ADMIN, at=AT)
        assert agency("bpbd").phone == "0351 462153"
        assert agency("bpbd").pk == bpbd.pk
        told = json.loads(last_event().data)
        assert told == {"before": {"agency": "bpbd", "phone": ""}, "after": {"agency": "bpbd", "phone": "0351 462153"}}
        assert reference_version() == version + 1

    def test_saving_without_a_change_says_nothing(self) -> None:
        bpbd, version, events = agency("bpbd"), reference_version(), Event.objects.count()
        organising.update_agency(agency=bpbd, fields={"name": bpbd.name}, actor=ADMIN, at=AT)
        assert (reference_version(), Event.objects.count()) == (version, events)

    def test_an_agency_that_run_cards_send_cannot_end(self) -> None:
        with pytest.raises(WrongState, match="disaster"):
            organising.end_agency(agency=agency("bpbd"), actor=ADMIN, at=AT)

    def test_an_ended_agency_comes_back_with_its_row(self) -> None:
        fields = {"code": "pmi", "name": "PMI Kota Madiun", "short": "PMI", "kind": "red_cross"}
        pmi = organising.add_agency(region=MADIUN, fields=fields, actor=ADMIN, at=AT)
        with pytest.raises(Conflict):
            organising.add_agency(region=MADIUN, fields=fields, actor=ADMIN, at=AT)
        organising.end_agency(agency=pmi, actor=ADMIN, at=LATER)
        assert agency("pmi").ended_at == LATER
        again = organising.add_agency(region=MADIUN, fields=fields, actor=ADMIN, at=LATER)
        assert (again.pk, agency("pmi").ended_at) == (pmi.pk, None)

    def test_a_unit_on_a_task_cannot_end(self) -> None:
        unit = Unit.objects.select_related("agency").get(agency__region_id=MADIUN, code="DMK-01")
        Unit.objects.filter(pk=unit.pk).update(status="en_route")
        with pytest.raises(WrongState):
            organising.end_unit(unit=unit, actor=ADMIN, at=AT)

    def test_command_moves_without_anything_else_changing(self) -> None:
        before = dict(Region.objects.filter(pk="64.09").values().get())
        ppu = Actor("ppu", "Admin PPU", (Post(Role.ADMIN, "64.09"),))
        organising.set_command_authority(region=Region.objects.get(pk="64.09"), agency_code="bpbd", actor=ppu, at=AT)
        after = dict(Region.objects.filter(pk="64.09").values().get())
        assert {name for name in after if after[name] != before[name]} == {"command_authority"}
        assert caches.refresh_now().regions["64.09"].command_authority == "bpbd"

    def test_command_goes_to_nobody_unknown(self) -> None:
        with pytest.raises(Unprocessable):
            organising.update_region(region=MADIUN, fields={"command_authority": "nobody"}, actor=ADMIN, at=AT)


class TestPeople:
    def add(self, **changes: Any) -> tuple[User, str]:
        given: dict[str, Any] = {"region": MADIUN, "username": "sari", "display_name": "Sari", "phone": "0812"}
        return staffing.add_user(
            **given | {"role": Role.CALL_TAKER, "agency": None, "actor": ADMIN, "at": AT} | changes
        )

    def test_the_first_password_works_and_is_in_no_log(self) -> None:
        user, password = self.add()
        assert user.check_password(password)
        assert not any(password in text for text in Event.objects.values_list("data", flat=True))
        assert user.memberships.get().role == "call_taker"

    def test_a_taken_name_leaves_nothing_behind(self) -> None:
        self.add()
        count = Membership.objects.count()
        with pytest.raises(Conflict):
            self.add()
        assert Membership.objects.count() == count

    def test_national_is_not_a_regions_to_give(self) -> None:
        with pytest.raises(NotPermitted):
            self.add(role=Role.NATIONAL)

    @pytest.mark.parametrize(("role", "code"), [(Role.OFFICER, None), (Role.CALL_TAKER, "bpbd")])
    def test_role_and_agency_must_fit(self, role: Role, code: str | None) -> None:
        with pytest.raises(Unprocessable):
            self.add(role=role, agency=agency(code) if code else None)

    def test_an_agency_of_another_region_is_refused(self) -> None:
        with pytest.raises(Unprocessable):
            self.add(role=Role.OFFICER, agency=agency("bpbd", "35.79"))

    def test_an_ended_role_is_no_longer_a_post(self) -> None:
        user, _ = self.add(at=timezone.now() - timedelta(minutes=1))
        assert caches.actor_of_user(str(user.pk)).regions(Role.CALL_TAKER) == {MADIUN}
        staffing.end_membership(membership=user.memberships.get(), actor=ADMIN, at=timezone.now())
        caches.refresh_now()
        assert caches.actor_of_user(str(user.pk)).posts == ()

    def test_an_account_with_roles_elsewhere_is_not_one_regions_to_change(self) -> None:
        user, _ = self.add()
        Membership.objects.create(user=user, role="qa", region_id="35.79", from_at=AT)
        for change in (
            lambda: staffing.reset_password(user=user, region=MADIUN, actor=ADMIN, at=AT),
            lambda: staffing.set_user_active(user=user, region=MADIUN, active=False, actor=ADMIN, at=AT),
        ):
            with pytest.raises(NotPermitted):
                change()

    def test_a_superuser_is_nobodys_to_take_over(self) -> None:
        user, _ = self.add()
        User.objects.filter(pk=user.pk).update(is_superuser=True)
        user.refresh_from_db()
        with pytest.raises(NotPermitted):
            staffing.reset_password(user=user, region=MADIUN, actor=ADMIN, at=AT)

    def test_switching_off_reaches_every_process(self) -> None:
        user, _ = self.add()
        version = ConfigVersion.objects.get(name="access").version
        staffing.set_user_active(user=user, region=MADIUN, active=False, actor=ADMIN, at=AT)
        assert ConfigVersion.objects.get(name="access").version == version + 1
        caches.refresh_now()
        assert caches.actor_of_user(str(user.pk)).posts == ()

    def test_an_admin_cannot_lock_themselves_out(self) -> None:
        admin = User.objects.get(username="admin.madiun")
        actor = caches.actor_of_user(str(admin.pk))
        with pytest.raises(NotPermitted):
            staffing.set_user_active(user=admin, region=MADIUN, active=False, actor=actor, at=AT)
        with pytest.raises(NotPermitted):
            staffing.end_membership(membership=admin.memberships.get(), actor=actor, at=AT)


def test_the_system_may_sign_for_any_region() -> None:
    assert sign(actor=SYSTEM, signed_on=date(2026, 11, 1)).signed_on == date(2026, 11, 1)


def test_a_row_of_the_night_stands_beside_the_row_of_the_whole_day(db):
    given = {"region": MADIUN, "type": "fire", "priority": "", "seconds": {"arrive": 1500}, "actor": ADMIN, "at": AT}
    (night,) = publishing.publish_targets(**given, from_hour=22, until_hour=6)
    assert (night.key, night.from_hour, night.until_hour) == ("fire//arrive/22/6", 22, 6)
    assert Target.objects.filter(region_id=MADIUN, type="fire", stage="arrive", ended_at=None).count() == 2
