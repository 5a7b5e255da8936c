"""Who goes in each region: what a caller says → lead, supporting agencies, referrals. From the pack files alone.

`lead` and `support` are agency codes in the order in which they act; `referred`: agencies without an agreement, whose
own number the caller is given. Support that only comes from the further words of a report is left out of the sentences.
"""

from datetime import UTC, datetime

import pytest

from dispatch.offline import Desk

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
DESKS: dict[str, Desk] = {}

MADIUN = [
    ("lampu jalan mati di depan balai kota", "pupr", "", ""),
    ("lampu penerangan jalan umum padam, gelap sekali", "pupr", "", ""),
    ("ada pohon tumbang di taman", "bpbd", "", ""),
    ("rumah kebanjiran, air selutut", "bpbd", "pupr dinsos", ""),
    ("tabrakan motor lawan mobil di perempatan", "dishub", "dinkes", "polres"),
    ("tabrak lari, korbannya masih di jalan", "dishub", "dinkes", "polres"),
    ("anak muda pesta narkoba di kos", "satpolpp", "", "polres"),
    ("bapak saya tidak sadarkan diri, minta ambulans", "dinkes", "rsud", ""),
    ("istri saya mau melahirkan, ketuban sudah pecah", "dinkes", "rsud", ""),
    ("kebakaran rumah, api besar", "damkar", "dinkes", ""),
    ("ada ular masuk rumah", "damkar", "", ""),
    ("motor saya dicuri di parkiran", "satpolpp", "", "polres"),
    ("pipa air bocor", "pdam", "", ""),
    ("listrik padam satu kampung", "pln", "", ""),
    ("jalan berlubang besar", "pupr", "", ""),
    ("orang gila mengamuk di pasar", "satpolpp", "dinsos dinkes", ""),
    ("suami saya memukuli saya", "dp3a", "dinkes", "polres"),
    ("jalan macet total di simpang", "dishub", "", "polres"),
    ("mau tanya jadwal bus", "", "", ""),
]
PPU = [
    ("kebakaran di depan kantor bupati", "damkar", "dinkes rsud", ""),
    ("lahan gambut terbakar", "damkar", "bpbd", ""),
    ("sarang tawon besar di pohon", "damkar", "", ""),
    ("ibu saya sesak napas", "rsud", "dinkes", ""),
    ("korban keracunan makanan, muntah-muntah", "rsud", "dinkes", ""),
    ("banjir di perumahan, air sepinggang", "bpbd", "pupr dinsos", ""),
    ("tanah longsor di lereng", "bpbd", "pupr dinsos", ""),
    ("pohon tumbang", "bpbd", "dlh", ""),
    ("orang tenggelam di laut", "bpbd", "damkar rsud", ""),
    ("ada keributan orang mabuk", "satpolpp", "polres", ""),
    ("kecelakaan mobil menabrak pembatas jalan", "polres", "rsud dishub", ""),
    ("jembatan kayu rusak", "pupr", "", ""),
    ("kabel listrik putus", "pln", "bpbd", ""),
    ("lampu jalan mati", "dishub", "", ""),
    ("sampah menumpuk", "dlh", "", ""),
    ("gelandangan tidur di depan toko", "satpolpp", "dinsos", ""),
    ("saya dilecehkan atasan saya", "dp3a", "rsud polres", ""),
    ("kakek saya pikun, hilang sejak pagi", "bpbd", "polres", ""),
]
TANGERANG = [
    ("pohon tumbang", "dlhk", "", ""),
    ("macet total di perempatan", "dishub", "", ""),
    ("kabel listrik menjuntai", "pln", "bpbd", ""),
    ("kabel listrik putus", "pln", "bpbd", ""),
    ("kebakaran pabrik, api membesar", "bpbd", "dinkes", ""),
    ("banjir setinggi dada", "bpbd", "dinsos pupr pmi", ""),
    ("gempa bumi, rumah roboh", "bpbd", "pmi", ""),
    ("ibu saya pingsan", "dinkes", "rsud", ""),
    ("anak demam tinggi dan kejang", "dinkes", "rsud", ""),
    ("kerusuhan, massa melempar batu", "satpolpp", "polres dinkes", ""),
    ("pedagang kaki lima ribut", "satpolpp", "polres", ""),
    ("kecelakaan truk dengan motor", "polres", "dinkes dishub", ""),
    ("anak tetangga dipukuli ayahnya tiap malam", "dp3a", "dinkes polres", ""),
    ("sampah menumpuk", "dlhk", "", ""),
    ("jalan berlubang", "dishub", "pupr", ""),
    ("sarang tawon besar di pohon", "bpbd", "", ""),
    ("listrik mati dari tadi malam", "pln", "", ""),
    ("maling motor tertangkap", "polres", "", ""),
]
JAKARTA = [
    ("suami saya memukuli saya", "dp3a", "polda", ""),
    ("tetangga dipukuli suaminya sampai berdarah kepalanya", "dp3a", "polda dinkes", ""),
    ("kebakaran rumah, api besar", "damkar", "dinkes", ""),
    ("ambulans, bapak saya sesak napas", "dinkes", "", ""),
    ("ada ular masuk rumah", "damkar", "", ""),
    ("monyet liar lepas", "damkar", "dkpkp", ""),
    ("pohon tumbang", "tamanhut", "bpbd", ""),
    ("banjir setinggi pinggang", "bpbd", "sda dinsos", ""),
    ("ada mayat di kali", "polda", "tamanhut", ""),
    ("tabrakan beruntun di jalan", "dinkes", "polda dishub", ""),
    ("macet total, lampu merah mati", "dishub", "polda", ""),
    ("jalan berlubang", "binamarga", "", ""),
    ("lampu jalan mati", "binamarga", "", ""),
    ("saluran air mampet", "sda", "", ""),
    ("pipa air bocor", "sda", "", "pdam"),
    ("listrik padam satu blok", "", "", "pln"),
    ("kabel listrik putus", "bpbd", "damkar", "pln"),
    ("tawuran antar pelajar", "satpolpp", "polda", ""),
    ("orang gila mengamuk", "dinsos", "satpolpp dinkes", ""),
    ("bangunan roboh menimpa orang", "bpbd", "damkar dinkes citata", ""),
]
BATU = [
    ("kebakaran villa", "damkar", "dinkes", ""),
    ("kebakaran hutan di lereng gunung", "damkar", "bpbd", ""),
    ("tanah longsor di lereng", "bpbd", "pupr dinsos", ""),
    ("tanah longsor menutup jalan", "bpbd", "pupr dinsos dishub", ""),
    ("pohon tumbang", "bpbd", "dlh", ""),
    ("kakek saya pikun, hilang sejak pagi", "bpbd", "polres", ""),
    ("kecelakaan bus wisata", "polres", "dinkes dishub", ""),
    ("macet panjang di jalan raya", "dishub", "polres", ""),
    ("wisatawan serangan jantung", "dinkes", "rsud", ""),
    ("lampu jalan mati", "dishub", "", ""),
    ("kabel listrik putus", "pln", "bpbd", ""),
    ("banjir bandang masuk rumah", "bpbd", "pupr dinsos", ""),
    ("ada ular masuk rumah", "damkar", "", ""),
    ("perampokan toko", "polres", "dinkes", ""),
    ("pelaku begal membawa celurit", "polres", "dinkes", ""),
    ("bayi dibuang di depan panti", "dp3a", "dinkes dinsos polres", ""),
    ("orang tenggelam di sungai", "bpbd", "damkar dinkes", ""),
    ("sampah menumpuk", "dlh", "", ""),
]
CASES = [
    (region, *case)
    for region, cases in (("35.77", MADIUN), ("64.09", PPU), ("36.03", TANGERANG), ("31", JAKARTA), ("35.79", BATU))
    for case in cases
]


def desk_of(region):
    if region not in DESKS:
        DESKS[region] = Desk.of(region)
    return DESKS[region]


@pytest.mark.parametrize(("region", "text", "lead", "support", "referred"), CASES)
def test_a_report_reaches(region, text, lead, support, referred):
    decision = desk_of(region).decide(text, NOON)
    routing = decision.routing
    told = (
        " ".join(c.agency.code for c in routing.chosen if c.role == "lead"),
        " ".join(c.agency.code for c in routing.chosen if c.role == "support"),
        " ".join(r.agency.code for r in routing.referred),
    )
    assert told == (lead, support, referred), (decision.type.code, decision.subtype, routing.passed_over)
