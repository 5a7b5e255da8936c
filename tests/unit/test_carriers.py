"""Where messages may go, how they are signed, and that nothing breaks out of a template."""

import hashlib
import hmac
import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.carriers.addresses import Policy, Target, choose, may_reach, target_of
from dispatch.carriers.bodies import PLACES, escape_of, fill, says_success, signature
from dispatch.carriers.letters import Failed

WORLD = Policy()
INTERNAL = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.8", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:1::",
    "192.0.2.1", "198.18.0.1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INTERNAL)
def test_no_message_goes_to_an_address_of_our_own_house(address):
    assert not may_reach(ipaddress.ip_address(address), WORLD)
    with pytest.raises(Failed) as error:
        choose(Target(True, "a.example", 443, "/"), [address], WORLD)
    assert (error.value.code, error.value.lasting) == ("blocked", True)


@pytest.mark.parametrize("address", ["103.10.20.30", "8.8.8.8", "2404:6800:4003::8a"])
def test_the_world_can_be_reached(address):
    assert choose(Target(True, "a.example", 443, "/"), [address], WORLD) == address


def test_one_bad_address_among_good_ones_is_enough_to_refuse():
    with pytest.raises(Failed):
        choose(Target(True, "a.example", 443, "/"), ["8.8.8.8", "10.0.0.1"], WORLD)


def test_networks_of_the_installation_are_allowed_by_name_only_and_never_by_plain_http():
    own = Policy((ipaddress.ip_network("10.20.0.0/16"),))
    assert choose(Target(True, "a", 443, "/"), ["10.20.3.4"], own) == "10.20.3.4"
    for secure, address in ((True, "10.21.0.1"), (False, "10.20.3.4")):
        with pytest.raises(Failed):
            choose(Target(secure, "a", 443, "/"), [address], own)


def test_plain_http_goes_to_ourselves_only_and_only_where_that_is_allowed():
    at_home = Policy(loopback=True)
    assert target_of("http://127.0.0.1:8080/x?y=1", at_home) == Target(False, "127.0.0.1", 8080, "/x?y=1")
    with pytest.raises(Failed):
        choose(target_of("http://a.example/", at_home), ["8.8.8.8"], at_home)
    with pytest.raises(Failed):
        target_of("http://127.0.0.1/", WORLD)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "https://", "https://user:pass@a.example/", "https://a.example:99999/",
     "https://a.example/\r\nX: y", "https://a.example/a b", "gopher://a", "//a.example", "https:\\\\a", ""],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url):
    with pytest.raises(Failed) as error:
        target_of(url, WORLD)
    assert error.value.code == "blocked"


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_an_address_does_not_become_reachable_by_being_written_as_ipv6(address):
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    assert may_reach(mapped, WORLD) == may_reach(address, WORLD)
    hidden = ipaddress.IPv6Address((0x64FF9B << 96) | int(address))
    assert not may_reach(hidden, WORLD)


@given(st.text(min_size=1, max_size=40), st.integers(0, 2**40).map(str), st.binary(max_size=300))
def test_the_signature_is_the_hmac_of_time_dot_body_and_changes_with_each(secret, timestamp, body):
    try:
        key = secret.encode()
    except UnicodeEncodeError:
        return
    expected = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signature(secret, timestamp, body) == f"sha256={expected}"
    assert signature(secret, timestamp + "1", body) != f"sha256={expected}"
    assert signature(secret, timestamp, body + b"x") != f"sha256={expected}"


VALUES = st.fixed_dictionaries({name: st.text(max_size=60) for name in PLACES})


@given(VALUES)
def test_no_value_breaks_out_of_a_json_body(values):
    template = '{"to": "{number}", "message": "{text}", "key": {"id": "{id}", "pass": "{secret}"}, "type": "{other}"}'
    found = json.loads(fill(template, values, "json"))
    assert (found["to"], found["message"]) == (values["number"], values["text"])
    assert found["key"] == {"id": values["id"], "pass": values["secret"]}
    assert found["type"] == "{other}"


@given(VALUES)
def test_no_value_adds_a_header_or_a_parameter(values):
    assert not {"\r", "\n"} & set(fill("Bearer {secret}{text}", values, "header"))
    try:
        url = fill("https://a.example/send?to={number}&text={text}", values, "url")
    except UnicodeEncodeError:
        return
    assert url.count("&") == 1
    assert "#" not in url
    assert " " not in url


@pytest.mark.parametrize(
    ("body", "path", "wanted", "yes"),
    [
        (b'{"status": "ok"}', "status", "ok", True), (b'{"status": "no"}', "status", "ok", False),
        (b'{"data": [{"sent": true}]}', "data.0.sent", "true", True), (b'{"error": 0}', "error", "0", True),
        (b'{"id": "7"}', "id", "", True), (b'{"id": ""}', "id", "", False), (b"<html>", "id", "", False),
        (b"[]", "0.x", "1", False), (b"[" * 100_000, "a", "", False), (b'{"a": null}', "a.b", "", False),
    ],
)  # fmt: skip
def test_success_by_a_path_of_the_answer(body, path, wanted, yes):
    assert says_success(body, path, wanted) is yes


def test_values_are_escaped_as_the_content_type_asks():
    assert escape_of({"content-type": "application/json; charset=utf-8"}) == "json"
    assert escape_of({"Content-Type": "application/x-www-form-urlencoded"}) == "url"
    assert escape_of({}) == ""
