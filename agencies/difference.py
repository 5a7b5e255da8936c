"""What differs between two versions of a list of lines, as a person reads it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Mark(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Line:
    mark: Mark
    text: str


def differences(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """Every line of `new` in order, with those that went away where they stood. A line that only changed its place
    is moved: it is shown where it stands now and not again where it was."""
    gone, came = set(old) - set(new), set(new) - set(old)
    found: list[Line] = []
    for tag, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Line(Mark.SAME, text) for text in new[c:d]]
            continue
        found += _marked(old[a:b], Mark.REMOVED, gone)
        found += [Line(Mark.ADDED if text in came else Mark.MOVED, text) for text in new[c:d]]
    return found


def _marked(lines: Sequence[str], mark: Mark, among: set[str]) -> Iterator[Line]:
    return (Line(mark, text) for text in lines if text in among)
