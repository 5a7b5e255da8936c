"""The live hub looks after the rights of those it looked up, and of nobody else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from agencies.access import NOBODY, Actor, Post, Role
from dispatch import hub as module
from dispatch.hub import Hub, Socket

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
