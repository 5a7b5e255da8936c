"""Whether two reports are about one event: measured on made sets, and what must hold for any input."""

import math
import random
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import saying
from incidents.duplicates import METRES_PER_DEGREE, Candidate, Scene, match, metres_between
from incidents.triage import builtin_rules, classify, compile_rules

SETS = tomllib.loads((Path(__file__).parent / "data" / "duplicate_pairs.toml").read_text(encoding="utf-8"))
PAIRS, ALONE = SETS["pair"], SETS["alone"]
EVENING = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
LAT, LON = -7.63, 111.52
CITY_M = 5750.0
"""A square as large as Kota Madiun, 33 km² (BPS, Kota Madiun Dalam Angka)."""
ROUNDS = 12
OPEN_PAIRS = 40


@lru_cache(maxsize=1)
def rules():
    return compile_rules(builtin_rules())


class Vocabulary:
    def known(self, word):
        lexicon = rules().lexicon
        return word in lexicon.classes or word in lexicon.abbreviations


@lru_cache(maxsize=1024)
def ruled(text):
    return classify(text, rules())


def scene(text, at, place, spread_m=0.0):
    c = ruled(text)
    related = {x.type for x in c.candidates if x.score >= 0.15} | set(c.extra_types)
    return Scene(at, *place, spread_m, c.type, c.subtype, frozenset(related), c.needs_review)


class Town:
    """An evening in a city: events at random places and minutes, and a second caller to each."""

    def __init__(self, seed, *, hours, noise_m=150.0, side_m=CITY_M):
        self.chance = random.Random(seed)
        self.hours, self.noise_m, self.side_m = hours, noise_m, side_m
        self.open = []

    def place(self):
        half = self.side_m / 2 / METRES_PER_DEGREE
        return LAT + self.chance.uniform(-half, half), LON + self.chance.uniform(-half, half)

    def moment(self):
        return EVENING + timedelta(hours=self.chance.random() * self.hours)

    def moved(self, place):
        metres, angle = self.chance.random() * self.noise_m, self.chance.random() * math.tau
        north = metres * math.cos(angle) / METRES_PER_DEGREE
        east = metres * math.sin(angle) / METRES_PER_DEGREE / math.cos(math.radians(LAT))
        return place[0] + north, place[1] + east

    def told(self, place, area_only):
        """The point of a caller, or the middle of their village, with how far the place may be from it."""
        return (middle_of(place), 700.0) if self.chance.random() < area_only else (place, 0.0)

    def happens(self, name, text, at, place, spread_m=0.0):
        words = saying.digests([text], Vocabulary())
        self.open.append(Candidate(name, name, scene(text, at, place, spread_m), words))

    def offered(self, text, at, place, spread_m=0.0):
        said = saying.features([text], Vocabulary())
        return match(scene(text, at, place, spread_m), said, self.open)


def measured(*, hours=4.0, area_only=0.0, **town):
    """Share of second callers whose event is among the three offered, and share of other reports that are flagged."""
    found = asked = flagged = others = 0
    for seed in range(ROUNDS):
        world = Town(seed, hours=hours, **town)
        pairs = world.chance.sample(PAIRS, len(PAIRS))
        second = []
        for number, pair in enumerate(pairs[:OPEN_PAIRS]):
            at, place = world.moment(), world.place()
            texts = world.chance.sample([pair["a"], pair["b"]], 2)
            world.happens(str(number), texts[0], at, place)
            later = at + timedelta(minutes=world.chance.random() * 20)
            second.append((str(number), texts[1], later, world.moved(place)))
        for number, text in enumerate(ALONE):
            world.happens(f"alone {number}", text, world.moment(), world.place())
        for name, text, at, place in second:
            near = world.offered(text, at, *world.told(place, area_only))
            asked, found = asked + 1, found + (name in {m.candidate.id for m in near})
        for pair in pairs[OPEN_PAIRS:]:
            for text in (pair["a"], pair["b"]):
                at, place, spread_m = world.moment(), *world.told(world.place(), area_only)
                others, flagged = others + 1, flagged + bool(world.offered(text, at, place, spread_m))
    return found / asked, flagged / others


def middle_of(place):
    """The middle of a village of about 1.2 km² around: all that is known is its name."""
    step = 1100 / METRES_PER_DEGREE
    return (math.floor(place[0] / step) + 0.5) * step, (math.floor(place[1] / step) + 0.5) * step


@pytest.mark.parametrize(
    ("name", "town", "least", "most"),
    [
        ("an evening of four hours", {}, 0.95, 0.05),
        ("all of it within a minute", {"hours": 1 / 60}, 0.95, 0.05),
        ("callers 300 m apart", {"noise_m": 300.0}, 0.95, 0.05),
        ("a city as large as Jakarta", {"side_m": 25_700.0}, 0.95, 0.02),
        ("a flood: four times as much in the same place", {"side_m": CITY_M / 2}, 0.95, 0.05),
        ("every third caller names the village only", {"area_only": 0.33}, 0.95, 0.05),
    ],
)
def test_true_pairs_are_offered_and_others_left_alone(name, town, least, most, capsys):
    offered, flagged = measured(**town)
    with capsys.disabled():
        print(f"\n  {name}: {offered:.1%} of second callers offered, {flagged:.1%} of other reports flagged", end="")
    assert offered >= least
    assert flagged <= most


def test_the_made_set_is_large_enough_and_over_all_types():
    assert len(PAIRS) >= 60
    assert {pair["type"] for pair in PAIRS} == {
        "medical", "fire", "disaster", "public_order", "traffic", "violence_women_children", "public_facility",
    }  # fmt: skip
    assert all(pair["a"] != pair["b"] for pair in PAIRS)


# --- what must hold for any input ---------------------------------------------------------------------------------
FIRE = "kebakaran rumah di gang melati"
AGAIN = "rumah di gang melati kebakar"


def a_candidate(text=FIRE, minutes=0.0, north_m=0.0, **more):
    at = EVENING - timedelta(minutes=minutes)
    made = scene(text, at, (LAT + north_m / METRES_PER_DEGREE, LON))
    return Candidate("1", "1", replace(made, **more), saying.digests([text], Vocabulary()))


def score(candidate, text=AGAIN, floor=0.0, **more):
    here = replace(scene(text, EVENING, (LAT, LON)), **more)
    return match(here, saying.features([text], Vocabulary()), [candidate], floor=floor)[0].score


@given(st.lists(st.floats(0, 20_000), min_size=2, max_size=2))
def test_nearer_is_never_less_likely(distances):
    near, far = sorted(distances)
    assert score(a_candidate(north_m=near)) >= score(a_candidate(north_m=far))


@given(st.lists(st.floats(0, 2000), min_size=2, max_size=2))
def test_sooner_is_never_less_likely(minutes):
    soon, late = sorted(minutes)
    assert score(a_candidate(minutes=soon)) >= score(a_candidate(minutes=late))


@given(st.floats(0, 400), st.floats(0, 300))
def test_the_same_number_and_a_rare_word_that_both_said_only_add(north_m, minutes):
    key = frozenset([b"k"])
    plain = a_candidate(north_m=north_m, minutes=minutes)
    known = replace(plain, scene=replace(plain.scene, numbers=key))
    assert score(known, numbers=key) > score(plain) or score(plain) >= 0.99
    named = a_candidate(f"{FIRE} sebelah zulkarnaen", north_m=north_m, minutes=minutes)
    assert score(named, f"{AGAIN} zulkarnaen") >= score(named)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_words_are_read_and_the_score_is_a_probability(first, second):
    candidate = Candidate("1", "1", Scene(EVENING), saying.digests([first], Vocabulary()))
    found = match(Scene(EVENING), saying.features([second], Vocabulary()), [candidate], floor=0.0)
    assert 0 <= found[0].score <= 1


@given(st.permutations(range(6)))
def test_the_order_of_the_pool_changes_nothing(order):
    pool = [replace(a_candidate(north_m=40.0 * n), id=str(n), number=str(n)) for n in range(6)]
    said = saying.features([AGAIN], Vocabulary())
    here = scene(AGAIN, EVENING, (LAT, LON))
    assert match(here, said, [pool[n] for n in order]) == match(here, said, pool)


def test_the_same_again_at_the_same_place_is_nearly_certain_and_far_away_is_not():
    assert score(a_candidate(), FIRE) > 0.95
    assert score(a_candidate(north_m=3000), FIRE) < 0.05


def test_in_a_crowd_of_the_same_kind_near_is_worth_less():
    said = saying.features(["banjir masuk rumah"], Vocabulary())
    here = scene("banjir masuk rumah", EVENING, (LAT, LON))
    flooded = a_candidate("banjir selutut di dapur", north_m=120)
    ring = [replace(a_candidate("banjir", north_m=200 + 13 * n), id=f"ring {n}", number=f"ring {n}") for n in range(60)]
    alone = match(here, said, [flooded], floor=0)[0].score
    crowd = {m.candidate.id: m.score for m in match(here, said, [flooded, *ring], floor=0, limit=100)}
    assert crowd["1"] < alone


def test_a_lamp_that_was_dark_yesterday_is_the_same_lamp_and_a_faint_yesterday_is_another():
    lamp = a_candidate("lampu jalan mati di gang melati", minutes=20 * 60)
    assert score(lamp, "pju mati gang melati gelap") > 0.5
    faint = a_candidate("orang pingsan", minutes=20 * 60)
    assert score(faint, "ada orang pingsan") < 0.5


def test_reasons_name_what_spoke_for_it():
    key = frozenset([b"k"])
    candidate = replace(a_candidate("kecelakaan AE 1234 XY di gang melati rt 3", north_m=60, numbers=key), ended=True)
    here = replace(scene("motor AE1234XY tabrakan gang melati RT 03", EVENING, (LAT, LON)), numbers=key)
    said = saying.features(["motor AE1234XY tabrakan gang melati RT 03"], Vocabulary())
    [found] = match(here, said, [candidate], floor=0)
    reasons = {because.code: because.params for because in found.reasons}
    assert reasons["distance"]["metres"] == pytest.approx(60, abs=1)
    assert reasons["time"]["minutes"] == 0
    assert reasons["words"]["words"][0] == "AE 1234 XY"
    assert {"same_number", "ended"} <= set(reasons)


def test_metres_between_agrees_with_known_distances():
    # Monas to Bundaran HI, Jakarta: 2.22 km by the haversine formula
    assert metres_between(-6.17539, 106.82716, -6.19495, 106.82309) == pytest.approx(2220, abs=25)


# --- the words ----------------------------------------------------------------------------------------------------
def told(text):
    return {feature.text: feature.weight for feature in saying.features([text], Vocabulary()).values()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kel. Kartoharjo", "kertoharjo"),
        ("pasar besar", "psr besar"),
        ("jl. Pahlawan", "jalan pahlawan"),
        ("RT 03", "rt 3"),
        ("B 1762 KJA", "b1762kja"),
        ("tolooong di SLEKOOO", "sleko"),
        ("Café Lumière", "cafe lumiere"),
        ("rumahnya bu Warsininya", "warsini"),
    ],
)
def test_two_ways_of_writing_are_one(one, other):
    assert saying.digests([one], Vocabulary()) & saying.digests([other], Vocabulary())


def test_names_and_plates_weigh_more_than_words_of_every_emergency():
    weights = told("korban kecelakaan truk di manisrejo, plat AE 4321 BC")
    assert weights["AE 4321 BC"] > weights["manisrejo"] > weights.get("kecelakaan", 0)
    assert told("tolong pak segera ke sini di jalan ada api") == {}


def test_two_streets_of_one_kind_share_nothing():
    first, second = (saying.digests([t], Vocabulary()) for t in ("gang melati rt 3", "gang kenanga rt 4"))
    assert not first & second
