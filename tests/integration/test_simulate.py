"""The simulation and the story of one report, run by their commands against the whole system."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
stack_test = pytest.mark.xdist_group("services")


def incidents(stack, region, user):
    with stack.client(user) as client:
        return client.get("incidents/", params={"region": region, "limit": 200}).json()["results"]


@stack_test
def test_a_simulation_tells_what_was_accepted_and_everything_of_it_is_there(stack):
    before = {row["id"] for row in incidents(stack, "35.79", "operator.batu")}
    done = stack.manage("simulate", "--region", "35.79", "--rate", "20", "--seconds", "3", "--seed", "5")
    assert done.returncode == 0, done.stdout + done.stderr
    total = re.search(r"^semua +(\d+) +(\d+) +(\d+)$", done.stdout, re.MULTILINE)
    assert total, done.stdout
    sent, accepted, rejected = map(int, total.groups())
    assert sent == accepted > 60
    assert rejected == 0
    assert "hilang: 0" in done.stdout
    new = [row for row in incidents(stack, "35.79", "operator.batu") if row["id"] not in before]
    reports = re.search(r"^report +(\d+)", done.stdout, re.MULTILINE)
    assert len(new) == int(reports[1]) > 0
    assert all(row["exercise"] for row in new)
    assert {row["area"]["code"][:5] for row in new} == {"35.79"}


@stack_test
def test_one_report_is_played_through_all_roles_and_every_screen_hears_each_step(stack):
    done = subprocess.run(
        [sys.executable, "scripts/play_one_report.py", "--url", stack.url, "--live", stack.live],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "missing" not in done.stdout
    assert "incident.created → assignment.created" in done.stdout
    assert done.stdout.strip().endswith("incident.closed")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--region", "99.99"], "tidak ditemukan"),
        (["--region", "35.77", "--rate", "0"], "--rate"),
        (["--region", "35.77"], "Tidak ada sistem yang berjalan"),
        (["--region", "35.77", "--url", "http://127.0.0.1:9"], "tidak menjawab"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_a_reason(arguments, complaint, tmp_path):

    env = os.environ | {"DATA_DIR": str(tmp_path / "nothing")}
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate", *arguments], cwd=ROOT, env=env, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
