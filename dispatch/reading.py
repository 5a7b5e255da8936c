"""A request's body, field by field: leniently for what an emergency brings, strictly for what a person can correct."""

import json
import math
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agencies.problems import Malformed


@dataclass(slots=True)
class Lenient:
    """Reads fields of a mapping; collects what had to be set aside."""

    body: Mapping[str, Any]
    prefix: str = ""
    warnings: list[dict[str, str]] = field(default_factory=list)

    def warn(self, name: str, message: str) -> None:
        self.warnings.append({"field": f"{self.prefix}{name}", "message": message})

    def text(self, name: str, longest: int | None = None) -> str:
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.warn(name, "bukan teks; disimpan sebagai teks")
            value = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
        if longest is not None and len(value) > longest:
            self.warn(name, f"dipotong menjadi {longest} huruf")
            value = value[:longest]
        return value

    def one_of(self, name: str, allowed: Collection[str], default: str = "") -> str:
        value = self.body.get(name)
        if value in (None, ""):
            return default
        if not isinstance(value, str) or value not in allowed:
            self.warn(name, "tidak dikenal; diabaikan")
            return default
        return value

    def number(self, name: str, least: float, most: float) -> float | None:
        value = self.body.get(name)
        if value in (None, ""):
            return None
        try:
            number = float(value) if not isinstance(value, bool) else math.nan
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not least <= number <= most:
            self.warn(name, "bukan angka yang mungkin; diabaikan")
            return None
        return number

    def point(self) -> tuple[float | None, float | None]:
        lat, lon = self.number("lat", -90, 90), self.number("lon", -180, 180)
        if (lat is None) != (lon is None):
            self.warn("lat", "lat dan lon harus lengkap; diabaikan")
            return None, None
        return lat, lon

    def flag(self, name: str) -> bool | None:
        value = self.body.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.warn(name, "bukan ya/tidak; diabaikan")
        return None

    def time(self, name: str) -> datetime | None:
        value = self.body.get(name)
        if value in (None, ""):
            return None
        parsed = time_of(value)
        if parsed is None:
            self.warn(name, "bukan waktu RFC 3339 dengan zona; diabaikan")
        return parsed

    def identifier(self, name: str) -> str:
        value = self.body.get(name)
        if value in (None, ""):
            return ""
        parsed = uuid_of(value)
        if not parsed:
            self.warn(name, "bukan id; diabaikan")
        return parsed

    def inner(self, name: str) -> "Lenient":
        value = self.body.get(name)
        if value is not None and not isinstance(value, Mapping):
            self.warn(name, "bukan objek; diabaikan")
        return Lenient(value if isinstance(value, Mapping) else {}, f"{self.prefix}{name}.", self.warnings)

    def unknown(self, known: Collection[str]) -> None:
        for name in self.body:
            if name not in known:
                self.warn(str(name), "tidak dikenal; diabaikan")


def time_of(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None and 1970 < parsed.year < 2200 else None


def uuid_of(value: Any) -> str:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


@dataclass(slots=True)
class Strict:
    """Reads fields of an action's body; every fault is collected and raised together by `finish`."""

    body: Mapping[str, Any]
    errors: list[dict[str, str]] = field(default_factory=list)

    def fault(self, name: str, message: str) -> None:
        self.errors.append({"field": name, "message": message})

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.body.get(name)
        if value is None or value == "":
            if required:
                self.fault(name, "wajib diisi")
            return ""
        if not isinstance(value, str):
            self.fault(name, "harus berupa teks")
            return ""
        if required and not value.strip():
            self.fault(name, "wajib diisi")
        return value

    def one_of(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        value = self.text(name, required=required)
        if value and value not in allowed:
            self.fault(name, f"harus salah satu dari: {', '.join(allowed)}")
            return ""
        return value

    def version(self, *, required: bool) -> int | None:
        value = self.body.get("version")
        if value is None:
            if required:
                self.fault("version", "wajib diisi")
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**31:
            self.fault("version", "harus bilangan bulat")
            return None
        return value

    def time(self, name: str) -> datetime | None:
        value = self.body.get(name)
        if value in (None, ""):
            return None
        parsed = time_of(value)
        if parsed is None:
            self.fault(name, "bukan waktu RFC 3339 dengan zona")
        return parsed

    def integer(self, name: str, *, required: bool = False) -> int:
        value = self.body.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is not None or required:
            self.fault(name, "harus bilangan bulat")
        return 0

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.body.get(name, default)
        if not isinstance(value, bool):
            self.fault(name, "harus true atau false")
            return default
        return value

    def ids(self, name: str) -> tuple[str, ...]:
        value = self.body.get(name)
        if value is None:
            return ()
        found = tuple(uuid_of(item) for item in value) if isinstance(value, list) else ("",)
        if not all(found):
            self.fault(name, "harus daftar id")
            return ()
        return tuple(dict.fromkeys(found))

    def finish(self, known: Collection[str]) -> None:
        """Raises Malformed with everything that was wrong."""
        for name in self.body:
            if name not in known:
                self.fault(str(name), "tidak dikenal")
        if self.errors:
            raise Malformed("Periksa isian yang disebut.", errors=self.errors)
