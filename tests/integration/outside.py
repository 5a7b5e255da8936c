"""The world outside, as it behaves: an HTTP server that answers, hangs or lies, and a mail server. On this machine."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Outside:
    url: str
    got: list[Got] = field(default_factory=list)
    behaviour: str = "ok"
    """`ok`, `hang`, `half`, `drip`, `huge`, `redirect`, or a status like `500`."""
    reply: bytes = b'{"status": "sent"}'


@contextmanager
def http_server() -> Iterator[Outside]:
    """A server of one's own; whatever hangs in it ends with it."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            outside.got.append(Got(self.command, self.path, dict(self.headers), self.rfile.read(length)))
            getattr(self, f"_{outside.behaviour}", self._status)()

        do_GET = do_POST

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _ok(self) -> None:
            self._answer(200, outside.reply)

        def _status(self) -> None:
            self._answer(int(outside.behaviour), b"{}")

        def _redirect(self) -> None:
            self._answer(302, b"", Location=f"{outside.url}/elsewhere")

        def _huge(self) -> None:
            self._answer(200, b"x" * 200_000)

        def _half(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half of")
            self.close_connection = True

        def _hang(self) -> None:
            over.wait(60)

        def _drip(self) -> None:
            self.send_response(200)
            self.end_headers()
            while not over.wait(0.5):
                self.wfile.write(b"x")
                self.wfile.flush()

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: Any) -> None:
            pass  # the other side hung up

    server = Server(("127.0.0.1", 0), Handler)
    outside = Outside(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield outside
    finally:
        over.set()
        server.shutdown()
        server.server_close()


@dataclass
class Mails:
    url: str
    port: int
    got: list[str] = field(default_factory=list)
    refuse: bool = False


@contextmanager
def mail_server() -> Iterator[Mails]:
    """A mail server that speaks as much SMTP (RFC 5321) as a client needs."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 outside")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"DATA":
                    self._say("354 go on")
                    mails.got.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                    self._say("250 taken")
                elif word == b"QUIT":
                    return self._say("221 bye")
                elif word == b"RCPT" and mails.refuse:
                    self._say("550 nobody of that name")
                else:
                    self._say("250 well")

        def _say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

    server = Server(("127.0.0.1", 0), Handler)
    mails = Mails(f"smtp://127.0.0.1:{server.server_address[1]}", server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield mails
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition: Any, seconds: float = 15) -> Any:
    """What the condition gives, once it is true; its last value when the time is over."""
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.1)
    return found
