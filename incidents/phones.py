"""Telephone numbers: one spelling for storing, one blind index for finding. Pure."""

import hashlib
import hmac

import phonenumbers


def normalise(text: str) -> str:
    """E.164 for an Indonesian or international number; short codes and odd input are kept as typed (≤ 30)."""
    text = text.strip()
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return text[:30]
    if not phonenumbers.is_possible_number(number):
        return text[:30]
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def blind_index(number: str, key: bytes) -> bytes | None:
    """A keyed digest by which rows of the same number are found without the number. None for no number."""
    if not number:
        return None
    return hmac.new(key, b"number:" + number.encode("utf-8", "replace"), hashlib.sha256).digest()[:16]
