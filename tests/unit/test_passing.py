"""Where units are and who has a case open: told to those who may see it, and to nobody else."""

from hypothesis import given
from hypothesis import strategies as st

from agencies.access import Actor, Post, Role
from dispatch.passing import Company, Move, Present, may_be_present, moves_for, passing_frame, people_for
from dispatch.sightings import Sight

HERE, THERE = "35.77", "64.09"
OPERATOR = Actor("op", "Sari", (Post(Role.CALL_TAKER, HERE),))
SUPERVISOR = Actor("sup", "Budi", (Post(Role.SUPERVISOR, HERE),))
QA = Actor("qa", "Tono", (Post(Role.QA, HERE),))
WALL = Actor("wall", "Dinding", (Post(Role.WALL, HERE),))
ADMIN = Actor("admin", "Admin", (Post(Role.ADMIN, HERE),))
FIRE = Actor("fire", "Damkar", (Post(Role.OFFICER, HERE, "damkar-id", "damkar"),))
WOMEN = Actor("women", "DP3A", (Post(Role.OFFICER, HERE, "dp3a-id", "dp3a", True),))
FAR = Actor("far", "PPU", (Post(Role.SUPERVISOR, THERE),))
EVERYBODY = (OPERATOR, SUPERVISOR, QA, WALL, ADMIN, FIRE, WOMEN, FAR)
SECRET = Sight({"dp3a-id": "full", "damkar-id": "task"}, {"op": "full"}, True)
OPEN = Sight({"damkar-id": "full"}, {}, False)


def who_sees(move: Move) -> set[str]:
    return {actor.id for actor in EVERYBODY if moves_for(actor, HERE, [move])}


def move(agency="damkar-id", case=None, region=HERE) -> Move:
    return Move("u1", region, agency, -7.6, 111.5, "2026-11-22T10:00:00+07:00", case)


def test_the_desk_sees_every_unit_and_an_agency_its_own():
    assert who_sees(move()) == {"op", "sup", "qa", "wall", "fire"}
    assert who_sees(move("dp3a-id")) == {"op", "sup", "qa", "wall", "women"}


def test_at_a_confidential_case_a_position_is_for_those_who_see_its_place():
    assert who_sees(move("dp3a-id", SECRET)) == {"op", "sup", "women"}
    assert who_sees(move("dp3a-id", Sight({"dp3a-id": "full"}, {}, True))) == {"sup", "women"}
    assert who_sees(move("pmi-id", Sight({}, {}, True))) == {"sup"}


def test_another_regions_units_are_not_told_here():
    assert who_sees(move(region=THERE)) == set()
    assert moves_for(FAR, THERE, [move(region=HERE)]) == []


def test_a_move_is_told_as_id_place_and_time():
    assert moves_for(OPERATOR, HERE, [move()]) == [["u1", -7.6, 111.5, "2026-11-22T10:00:00+07:00"]]


SIGHTS = {"fire-case": OPEN, "secret-case": SECRET, "unknown-to-op": Sight({}, {}, True)}
PEOPLE = [Present(HERE, case, "sup", "Budi") for case in SIGHTS]


def met_by(actor: Actor, people=PEOPLE) -> set[str]:
    return {one["incident"] for one in people_for(actor, HERE, people, SIGHTS.get)}


def test_colleagues_are_shown_at_cases_that_the_reader_sees_in_full():
    assert met_by(SUPERVISOR) == set(SIGHTS)
    assert met_by(OPERATOR) == {"fire-case", "secret-case"}
    for outsider in (QA, WALL, ADMIN, FIRE, WOMEN, FAR):
        assert met_by(outsider) == set()


def test_nobody_is_present_at_a_case_that_they_do_not_see_or_that_is_unknown():
    assert may_be_present(OPERATOR, HERE, OPEN)
    assert not may_be_present(OPERATOR, HERE, SIGHTS["unknown-to-op"])
    assert not may_be_present(OPERATOR, HERE, None)
    assert not may_be_present(OPERATOR, THERE, OPEN)
    assert not may_be_present(FIRE, HERE, OPEN)


@given(st.permutations([*PEOPLE, *PEOPLE]))
def test_two_screens_of_one_person_are_one_line_whatever_their_order(people):
    assert people_for(SUPERVISOR, HERE, people, SIGHTS.get) == people_for(SUPERVISOR, HERE, PEOPLE, SIGHTS.get)


def test_who_writes_on_one_of_two_screens_is_shown_as_writing():
    two = [Present(HERE, "fire-case", "sup", "Budi"), Present(HERE, "fire-case", "sup", "Budi", typing=True)]
    assert people_for(SUPERVISOR, HERE, two, SIGHTS.get) == [{"user": "Budi", "incident": "fire-case", "typing": True}]
    assert people_for(SUPERVISOR, HERE, two[:1], SIGHTS.get) == [{"user": "Budi", "incident": "fire-case"}]


SARI_AT = HERE, "fire-case", "op", "Sari"
SARI, BUDI = Present(*SARI_AT), Present(HERE, "fire-case", "sup", "Budi")


def test_a_desk_is_told_when_somebody_opens_or_leaves_a_case_and_not_in_between():
    company = Company("this")
    assert company.update([SARI], 0) == {HERE}
    assert company.update([SARI], 2) == set()
    assert company.update([], 4) == {HERE}
    assert company.update([], 6) == set()


def test_who_joins_is_told_who_is_there_already():
    company = Company("this")
    company.update([SARI], 0)
    company.joined = True
    assert company.update([SARI], 2) == {HERE}
    assert company.update([SARI], 4) == set()


def test_beginning_and_ending_to_write_is_told_also_to_other_processes():
    here, there = Company("here"), Company("there")
    writing = Present(*SARI_AT, typing=True)
    assert there.update([SARI], 0) == {HERE}
    assert there.update([writing], 2) == {HERE}
    here.hear(there.message([writing], 2), 2)
    assert here.update([], 3) == {HERE}
    assert here.people == [writing]
    assert there.update([SARI], 4) == {HERE}


def test_processes_tell_each_other_and_one_that_is_silent_has_nobody():
    here, there = Company("here"), Company("there")
    said = there.message([BUDI], 0)
    here.hear(said, 0)
    there.hear(said, 0)
    assert here.update([SARI], 1) == {HERE}
    assert here.people == [SARI, BUDI]
    assert there.update([BUDI], 1) == {HERE}
    assert there.people == [BUDI]
    assert here.update([SARI], 31) == {HERE}
    assert here.people == [SARI]


def test_what_has_not_changed_is_said_again_once_in_a_while():
    company = Company("this")
    assert company.message([], 0) is None
    assert company.message([SARI], 0) is not None
    assert company.message([SARI], 5) is None
    assert company.message([SARI], 11) is not None
    assert company.message([], 12)["people"] == []
    assert company.message([], 60) is None


def test_an_empty_room_is_told_but_no_moves_are_no_frame():
    assert passing_frame("presence", HERE, []) == '{"kind":"presence","region":"35.77","people":[]}'
    assert passing_frame("unit.moved", HERE, []) == passing_frame("presence", HERE, None) == ""
