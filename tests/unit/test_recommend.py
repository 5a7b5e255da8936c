"""Which units are offered, why, and what is missing."""

import math
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.needs import ADVANCED, AMBULANCE, BOAT, ENGINE, LADDER, RESCUE, SAW, needs_for, signals_in
from dispatch.recommend import FRESH, MOST, WITHIN, Candidate, Fleet, Job, Scene, recommend, road_km, straight_km

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LAT, LON = -7.63, 111.52
KM = 1 / 111.195
"""Degrees of latitude in a kilometre."""


def unit(code="U", km=1.0, **more):
    given_ = {"id": code, "kind": "engine", "home_lat": LAT + km * KM, "home_lon": LON} | more
    return Candidate(code=code, **given_)


def scene(*needs, **more):
    return Scene(**{"lat": LAT, "lon": LON, "priority": "high", "at": AT, "needs": needs} | more)


def answer(units, *needs, where=lambda lat, lon: "", **more):
    return recommend(scene(*needs, **more), Fleet(units), where)


def codes(found):
    return [offer.code for offer in found]


def test_the_nearest_come_first_and_never_more_than_five():
    found = answer([unit(f"U{n}", km=(9 - n) / 3) for n in range(9)]).offers
    assert codes(found) == ["U8", "U7", "U6", "U5", "U4"]


def test_three_are_always_offered_the_fourth_only_when_it_comes_in_time():
    found = answer([unit(f"U{n}", km=20 + n) for n in range(6)]).offers
    assert codes(found) == ["U0", "U1", "U2"]


def test_straight_line_and_road_are_as_measured():
    assert straight_km(np.array([[LAT + 10 * KM, LON]]), LAT, LON)[0] == pytest.approx(10, rel=1e-3)
    assert road_km(np.array([0.75, 1.5, 3.0, 6.0, 20.0])) == pytest.approx([1.425, 2.565, 4.95, 8.82, 17.4 + 8 * 1.45])


@given(st.lists(st.floats(0, 80), min_size=2, max_size=20))
def test_a_nearer_unit_is_never_later(distances):
    units = [unit(f"U{n}", km=km) for n, km in enumerate(distances)]
    near = min(range(len(distances)), key=distances.__getitem__)
    best = answer(units).offers[0]
    assert best.minutes == pytest.approx(answer([units[near]]).offers[0].minutes, abs=0.11)


MAYBE = st.none() | st.floats(-0.5, 0.5)
CANDIDATES = st.lists(
    st.builds(
        lambda n, kind, mode, can, status, dlat, dlon, age, home, duty, rest: Candidate(
            id=str(n), code=f"U{n}", kind=kind, mode=mode, capabilities=frozenset(can), status=status,
            lat=None if dlat is None else LAT + dlat, lon=None if dlat is None else LON + dlon,
            position_at=None if dlat is None else AT - timedelta(minutes=age),
            home_lat=None if home is None else LAT + home, home_lon=None if home is None else LON,
            duty_from=clock(duty) if duty is not None else None,
            duty_until=clock((duty + 8) % 24) if duty is not None else None,
            rest_minutes=rest, free_since=AT - timedelta(minutes=10),
            job=None if status == "available" else Job("low", status, "112-1"),
        ),
        st.integers(0, 10_000), st.sampled_from(["engine", "ambulance", "boat", "ladder", "crew", "unknown"]),
        st.sampled_from(["land", "sea", "air"]),
        st.sets(st.sampled_from(["water", "ladder", "advanced", "water_rescue"])),
        st.sampled_from(["available", "available", "assigned", "en_route", "on_scene", "out_of_service"]),
        MAYBE, st.floats(-0.5, 0.5), st.integers(0, 600), MAYBE, st.none() | st.integers(0, 23),
        st.sampled_from([0, 30]),
    ),
    max_size=25, unique_by=lambda c: c.id,
)  # fmt: skip
NEEDS = st.lists(st.sampled_from([ENGINE, LADDER, AMBULANCE, BOAT]), max_size=3, unique=True).map(tuple)


@settings(max_examples=300, deadline=None)
@given(CANDIDATES, NEEDS, st.booleans(), st.booleans())
def test_what_holds_for_every_fleet_and_every_scene(units, needs, afloat, placed):
    where = scene(*needs, afloat=afloat, lat=LAT if placed else None, lon=LON if placed else None)
    found = recommend(where, Fleet(units))
    by_id = {u.id: u for u in units}
    offered = [by_id[o.id] for o in found.offers]
    assert len(offered) <= MOST
    assert len({o.id for o in found.offers}) == len(offered)
    for one, told in zip(offered, found.offers, strict=True):
        assert one.status == "available"
        assert one.mode != "land" if afloat else one.mode != "sea" or BOAT in needs
        assert told.reasons
        assert (told.minutes is None) == (not placed or (one.lat is None and one.home_lat is None))
        assert told.minutes is None or math.isfinite(told.minutes)
    rank = [(not o.fits, "istirahat" in " ".join(o.reasons)) for o in found.offers]
    assert rank == sorted(rank)
    for need in needs:
        met = [o for o, u in zip(found.offers, offered, strict=True)
               if u.kind in need.kinds or u.capabilities & need.capabilities]  # fmt: skip
        in_time = any(o.minutes is None or o.minutes <= WITHIN + 0.1 for o in met)
        said = [s for s in found.shortfalls if f"Tidak ada {need.name} " in s]
        assert in_time or said, "neither a unit nor a word about it"
        assert len(said) <= 1
    for one in found.movable:
        assert by_id[one.id].status in ("assigned", "en_route")


@settings(max_examples=100, deadline=None)
@given(CANDIDATES, st.floats(0, 30))
def test_one_more_free_unit_never_makes_help_later(units, km):
    before = recommend(scene(), Fleet(units)).offers
    after = recommend(scene(), Fleet([*units, unit("new", km=km)])).offers
    times = [[o.minutes for o in found if o.minutes is not None and "istirahat" not in " ".join(o.reasons)]
             for found in (before, after)]  # fmt: skip
    assert min(times[1]) <= min(times[0], default=math.inf) + 1e-9


def test_who_can_do_it_comes_before_who_is_nearer_and_says_so():
    units = [unit("near", km=1, kind="crew"), unit("can", km=5, capabilities=frozenset({"chainsaw"}), kind="truck")]
    found = answer(units, SAW).offers
    assert codes(found) == ["can", "near"]
    assert "mampu: gergaji mesin" in found[0].reasons
    assert "tanpa gergaji mesin" in found[1].reasons


def test_each_need_has_its_nearest_in_the_list():
    units = [unit(f"E{n}", km=1 + n / 10) for n in range(6)] + [unit("T1", km=30, kind="ladder")]
    found = answer(units, ENGINE, LADDER)
    assert "T1" in codes(found.offers)
    assert len(found.offers) == MOST


@pytest.mark.parametrize(
    ("units", "sentence"),
    [
        ([], "Tidak ada mobil tangga terdaftar."),
        ([unit("E1")], "Tidak ada mobil tangga terdaftar."),
        ([unit("T1", km=30, kind="ladder")],
         "Tidak ada mobil tangga dalam 15 menit; terdekat T1 di Taman, perkiraan 87 menit."),
        ([unit("T1", kind="ladder", status="en_route", job=Job("high", "en_route"))],
         "Tidak ada mobil tangga dalam 15 menit; terdekat T1 di Taman, sedang menuju."),
        ([unit("T1", kind="ladder", duty_from=clock(18), duty_until=clock(6))],
         "Tidak ada mobil tangga dalam 15 menit; terdekat T1 di Taman, di luar jam tugas (18.00–06.00)."),
        ([unit("T1", kind="ladder", mode="sea")],
         "Tidak ada mobil tangga dalam 15 menit; yang ada tidak dapat mencapai lokasi ini."),
        ([unit("T1", kind="ladder")], None),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_in_one_sentence(units, sentence):
    found = answer(units, LADDER, where=lambda lat, lon: "Taman").shortfalls
    if sentence and "perkiraan" in sentence:
        assert found[0].split("perkiraan")[0] == sentence.split("perkiraan")[0]
    else:
        assert list(found) == ([sentence] if sentence else [])


def test_an_old_position_is_counted_from_home_and_its_age_is_told():
    there = {"lat": LAT, "lon": LON}
    old = unit("old", km=3, position_at=AT - FRESH - timedelta(minutes=37), **there)
    new = unit("new", km=30, position_at=AT - timedelta(minutes=2), **there)
    found = {o.code: o for o in answer([old, new]).offers}
    assert found["new"].minutes == 0
    assert "posisi 2 menit lalu" in found["new"].reasons
    assert found["old"].minutes > 10
    assert "posisi terakhir 42 menit lalu; dihitung dari pangkalan" in found["old"].reasons


def test_a_crew_that_rests_is_asked_last_and_says_until_when():
    tired = unit("tired", km=0.5, rest_minutes=60, free_since=AT - timedelta(minutes=15))
    found = answer([tired, unit("fresh", km=8)]).offers
    assert codes(found) == ["fresh", "tired"]
    assert "istirahat sampai 10.45" in found[1].reasons


def test_shifts_over_midnight():
    night = unit(duty_from=clock(22), duty_until=clock(6))
    for hour, on in ((23, True), (5, True), (6, False), (12, False), (22, True)):
        assert bool(answer([night], at=AT.replace(hour=hour)).offers) == on


def test_boats_go_where_there_is_water_and_cars_where_there_are_roads():
    boat, car = unit("boat", kind="boat", mode="sea"), unit("car", kind="ambulance")
    assert codes(answer([boat, car]).offers) == ["car"]
    assert codes(answer([boat, car], BOAT).offers) == ["boat", "car"]
    assert codes(answer([boat, car], afloat=True).offers) == ["boat"]


def test_a_unit_on_its_way_to_something_less_urgent_is_named_when_it_would_be_faster():
    near = unit("near", km=1, status="en_route", job=Job("low", "en_route", "112-7"))
    found = answer([near, unit("far", km=12)], priority="critical")
    assert codes(found.movable) == ["near"]
    assert found.movable[0].number == "112-7"
    assert not answer([near, unit("far", km=12)], priority="low").movable
    assert not answer([replace(near, status="on_scene", job=Job("low", "on_scene")), unit("far", km=12)]).movable
    assert not answer([near, unit("as near", km=1)], priority="critical").movable


@pytest.mark.parametrize(
    ("base", "subtype", "priority", "kind", "words", "answers", "expected"),
    [
        ("fire", "building_fire", "high", "fire", "kebakaran di lantai 12 apartemen", {}, (ENGINE, LADDER)),
        ("fire", "building_fire", "high", "fire", "kebakaran rumah satu lantai", {}, (ENGINE,)),
        ("fire", "building_fire", "high", "fire", "api di lantai dua", {"trapped": True}, (ENGINE, RESCUE)),
        ("fire", "building_fire", "high", "health", "lantai 12", {}, (AMBULANCE,)),
        ("medical", "cardiac", "critical", "health", "", {}, (AMBULANCE, ADVANCED)),
        ("medical", "illness", "normal", "hospital", "", {}, (AMBULANCE,)),
        ("disaster", "flood", "high", "bpbd", "", {}, (BOAT,)),
        ("disaster", "drowning", "high", "fire", "", {}, (BOAT,)),
        ("disaster", "fallen_tree", "normal", "environment", "", {}, (SAW,)),
        ("other_non_emergency", "", "low", "social", "", {}, ()),
    ],
)  # fmt: skip
def test_what_is_needed(base, subtype, priority, kind, words, answers, expected):
    assert needs_for(base, subtype, priority, kind, signals_in(words, answers)) == expected


def test_five_thousand_units_take_a_few_milliseconds():
    random = np.random.default_rng(1)
    spread = random.uniform(-0.2, 0.2, (5000, 2))
    units = [
        Candidate(id=str(n), code=f"U{n}", kind="engine", home_lat=LAT + a, home_lon=LON + b,
                  capabilities=frozenset({"water"}))
        for n, (a, b) in enumerate(spread)
    ]  # fmt: skip
    fleet, spent = Fleet(units), []
    for _ in range(30):
        begun = time.thread_time()
        found = recommend(scene(ENGINE, LADDER), fleet)
        spent.append(time.thread_time() - begun)
    assert len(found.offers) == MOST
    assert min(spent) <= 0.005, f"{min(spent) * 1000:.1f} ms"
