"""A caller's phrase → places: typos, abbreviations, namesakes, and nothing that was said is lost."""

import random
import time
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from incidents.placesearch import PlaceIndex, Spot
from incidents.placewords import fold, name_words, words_of

REGION = "Kota Madiun"


def village(name: str, district: str) -> Spot:
    label = f"Kel. {name}, Kec. {district}"
    return Spot(f"v-{name}-{district}", "kelurahan", name, -7.6, 111.5, "area_centre", label=label, district=district,
                district_name=district, around=(district, REGION))  # fmt: skip


def district(name: str) -> Spot:
    return Spot(f"d-{name}", "kecamatan", name, -7.6, 111.5, "area_centre", label=f"Kec. {name}", district=name,
                district_name=name, around=(REGION,))  # fmt: skip


def landmark(name: str, *aliases: str, where: str = "Kartoharjo", kind: str = "poi") -> Spot:
    return Spot(f"p-{name}-{where}", kind, name, -7.6, 111.5, kind, label=f"{name}, Kec. {where}", aliases=aliases,
                district=where, district_name=where, around=(where, REGION))  # fmt: skip


INDEX = PlaceIndex(
    [
        district("Kartoharjo"), district("Taman"), district("Manguharjo"), village("Kartoharjo", "Kartoharjo"),
        village("Oro-oro Ombo", "Kartoharjo"), village("Taman", "Taman"), village("Manisrejo", "Taman"),
        village("Mojorejo", "Taman"), village("Nambangan Lor", "Manguharjo"), village("Nambangan Kidul", "Manguharjo"),
        village("Pangongangan", "Manguharjo"), village("Sukosari", "Kartoharjo"), village("Sukosari", "Taman"),
        landmark("Pasar Besar Madiun", "pasar gede", "PBM"), landmark("Stasiun Madiun"), landmark("RSUD dr. Soedono"),
        landmark("Alun-alun Kota Madiun", "alun alun"), landmark("Terminal Purboyo"), landmark("Masjid Kuno Taman"),
        landmark("Jalan Pahlawan", kind="street"), landmark("Jalan Salak", kind="street"),
        landmark("Jalan Salak", kind="street", where="Taman"), landmark("Simpang Tugu"),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("phrase", "label"),
    [
        ("depan pasar besar madiun", "Pasar Besar Madiun, Kec. Kartoharjo"),
        ("psr bsr", "Pasar Besar Madiun, Kec. Kartoharjo"),
        ("pasar gede", "Pasar Besar Madiun, Kec. Kartoharjo"),
        ("kel. taman", "Kel. Taman, Kec. Taman"),
        ("kec taman", "Kec. Taman"),
        ("kecamatan Taman", "Kec. Taman"),
        ("ds mojorejo", "Kel. Mojorejo, Kec. Taman"),
        ("oroombo", "Kel. Oro-oro Ombo, Kec. Kartoharjo"),
        ("orooro ombo", "Kel. Oro-oro Ombo, Kec. Kartoharjo"),
        ("ORO ORO OMBO", "Kel. Oro-oro Ombo, Kec. Kartoharjo"),
        ("manisrjo", "Kel. Manisrejo, Kec. Taman"),
        ("mansirejo", "Kel. Manisrejo, Kec. Taman"),
        ("pangngongangan", "Kel. Pangongangan, Kec. Manguharjo"),
        ("rsud sudono", "RSUD dr. Soedono, Kec. Kartoharjo"),
        ("rs dr soedono", "RSUD dr. Soedono, Kec. Kartoharjo"),
        ("alun2", "Alun-alun Kota Madiun, Kec. Kartoharjo"),
        ("aloon-aloon", "Alun-alun Kota Madiun, Kec. Kartoharjo"),
        ("terminal purbaya", "Terminal Purboyo, Kec. Kartoharjo"),
        ("mesjid kuno", "Masjid Kuno Taman, Kec. Kartoharjo"),
        ("perempatan tugu", "Simpang Tugu, Kec. Kartoharjo"),
        ("jln salak taman", "Jalan Salak, Kec. Taman"),
        ("sukosari kec taman", "Kel. Sukosari, Kec. Taman"),
        ("sukosari, kartoharjo", "Kel. Sukosari, Kec. Kartoharjo"),
        ("nambangan kidul", "Kel. Nambangan Kidul, Kec. Manguharjo"),
        ("nambangan k", "Kel. Nambangan Kidul, Kec. Manguharjo"),
        ("stas", "Stasiun Madiun, Kec. Kartoharjo"),
        ("kebakaran di manisrejo rt 02/05 no 12", "Kel. Manisrejo, Kec. Taman"),
        ("jl pahlawan rt 3 rw 5 kartoharjo", "Jalan Pahlawan, Kec. Kartoharjo"),
    ],
)
def test_the_place_that_is_meant_comes_first(phrase, label):
    found = INDEX.search(phrase)
    assert found, phrase
    assert found[0].spot.label == label


@pytest.mark.parametrize("phrase", ["", " ", "rt 3 rw 5", "di depan", "no 12", "qqqq", "?", "xx yy", "kecamatan"])
def test_what_names_no_place_gives_nothing(phrase):
    assert INDEX.search(phrase) == []


def test_namesakes_are_both_offered_with_their_district():
    labels = [match.spot.label for match in INDEX.search("jl salak")]
    assert {"Jalan Salak, Kec. Taman", "Jalan Salak, Kec. Kartoharjo"} <= set(labels)


def test_at_most_five_are_offered():
    assert len(INDEX.search("taman kartoharjo manguharjo sukosari nambangan madiun salak")) <= 5


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("depan pasar besar madiun", "depan Pasar Besar Madiun, Kec. Kartoharjo"),
        ("jl mawar rt 3 rw 5 manisrejo", "jl mawar rt 3 rw 5, Kel. Manisrejo, Kec. Taman"),
        ("kel. manisrejo gang buntu no 3/7", "gang buntu no 3/7, Kel. Manisrejo, Kec. Taman"),
        ("lantai 2 pasar gede", "lantai 2 pasar gede, Pasar Besar Madiun, Kec. Kartoharjo"),
        ("manisrjo", "Kel. Manisrejo, Kec. Taman"),
    ],
)
def test_what_was_said_beyond_the_place_stays(phrase, text):
    assert INDEX.search(phrase)[0].text == text


@given(st.text(max_size=200))
def test_no_phrase_is_too_odd(phrase):
    for match in INDEX.search(phrase):
        assert match.text.endswith(match.spot.label)
        assert match.spot.district_name


@given(st.sampled_from(INDEX.spots), st.integers(0, 40), st.sampled_from("aeinxs"))
def test_one_slip_of_the_keys_in_a_long_name_is_forgiven(spot, position, letter):
    name = spot.name
    at = position % len(name)
    wrong = name[:at] + letter + name[at + 1 :]
    if len(name) < 8 or not name[at].isalpha() or OSA.distance(fold(wrong), fold(name)) > 1:
        return  # "oe" made by the slip is read as the old spelling of "u"
    found = [match.spot.name for match in INDEX.search(f"{wrong} {spot.district_name}")]
    assert name in found


def test_the_order_is_always_the_same():
    assert [m.spot.key for m in INDEX.search("taman")] == [m.spot.key for m in INDEX.search("taman")]


def test_ten_thousand_places_answer_in_milliseconds():
    chance = random.Random(7)
    syllables = "ma ni sar jo kar to har ban lu pa tih wi no go sri ke du".split()  # noqa: SIM905
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(4000)]
    kinds = ("jalan", "masjid", "toko", "gang", "kantor")
    names = [f"{chance.choice(kinds)} {chance.choice(words)} {chance.choice(words)}" for _ in range(10_000)]
    index = PlaceIndex(landmark(name, where=str(number % 29)) for number, name in enumerate(names))
    taken = []
    for name in chance.choices(names, k=300):
        letters = list(f"depan {name} rt 3")
        letters[chance.randrange(len(letters))] = "a"
        start = time.thread_time()
        index.search("".join(letters))
        taken.append(time.thread_time() - start)
    # CPU time, because test machines are shared. Aim: 5 ms for 99 of 100; five times as much fails.
    assert quantiles(taken, n=100)[-1] < 0.025


def test_an_index_without_places_finds_nothing():
    assert PlaceIndex([]).search("pasar") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jl", "jalan"), ("tmr", "Timur"), ("Soedirman", "sudirman"), ("Djoko", "joko"), ("KH", "kyai"),
     ("mushollah", "musholah"), ("III", "3"), ("café", "cafe")],
)  # fmt: skip
def test_spellings_of_one_word_are_one(one, other):
    assert fold(one) == fold(other)


def test_house_numbers_are_one_word_and_no_part_of_a_name():
    said = words_of("jl mawar rt 3/rw.05 no 12a km 4")
    assert [word.raw for word in said] == ["jl", "mawar", "rt 3/rw.05", "no 12a", "km 4"]
    assert [word.skip for word in said] == [False, False, True, True, True]


def test_a_name_of_fillers_only_still_has_words():
    assert name_words("Kota") == ("kota",)
