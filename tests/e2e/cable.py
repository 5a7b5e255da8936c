"""The network between a browser and the centre, as a TCP proxy that can be cut in every way in which networks are."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 34\r\nConnection: close\r\n\r\n"
    b"<html>502 Bad Gateway nginx</html>\n"
)


class Cable:
    """`state`: "whole"; "cut" (refuses); "proxy" (an HTML 502 for everything); "half" (each POST reaches the server,
    of its answer only `half_bytes` come back). `posts` counts the POSTs to incidents that went in whole; `rewrite` is
    put in place of other bytes of the same length in whatever comes back (a server of another version)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.state = "whole"
        self.half_bytes = 200
        self.posts = 0
        self.rewrite = (b"", b"")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, state: str) -> None:
        """Change the state; connections under way are cut."""
        self.state = state
        for one in list(self.open):
            _close(one)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self.open.add(client)
        try:
            if self.state == "whole":
                self._join(client)
            elif self.state == "proxy":
                client.recv(65536)
                client.sendall(BAD_GATEWAY)
            elif self.state == "half":
                self._half(client)
        except OSError:
            pass
        finally:
            self.open.discard(client)
            _close(client)

    def _join(self, client: socket.socket) -> None:
        with socket.create_connection(self.target) as server:
            self.open.add(server)
            back = threading.Thread(target=_pump, args=(server, client, self.rewrite), daemon=True)
            back.start()
            try:
                _pump(client, server)
            finally:
                _close(server)
                self.open.discard(server)

    def _half(self, client: socket.socket) -> None:
        """Each connection carries one request; a POST is served, and its answer breaks off."""
        request = _whole_request(client)
        with socket.create_connection(self.target, timeout=20) as server:
            server.sendall(request)
            answer = b""
            if request.startswith(b"POST /api/v1/incidents/ "):
                while len(answer) < self.half_bytes and (part := server.recv(65536)):
                    answer += part
                self.posts += 1
                client.sendall(answer[: self.half_bytes])
            else:
                _pump(server, client)

    def close(self) -> None:
        _close(self.listener)
        self.set("cut")


def _whole_request(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65536) or b"\r\n\r\n"
    head, body = data.split(b"\r\n\r\n", 1)
    length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0)
    while len(body) < length and (part := client.recv(65536)):
        body += part
    return head.replace(b"Connection: keep-alive", b"Connection: close") + b"\r\n\r\n" + body


def _pump(source: socket.socket, sink: socket.socket, rewrite: tuple[bytes, bytes] = (b"", b"")) -> None:
    old, new = rewrite
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data.replace(old, new) if old else data)
        sink.shutdown(socket.SHUT_WR)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()


@contextlib.contextmanager
def cable(url: str) -> Iterator[Cable]:
    """A proxy in front of `url` for the length of the block."""
    made = Cable(url)
    try:
        yield made
    finally:
        made.close()
