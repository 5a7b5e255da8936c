"""The proof that screens are true: a board and the events after it are the board that one would fetch now.

`screens_follow()` holds for everybody at every level of sight; `services_that_write()` finds what has to be proved.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.integration.acting import MADIUN, PPU, Acting, as_fold, fold, number

READERS = (
    ("operator.madiun", MADIUN), ("supervisor.madiun", MADIUN), ("qa.madiun", MADIUN), ("wall.madiun", MADIUN),
    ("damkar.madiun", MADIUN), ("bpbd.madiun", MADIUN), ("dp3a.madiun", MADIUN), ("dlh.madiun", MADIUN),
    ("operator.ppu", PPU), ("wall.ppu", PPU),
)  # fmt: skip
"""Full, masked and wall sight; agencies that lead, support or are not asked (full, task, stub, none); elsewhere."""
SERVICES = ("dispatch/services", "incidents/services")


@contextmanager
def screens_follow() -> Iterator[None]:
    """What is done inside must reach every reader by frames alone."""
    number()
    people = [(Acting(name), region) for name, region in READERS]
    before = [actor.board(region) for actor, region in people]
    yield
    number()
    for (actor, region), board in zip(people, before, strict=True):
        shown, fresh = fold(board, actor.events(board["seq"], region)), as_fold(actor.board(region))
        assert shown == fresh, f"the screen of {actor.user.username} shows something else than a fresh one"


def services_that_write() -> set[str]:
    """`module.function` of every public service that opens a transaction of its own, found in the source."""
    found: set[str] = set()
    for folder in SERVICES:
        for path in sorted((ROOT / folder).glob("*.py")):
            found |= {f"{path.stem}.{name}" for name in _writers(path)}
    return found


def _writers(path: Path) -> set[str]:
    """Public functions of a module that call `writing(…)`, themselves or through functions of the module."""
    functions = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
    calls = {
        name: {one.func.id for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
        for name, node in functions.items()
    }
    writers = {name for name, called in calls.items() if "writing" in called}
    while more := {name for name, called in calls.items() if called & writers} - writers:
        writers |= more
    return {name for name in writers if not name.startswith("_")}
