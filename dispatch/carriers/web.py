"""One HTTP request to a stranger: short, small, to the address that was judged, never redirected.

The standard library's client, because what matters here is what it lets us do: connect to the very address that was
judged while the certificate is checked against the name. A clock of its own ends the whole exchange, so that a server
that answers one byte a second holds nobody up.
"""

import concurrent.futures
import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.carriers.addresses import Policy, Target, choose, target_of
from dispatch.carriers.letters import Failed

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 2.0, 5.0, 10.0
MOST_BYTES = 64 * 1024
_TRANSIENT = {408, 425, 429}
_looking_up = concurrent.futures.ThreadPoolExecutor(max_workers=8, thread_name_prefix="names")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes


def request(method: str, url: str, headers: Mapping[str, str], body: bytes, policy: Policy) -> Reply:
    """The reply, if it is a 2xx. Raises Failed for everything else."""
    target = target_of(url, policy)
    address = choose(target, _look_up(target.host, target.port), policy)
    line = _Line(target)
    clock = threading.Timer(WHOLE_SECONDS, line.cut)
    clock.daemon = True
    clock.start()
    try:
        line.connect(address)
        reply = line.exchange(method, headers, body)
    except Failed:
        if not line.was_cut:
            raise
        reply = Reply(0, b"")
    finally:
        clock.cancel()
        line.close()
    if line.was_cut:  # an answer without a length ends where it is cut: that is none
        raise Failed("timeout", "tidak selesai dalam 10 detik")
    return _judged(reply)


def _judged(reply: Reply) -> Reply:
    if len(reply.body) > MOST_BYTES:
        raise Failed("too_large", "jawaban lebih dari 64 KB", lasting=True)
    if 200 <= reply.status < 300:
        return reply
    if 300 <= reply.status < 400:
        raise Failed("redirect", f"HTTP {reply.status}: pengalihan tidak diikuti", lasting=True)
    lasting = 400 <= reply.status < 500 and reply.status not in _TRANSIENT
    raise Failed("answer", f"HTTP {reply.status}", lasting=lasting)


def _look_up(host: str, port: int) -> list[str]:
    """Addresses of a name. The resolver has no time limit of its own that could be relied on."""
    asked = _looking_up.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        return [str(where[0]) for *_, where in asked.result(CONNECT_SECONDS)]
    except concurrent.futures.TimeoutError as error:
        asked.cancel()
        raise Failed("unknown_host", "nama tidak terjawab dalam 2 detik") from error
    except (OSError, UnicodeError) as error:
        raise Failed("unknown_host", "nama tidak ditemukan") from error


class _Line:
    """A connection that a clock on another thread may cut at any moment."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._socket: socket.socket | None = None
        self.was_cut = False

    def connect(self, address: str) -> None:
        """Raises Failed."""
        try:
            self._socket = socket.create_connection((address, self._target.port), CONNECT_SECONDS)
            if self._target.secure:
                context = ssl.create_default_context()
                wrapped = context.wrap_socket(
                    self._socket, server_hostname=self._target.host, do_handshake_on_connect=False
                )
                self._socket = wrapped
                wrapped.do_handshake()
            self._socket.settimeout(READ_SECONDS)
        except ssl.SSLError as error:
            raise Failed("certificate", "sertifikat TLS tidak dapat dipercaya") from error
        except TimeoutError as error:
            raise Failed("timeout", "tidak tersambung dalam 2 detik") from error
        except (OSError, ValueError) as error:
            raise Failed("refused", "sambungan ditolak") from error

    def exchange(self, method: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Raises Failed."""
        connection = http.client.HTTPConnection(self._target.host, self._target.port)
        connection.sock = self._socket
        connection.auto_open = 0
        try:
            connection.request(method, self._target.path, body=body or None, headers=dict(headers))
            response = connection.getresponse()
            said = response.read(MOST_BYTES + 1)
            if response.length and len(said) <= MOST_BYTES:  # fewer bytes than it promised
                raise Failed("broken", "jawaban terputus atau rusak")
            return Reply(response.status, said)
        except TimeoutError as error:
            raise Failed("timeout", "tidak menjawab dalam 5 detik") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Failed("broken", "jawaban terputus atau rusak") from error

    def cut(self) -> None:
        """From another thread: whatever waits on the connection ends at once."""
        self.was_cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
