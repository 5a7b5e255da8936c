"""Two versions of a list: what was added, what went, what only changed its place."""

from hypothesis import given
from hypothesis import strategies as st

from agencies.difference import Line, Mark, differences

TEXTS = st.lists(st.sampled_from("abcdef"), unique=True)


def marks(old: str, new: str) -> str:
    signs = {Mark.SAME: "=", Mark.ADDED: "+", Mark.REMOVED: "-", Mark.MOVED: "~"}
    return " ".join(signs[line.mark] + line.text for line in differences(list(old), list(new)))


def test_added_removed_and_moved_lines_are_told_apart():
    assert marks("abc", "abxc") == "=a =b +x =c"
    assert marks("abc", "ac") == "=a -b =c"
    assert marks("abc", "cab") == "~c =a =b"
    assert marks("abc", "axc") == "=a -b +x =c"


@given(TEXTS, TEXTS)
def test_what_stays_is_the_new_version_in_its_order(old, new):
    found = differences(old, new)
    assert [line.text for line in found if line.mark is not Mark.REMOVED] == new
    assert {line.text for line in found if line.mark is Mark.REMOVED} == set(old) - set(new)
    assert {line.text for line in found if line.mark is Mark.ADDED} == set(new) - set(old)


@given(TEXTS)
def test_nothing_differs_from_itself(lines):
    assert differences(lines, lines) == [Line(Mark.SAME, text) for text in lines]
