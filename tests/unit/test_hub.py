"""The live hub: whose rights it looks after, what its heartbeats say, which events it sets aside."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from agencies.access import NOBODY, Actor, Post, Role
from dispatch import hub as module
from dispatch.hub import Hub
from dispatch.sockets import Socket

DESK = Actor("1", "Operator", (Post(Role.CALL_TAKER, "35.77"),))


def socket_of(token):
    async def nothing(_):
        pass

    return Socket(DESK, ("token", token), nothing, nothing)


def test_a_socket_that_joins_while_rights_are_looked_up_stays_open(monkeypatch):
    hub, early, late, fired = Hub(""), socket_of("early"), socket_of("late"), socket_of("fired")
    hub.sockets = {early, fired}

    async def look_up(identities):
        hub.sockets.add(late)
        return {identity: NOBODY if identity[1] == "fired" else DESK for identity in identities}

    monkeypatch.setattr(module, "actors_now", look_up)
    with ThreadPoolExecutor(1) as thread:  # browser tests of the same worker keep a loop running in the main thread
        thread.submit(asyncio.run, hub._check_rights()).result(10)
    assert (early.closing, late.closing, fired.closing) == (0, 0, 4003)


def row(seq, data):
    """An event as the hub reads it from the log."""
    return seq, "incident.updated", "35.77", uuid4(), datetime(2026, 1, 1, tzinfo=UTC), data


GOOD = json.dumps({"incident": {"id": "x", "version": 1}, "sight": {"agencies": {}, "users": {}}})
POISON = [
    "not JSON", "[1]", '"text"', "7", '{"incident": {}}', '{"incident": null, "sight": 5}',
    '{"incident": 3, "sight": {}}', '{"unit": 7, "sight": {"agencies": []}}', '{"call": {"id": 1}}', '{"unit": {}}',
]  # fmt: skip


@pytest.mark.parametrize("poison", POISON)
def test_an_event_that_nobody_can_read_is_set_aside_and_the_next_one_arrives(poison):
    hub, socket = Hub(""), socket_of("one")
    hub.sockets = {socket}
    hub._take([hub._entry(row(seq, data)) for seq, data in [(1, poison), (2, GOOD), (3, poison), (4, GOOD)]])
    frames = [json.loads(frame) for frame in socket.queue]
    assert [(frame["seq"], frame["prev"]) for frame in frames] == [(2, 0), (4, 2)]
    assert set(hub._unreadable) == {1, 3}


def test_a_heartbeat_names_the_last_event_that_was_sent_on_its_socket():
    hub, told, quiet = Hub(""), socket_of("told"), socket_of("quiet")
    hub.head, told.last = 9, 7
    hub.sockets = {told, quiet}
    hub._beat()
    beats = [json.loads(socket.queue[-1]) for socket in (told, quiet)]
    assert beats == [{"kind": "heartbeat", "head": 9, "prev": 7}, {"kind": "heartbeat", "head": 9, "prev": 0}]
