"""Where a message may go: out into the world by https, never into our own house (server-side request forgery). Pure.

An address is judged after the name was looked up, and that very address is connected to: a name cannot change its
meaning in between. What is out in the world is what `ipaddress.is_global` says: IANA's special-purpose registries.
"""

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from dispatch.carriers.letters import Failed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_TUNNELS = tuple(ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 addresses that hide an IPv4 one: NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), Teredo (RFC 4380)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation allows besides the world: networks of its own, and itself (plain http only there)."""

    networks: tuple[Network, ...] = ()
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points."""

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str, policy: Policy) -> Target:
    """Raises Failed (`blocked`) for what is not an https address, or http to ourselves where that is allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Failed("blocked", "alamat tidak sah", lasting=True) from error
    if any(ord(character) <= 32 or ord(character) == 127 for character in url) or "\\" in url:
        raise Failed("blocked", "alamat tidak sah", lasting=True)
    if parts.username is not None or parts.password is not None or not parts.hostname:
        raise Failed("blocked", "alamat tidak sah", lasting=True)
    if parts.scheme != "https" and not (parts.scheme == "http" and policy.loopback):
        raise Failed("blocked", "hanya https yang diizinkan", lasting=True)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, parts.hostname, port or (443 if secure else 80), path)


def choose(target: Target, found: Sequence[str], policy: Policy) -> str:
    """The address to connect to. Raises Failed (`blocked`) unless every address of the name may be connected to."""
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
    if not addresses:
        raise Failed("unknown_host", "nama tidak ditemukan")
    if not all(may_reach(address, policy) for address in addresses):
        raise Failed("blocked", "alamat jaringan internal tidak diizinkan", lasting=True)
    if not target.secure and not all(_real(address).is_loopback for address in addresses):
        raise Failed("blocked", "hanya https yang diizinkan", lasting=True)
    return str(addresses[0])


def may_reach(address: Address, policy: Policy) -> bool:
    """Whether an address is out in the world, or one of those that the installation allows."""
    real = _real(address)
    if real.is_loopback:
        return policy.loopback
    if _in(real, policy.networks):
        return True
    return real.is_global and not (real.is_multicast or real.is_reserved or _in(real, _TUNNELS))


def _real(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _in(address: Address, networks: Collection[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
