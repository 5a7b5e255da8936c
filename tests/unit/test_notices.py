"""What is said outside the application: never a name or a story, of a confidential case nothing at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.escalation import STEPS
from dispatch.notices import LONGEST, Notice, payload_of, subject_of, text_of

FIRE = Notice("112-MDN-261123-0007", False, "Kebakaran dan penyelamatan", "critical", "Taman")


def test_a_new_task_says_what_where_and_how_urgent():
    said = "112 P1 KRITIS Tugas baru: Kebakaran dan penyelamatan, Taman. 112-MDN-261123-0007."
    assert text_of(FIRE) == f"{said} Buka aplikasi untuk menerima."
    assert subject_of(FIRE) == "[112] P1 KRITIS Tugas baru: Kebakaran dan penyelamatan"


def test_a_rung_of_the_ladder_says_that_nobody_has_accepted():
    told = Notice("n", False, "Medis", "high", "", step="head")
    assert text_of(told).startswith("112 P2 DARURAT BELUM DITERIMA: Medis.")
    assert payload_of(told, message="m", agency="rsud", at="t")["step"] == "kepala dinas"


WORDS = st.text(st.characters(codec="utf-8"), min_size=3, max_size=400)


@given(WORDS, st.sampled_from(["critical", "high", "normal", "low"]), WORDS, st.sampled_from(["", *STEPS]))
def test_of_a_confidential_case_every_message_is_the_same(type_name, priority, area, step):
    plain = Notice("112-MDN-261123-0007", True)
    full = Notice("112-MDN-261123-0007", True, type_name, priority, area, step)
    assert text_of(full) == text_of(plain) == "Kejadian khusus 112 – buka aplikasi. 112-MDN-261123-0007"
    assert subject_of(full) == subject_of(plain)
    told = [payload_of(n, message="m", agency="dp3a", at="t") for n in (full, plain)]
    assert json.dumps(told[0]) == json.dumps(told[1])


@given(WORDS, WORDS)
def test_a_text_stays_short(type_name, area):
    assert len(text_of(Notice("112-MDN-261123-0007", False, type_name, "critical", area))) <= LONGEST


@pytest.mark.parametrize("confidential", [False, True])
def test_a_test_says_that_it_is_one(confidential):
    notice = Notice("", confidential, test=True)
    assert "UJI COBA" in text_of(notice)
    assert payload_of(notice, message="m", agency="x", at="t")["kind"] == "test"
