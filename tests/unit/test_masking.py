"""Nothing that opens a door stands in the audit or in a file made from it; a spreadsheet runs nothing."""

from hypothesis import given
from hypothesis import strategies as st

from agencies.masking import MASK, masked
from agencies.sheets import csv_text


def test_what_is_named_like_a_secret_is_dotted_at_any_depth():
    given_ = {
        "settings": {"headers": {"Authorization": "Bearer abc", "X-Api-Key": "k", "Accept": "json"}},
        "secret": "s",
    }
    assert masked(given_) == {
        "settings": {"headers": {"Authorization": MASK, "X-Api-Key": MASK, "Accept": "json"}}, "secret": MASK,
    }  # fmt: skip


def test_that_a_secret_was_set_stays_visible():
    assert masked({"secret": True}) == {"secret": True}


def test_addresses_lose_their_query_and_their_password():
    assert masked("https://gw.example.id/send?token=abc") == f"https://gw.example.id/send?{MASK}"
    assert masked("https://user:pw@gw.example.id/") == f"https://{MASK}@gw.example.id/"
    assert masked("Apakah korban sadar? Ya?") == "Apakah korban sadar? Ya?"


@given(st.text(min_size=1), st.sampled_from(["secret", "password", "token", "api_key", "Authorization"]))
def test_no_secret_survives(value, name):
    assert masked({"outer": [{name: value}]}) == {"outer": [{name: MASK}]}


def test_a_formula_is_text_and_a_number_is_a_number():
    assert (
        csv_text(["a"], [["=1+1"], ["-2"], [-2], [1.5], ["x;y"]])
        == "\ufeffa\r\n'=1+1\r\n'-2\r\n-2\r\n1,5\r\n\"x;y\"\r\n"
    )
