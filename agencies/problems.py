"""Refusals that a client can understand (RFC 9457), raised by services and mapped to HTTP in agencies.rest. Pure."""

from typing import Any, ClassVar


class Problem(Exception):
    """A refusal: `slug` names it for programs, `detail` tells a person what happened and what was kept."""

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "malformed"
    title: ClassVar[str] = "Permintaan tidak dapat dibaca"

    def __init__(self, detail: str = "", *, errors: list[dict[str, str]] | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors or []
        self.extra = extra


class Malformed(Problem):
    pass


class NotSignedIn(Problem):
    status, slug, title = 401, "not-authenticated", "Belum masuk"


class NotPermitted(Problem):
    status, slug, title = 403, "not-permitted", "Peran Anda tidak berhak melakukan ini"


class NotVisible(Problem):
    status, slug, title = 404, "not-found", "Tidak ditemukan"


class Conflict(Problem):
    status, slug, title = 409, "conflict", "Keadaan sudah berubah"


class StaleVersion(Conflict):
    slug, title = "stale-version", "Sudah diubah orang lain"


class WrongState(Conflict):
    slug, title = "wrong-state", "Tindakan ini tidak mungkin dalam status sekarang"


class Reset(Problem):
    status, slug, title = 410, "reset", "Riwayat sudah tidak tersedia; ambil papan lagi"


class TooLarge(Problem):
    status, slug, title = 413, "too-large", "Isi permintaan terlalu besar"


class Unprocessable(Problem):
    status, slug, title = 422, "unprocessable", "Isi permintaan tidak dapat diolah"
