"""`/peta/<region>/ubin…`: which map of streets there is, and pieces of the archive for the library that draws it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies import tiling
from agencies.access import can
from agencies.forms import ManageForm
from agencies.manage_frame import Desk, managed
from agencies.models import TileArchive
from agencies.views import actor_of

_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})", re.ASCII)
MOST_AT_ONCE = 16 * 1024 * 1024
CHUNK = 64 * 1024


@require_safe
@never_cache
@login_required
def tiles_of(request: HttpRequest, region: str) -> HttpResponse:
    """`{"archive", "url", "attribution"}`; both addresses empty where our own borders are all there is."""
    _check(request)
    archive = tiling.archive_of(region)
    found = {"archive": "", "url": settings.TILE_URL, "attribution": settings.TILE_ATTRIBUTION}
    if archive is not None:
        address = reverse("tile-archive", args=[region, archive.id])
        found = {"archive": address, "url": "", "attribution": archive.source}
    return JsonResponse(found)


def _check(request: HttpRequest) -> None:
    if not can(actor_of(request), "map.view"):
        raise PermissionDenied


@require_safe
@login_required
def tile_archive(request: HttpRequest, region: str, id: UUID) -> HttpResponseBase:
    """The archive, or the piece that `Range` asks for. It never changes under its address."""
    _check(request)
    archive = TileArchive.objects.filter(region_id=region, id=id, ended_at=None).first()
    if archive is None or not tiling.archive_path(archive).exists():
        raise Http404
    first, last = 0, archive.size - 1
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked:
        first = int(asked[1])
        last = min(last, int(asked[2]) if asked[2] else last, first + MOST_AT_ONCE - 1)
        if first > last:
            refused = HttpResponse(status=416)
            refused["Content-Range"] = f"bytes */{archive.size}"
            return refused
    answer = StreamingHttpResponse(_pieces(archive, first, last), content_type="application/octet-stream",
                                   status=206 if asked else 200)  # fmt: skip
    if asked:
        answer["Content-Range"] = f"bytes {first}-{last}/{archive.size}"
    answer["Content-Length"] = str(last - first + 1)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = f'"{archive.sha256}"'
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


def _pieces(archive: TileArchive, first: int, last: int) -> Iterator[bytes]:
    with open(tiling.archive_path(archive), "rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


# --- the admin's page ---------------------------------------------------------------------------------------------
class TilesForm(ManageForm):
    """The file, and whom to name on the map."""

    file = forms.FileField(label=_("Berkas .pmtiles"), allow_empty_file=False)
    source = forms.CharField(
        label=_("Sumber data, tampil di peta"), max_length=120, initial="© kontributor OpenStreetMap",
        help_text=_("Lisensi data biasanya mewajibkan penyebutan sumber."),
    )  # fmt: skip


PAGE = "manage-tiles"


@managed(PAGE, "POST")
def tiles(desk: Desk) -> HttpResponse:
    form = TilesForm(desk.request.POST or None, desk.request.FILES or None)

    def save() -> Any:
        upload = form.cleaned_data["file"]
        return tiling.add_archive(
            region=desk.region.code, file_name=upload.name or "", size=upload.size or 0, chunks=upload.chunks(CHUNK),
            source=form.cleaned_data["source"], actor=desk.actor, at=desk.at,
        )  # fmt: skip

    return desk.save(
        form, save, done=_("Peta jalan dipasang; layar yang dibuka setelah ini memakainya."), to=desk.url(PAGE),
        template="tiles.html", archive=tiling.archive_of(desk.region.code), most_mb=settings.TILES_MAX_MB,
    )  # fmt: skip


@managed(PAGE, "POST")
def tiles_delete(desk: Desk) -> HttpResponse:
    if tiling.archive_of(desk.region.code) is None:
        raise Http404
    return desk.confirm(
        lambda: tiling.delete_archive(region=desk.region.code, actor=desk.actor, at=desk.at),
        title=_("Hapus peta jalan?"), text=_("Peta kembali memakai batas wilayah bawaan. Berkas dihapus dari server."),
        button=_("Hapus"), done=_("Peta jalan dihapus."), to=desk.url(PAGE),
    )  # fmt: skip
