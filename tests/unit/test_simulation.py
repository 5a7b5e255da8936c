"""A simulation is drawn from its seed, in realistic proportions, and its ledger counts what became of each request."""

import json
from collections import Counter

import pytest

from callcenter112.simulation.client import Run
from callcenter112.simulation.plan import Call, Step, plan_calls, read_material

POINTS = [(-7.63, 111.52, "Kartoharjo"), (-7.62, 111.53, "Taman")]


def calls(seed=1, rate=5, seconds=400, **more):
    return list(plan_calls(region="35.77", rate=rate, seconds=seconds, seed=seed, points=POINTS, **more))


def bodies(drawn, name):
    return [step.body for call in drawn for step in call.steps if step.name == name]


def test_the_same_seed_gives_the_same_calls_and_another_seed_others():
    assert calls(seed=7, seconds=20) == calls(seed=7, seconds=20)
    assert calls(seed=7, seconds=20) != calls(seed=8, seconds=20)


def test_calls_come_at_the_rate_and_within_the_time():
    drawn = calls()
    assert 1800 < len(drawn) < 2200
    assert all(0 < call.at < 400 for call in drawn)
    assert [call.at for call in drawn] == sorted(call.at for call in drawn)


def test_most_calls_are_lost_or_no_emergency_as_in_real_centres():
    drawn = calls()
    shares = {name: count / len(drawn) for name, count in Counter(call.disposition for call in drawn).items()}
    assert 0.01 < shares["emergency"] < 0.08
    assert shares["prank"] + shares["ghost"] > 0.4
    assert 0.09 < shares["abandoned"] < 0.58
    assert len(shares) == 10


def test_reports_of_all_types_lie_inside_the_region_and_are_marked_as_exercise():
    reports = bodies(calls(seconds=2000), "report")
    assert {(r["location"]["lat"], r["location"]["lon"]) for r in reports} <= {point[:2] for point in POINTS}
    assert all(r["exercise"] for r in reports)
    assert not any("{" in r["narrative"] for r in reports)
    assert len(read_material()["narratives"]) == 8
    assert not any(r["exercise"] for r in bodies(calls(seconds=50, exercise=False), "offer"))


def test_some_callers_have_no_number_and_an_abandoned_call_is_never_answered():
    drawn = calls()
    numbers = [body["number"] for body in bodies(drawn, "offer")]
    assert 0 < numbers.count(None) < len(numbers) / 10
    lost = next(call for call in drawn if call.disposition == "abandoned")
    assert [step.name for step in lost.steps] == ["offer", "end"]


class FakeApi:
    """Accepts everything except reports; forgets every third call."""

    def __init__(self, refuse=()):
        self.refuse, self.keys, self.made = refuse, [], 0

    def request(self, method, path, body=None, key=""):
        if method == "GET":
            return (200 if not path.endswith("0/") else 404), {}
        self.keys.append(key)
        name = path.split("/")[0]
        if name in self.refuse:
            return 400, {"type": "/problems/malformed"}
        self.made += 1
        return 201, {"id": f"{name}-{self.made % 3}", "number": f"n-{self.made}"}


def one_call(*steps):
    return Call(0, "emergency", tuple(Step(0, name, path, body, f"key-{name}") for name, path, body in steps))


SCRIPT = [
    ("offer", "calls/", {"region": "35.77"}),
    ("report", "incidents/", {"call": "{call}"}),
    ("end", "calls/{call}/end/", {}),
]


def test_the_ledger_counts_what_was_rejected_and_the_call_stops_there():
    run = Run(FakeApi(refuse={"incidents"}))
    ledger = run.play([one_call(*SCRIPT)])
    assert (ledger.sent["report"], ledger.rejected["report"], ledger.sent["end"]) == (1, 1, 0)
    assert (ledger.statuses[201], ledger.statuses[400]) == (1, 1)
    assert "ditolak" in ledger.lines()[0]


def test_something_accepted_that_is_gone_afterwards_is_named():
    run = Run(FakeApi())
    run.play([one_call(*SCRIPT), one_call(*SCRIPT)])
    assert len(run.ledger.made) == 4
    assert run.check() == [name for path, name in run.ledger.made if path.endswith("0/")] != []


def test_keys_are_new_in_each_run_so_that_the_same_seed_can_be_sent_twice():
    first, second = FakeApi(), FakeApi()
    for api in (first, second):
        Run(api).play([one_call(*SCRIPT)])
    assert len(set(first.keys + second.keys)) == 6
    json.dumps(first.keys)


@pytest.mark.parametrize("kind", sorted(read_material()["narratives"]))
def test_what_simulated_callers_say_is_understood_as_what_it_is_about(kind):
    from incidents.triage import builtin_rules, classify, compile_rules

    rules = compile_rules(builtin_rules())
    words = {name: options[0] for name, options in read_material()["detail"].items()}
    found = [classify(text.format_map(words), rules).type for text in read_material()["narratives"][kind]]
    assert found.count(kind) >= len(found) - 1, found
