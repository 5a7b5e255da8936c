"""One letter, by the carrier of its kind."""

import ipaddress
import json
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from dispatch.carriers.addresses import Policy
from dispatch.carriers.bodies import escape_of, fill, says_success, signature
from dispatch.carriers.letters import Carried, Failed, Letter
from dispatch.carriers.push import push
from dispatch.carriers.web import READ_SECONDS, request
from events import clock


def carry(letter: Letter) -> Carried:
    """Take a letter out. Raises Failed. Takes ten seconds at most, a mail as long as the mail server lets it."""
    if letter.kind == "email":
        return _mail(letter)
    if letter.kind == "push":
        return push(letter, settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT, policy())
    return _webhook(letter) if letter.kind == "webhook" else _gateway(letter)


def policy() -> Policy:
    """What this installation allows to connect to."""
    networks = tuple(ipaddress.ip_network(text) for text in settings.NOTIFY_NETWORKS)
    return Policy(networks, settings.NOTIFY_LOOPBACK)


def _mail(letter: Letter) -> Carried:
    if not settings.EMAIL_URL:
        raise Failed("not_set_up", "server surel belum diatur (EMAIL_URL)", lasting=True)
    headers = {"Message-ID": f"<{letter.message}@siaga112>", "Auto-Submitted": "auto-generated"}
    try:
        with get_connection(timeout=READ_SECONDS) as connection:
            EmailMessage(letter.subject, letter.text, to=[letter.recipient], headers=headers,
                         connection=connection).send()  # fmt: skip
    except smtplib.SMTPRecipientsRefused as error:
        raise Failed("refused", "penerima ditolak server surel", lasting=True) from error
    except TimeoutError as error:
        raise Failed("timeout", "server surel tidak menjawab") from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Failed("broken", f"server surel: {type(error).__name__}") from error
    return Carried()


def _webhook(letter: Letter) -> Carried:
    body = json.dumps(letter.payload, ensure_ascii=False, sort_keys=True).encode()
    timestamp = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "siaga-112",
        "X-Timestamp": timestamp,
        "X-Signature": signature(letter.secret, timestamp, body),
        "X-Message-Id": letter.message,
        "X-Attempt": str(letter.attempt),
    }
    request("POST", letter.url, headers, body, policy())
    return Carried(delivered=True)


def _gateway(letter: Letter) -> Carried:
    values = {"number": letter.recipient, "text": letter.text, "id": letter.message, "secret": letter.secret}
    options = letter.settings
    raw = dict(options.get("headers") or {})
    headers = {name: fill(str(value), values, "header") for name, value in raw.items()}
    headers = {"User-Agent": "siaga-112", "Idempotency-Key": letter.message, **headers}
    url = fill(letter.url, values, "url")
    body = fill(str(options.get("body") or ""), values, escape_of(raw)).encode()
    reply = request(str(options.get("method") or "POST"), url, headers, body, policy())
    path = str(options.get("success_path") or "")
    if path and not says_success(reply.body, path, str(options.get("success_value") or "")):
        raise Failed("answer", "gerbang menjawab gagal")
    return Carried()
