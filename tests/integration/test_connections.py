"""Connections that died while nobody used them are noticed before a request needs them."""

import time

import psycopg
import pytest

pytestmark = pytest.mark.xdist_group("services")


def test_after_every_session_was_ended_the_next_requests_are_answered(stack):
    with stack.client("operator.madiun") as client:
        for n in range(8):
            answer = client.post("incidents/", json={"region": "35.77", "narrative": f"lampu padam {n}"})
            assert answer.status_code == 201
        with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            ).fetchone()
        time.sleep(0.5)  # a backend ends when it gets to it
        assert ended is not None
        assert ended[0] > 4
        codes = [
            client.post("incidents/", json={"region": "35.77", "narrative": f"lampu mati {n}"}).status_code
            for n in range(20)
        ]
    assert codes == [201] * 20
