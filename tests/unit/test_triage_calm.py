"""Calls that are no emergency are put last by how they are framed, and no frame ever hides a danger told with it."""

from __future__ import annotations

import pytest

from incidents.triage import PRIORITIES, CompiledRules, builtin_rules, classify, compile_rules

CALM = (
    "permisi mau nanya, cara bikin skck online gimana",
    "nyuwun sewu, badhe tangled nomer telponipun puskesmas",
    "kalau ada kebakaran di kampung, kita telepon kemana dulu ya",
    "boleh bakar sampah di halaman sendiri gak ya, aturannya",
    "grup wa bilang besok ada demo, sekolah libur tidak",
    "jalan ke puncak macet gak sekarang",
    "hello, do you speak english, i need taxi to airport",
    "tahun lalu rumah saya kebanjiran, sekarang mau urus surat keterangan",
    "kebakaran yang tadi sudah padam, mobilnya suruh balik saja",
    "orang yang tadi kecelakaan sudah dibawa, gak usah kirim ambulans",
    "laporan saya yang kemarin sudah ditindaklanjuti belum pak",
    "kada papa pak ai, tapincit anak ulun",
    "sepatu saya hanyut di kali, yang sebelah masih ada",
    "bola anak-anak masuk ke genteng, damkar bisa ambil gak",
    "layangan nyangkut di antena, tolong ambilin",
    "minta tolong setelin kipas angin pak, gak nyala",
    "istri marah sama saya, tolong dibujukin pak",
    "ada kecoa terbang di kamar, saya takut",
    "mau nyumbang baju bekas untuk korban banjir kemana",
    "hanya terdengar suara sinetron, tidak dijawab",
)
DANGER = (
    "bola anak saya masuk sumur, anaknya ikut jatuh ke sumur",
    "layangan nyangkut di kabel listrik, kabelnya keluar api",
    "layangan anak saya nyangkut, sekarang anaknya jatuh dari pohon ga gerak",
    "mau nanya pak, ini orang pingsan ga napas harus diapain",
    "kebakaran yang tadi sudah padam tapi nyala lagi di lantai dua, ada orang di dalam",
    "sudah dibawa satu, tapi satu lagi masih kejepit di dalam mobil",
    "maaf kepencet tadi, eh tolong ini suami saya bawa parang",
    "hanya terdengar suara orang minta tolong, lalu putus",
    "kunci rumah ketinggalan di dalam, anak bayi saya terkunci sendirian kompor nyala",
    "hello please help, my friend is drowning at the beach",
    "boleh curhat pak, saya mau bunuh diri malam ini",
    "istri marah terus dia tusuk dirinya, darahnya banyak",
    "jalan ke puncak macet gak, ini ibu saya sesak napas parah di mobil",
    "gak usah kirim ambulans, orangnya sudah tidak bernapas",
    "ada kecoa di kamar, bukan itu masalahnya, kakek saya tidak sadar",
)


@pytest.fixture(scope="module")
def rules() -> CompiledRules:
    return compile_rules(builtin_rules())


@pytest.mark.parametrize("text", CALM)
def test_a_call_framed_as_no_emergency_is_put_last(text: str, rules: CompiledRules) -> None:
    assert classify(text, rules).type == "other_non_emergency"


@pytest.mark.parametrize("text", DANGER)
def test_a_calm_frame_never_hides_a_danger(text: str, rules: CompiledRules) -> None:
    found = classify(text, rules)
    assert PRIORITIES.index(found.priority) >= PRIORITIES.index("high")
    assert found.type != "other_non_emergency" or found.needs_review
