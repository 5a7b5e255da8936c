"""`manage.py classify`: JSON lines in, JSON lines out, without a server or a database."""

import datetime as dt
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.offline import Desk

ROOT = Path(__file__).resolve().parents[2]
KEYS = ["id", "type", "subtype", "priority", "confidence", "candidates", "extra_types", "agencies", "reasons",
        "needs_review"]  # fmt: skip


def classify(lines, *arguments, tmp_path):
    """Run the command where no database can be found and nothing may be written."""
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "VALKEY_URL")}
    env |= {"DATA_DIR": str(tmp_path / "nothing"), "LC_ALL": "C", "PYTHONDONTWRITEBYTECODE": "1"}
    text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
    return subprocess.run(
        [sys.executable, "manage.py", "classify", *arguments],
        cwd=ROOT, env=env, input=text.encode("utf-8", "surrogatepass"), capture_output=True, timeout=60,
    )  # fmt: skip


def answers(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_each_line_is_answered_in_order_with_every_field_and_nothing_is_written(tmp_path):
    lines = [{"id": "a", "text": "kebakaran rumah di belakang pasar"}, {"id": 2, "text": "pohon tumbang"}]
    done = classify(lines, "--region", "35.77", tmp_path=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    first, second = answers(done)
    assert list(first) == KEYS
    assert (first["id"], first["type"]) == ("a", "fire")
    assert first["agencies"][0] == {"code": "damkar", "role": "lead"}
    assert (second["id"], second["subtype"]) == (2, "fallen_tree")
    assert second["agencies"] == [{"code": "bpbd", "role": "lead"}]
    assert list(tmp_path.iterdir()) == []


def test_reasons_point_at_the_words_and_the_type_leads_the_candidates(tmp_path):
    text = "tolong pak, tabrakan motor di perempatan, dua orang luka parah"
    (answer,) = answers(classify([{"id": 1, "text": text}], tmp_path=tmp_path))
    assert answer["agencies"] == []  # no region, nobody to send
    assert answer["candidates"][0]["type"] == answer["type"] == "traffic"
    assert len(answer["candidates"]) <= 5
    scores = [c["score"] for c in answer["candidates"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["reasons"]
    for reason in answer["reasons"]:
        assert text[reason["start"] : reason["end"]] == reason["text"]
        assert reason["rule"]
        assert reason["version"]


@pytest.mark.parametrize("text", ["", "   ", None])
def test_an_empty_report_has_a_type_and_asks_for_a_person(text, tmp_path):
    (answer,) = answers(classify([{"id": 7, "text": text}], "--region", "31", tmp_path=tmp_path))
    assert (answer["type"], answer["needs_review"], answer["agencies"]) == ("other_non_emergency", True, [])


def test_a_bad_line_is_named_with_its_number_and_the_others_are_answered(tmp_path):
    lines = [{"id": 1, "text": "banjir"}, "tidak\n", "\n", "[1]\n", {"id": 2, "text": "banjir"}]
    done = classify(lines, tmp_path=tmp_path)
    assert done.returncode == 1
    assert [a["id"] for a in answers(done)] == [1, 2]
    complaints = done.stderr.decode().splitlines()
    assert [c.split(":")[0] for c in complaints] == ["baris 2", "baris 4"]


def test_hostile_text_is_cleaned_like_a_report_and_never_stops_the_stream(tmp_path):
    lines = [
        '{"id": "\\ud800", "text": "lampu\\u0000 jalan mati \\ud800"}\n',
        {"id": 2, "text": "🔥 kebakaran 🔥"},
        {"id": 3, "text": "x" * 200_000},
        {"id": 4, "text": ["bukan", "teks"]},
        {"text": "banjir"},
    ]
    done = classify(lines, "--region", "35.77", tmp_path=tmp_path)
    found = answers(done)
    assert done.returncode == 0
    assert [a["id"] for a in found] == ["\ud800", 2, 3, 4, None]
    assert found[0]["type"] == "public_facility"
    assert found[1]["reasons"][0]["start"] == 2  # code points, not bytes


def test_an_unknown_region_is_refused(tmp_path):
    done = classify([{"id": 1, "text": "banjir"}], "--region", "99.99", tmp_path=tmp_path)
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"99.99" in done.stderr


@pytest.mark.alone
@pytest.mark.xdist_group("alone")
def test_148_reports_take_less_than_three_seconds_with_the_start(tmp_path):
    lines = [{"id": n, "text": f"kebakaran rumah nomor {n}, dua orang terjebak, tolong cepat"} for n in range(148)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = classify(lines, "--region", "31", tmp_path=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(answers(done)) == 148
    # processor time, and beside nobody: two threads of one core take each other's
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3


def test_a_region_decides_what_a_subtype_is():
    """A body found is an emergency in Madiun and none in Jakarta."""
    entry = {"id": 1, "text": "ada mayat laki-laki di kali, sudah bau"}
    at = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    jakarta, madiun = Desk.of("31").answer(entry, at), Desk.of("35.77").answer(entry, at)
    assert madiun["type"] == "public_order"
    assert jakarta["type"] == jakarta["candidates"][0]["type"] == "other_non_emergency"
