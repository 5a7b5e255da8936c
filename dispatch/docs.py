"""Descriptions of the API for OpenAPI. Shapes stand here once; the code reads leniently or strictly in parsing.py."""

from copy import deepcopy
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

_ID = s.UUIDField()
KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.UUID, OpenApiParameter.HEADER, description="unik, disimpan 7 hari"
)
REGION = OpenApiParameter("region", str, required=True)
AFTER = OpenApiParameter("after", str)

Problem = inline_serializer(
    "Problem",
    {
        "type": s.CharField(),
        "title": s.CharField(),
        "status": s.IntegerField(),
        "detail": s.CharField(),
        "errors": s.ListField(child=s.DictField()),
    },
)
CodeName = inline_serializer("CodeName", {"code": s.CharField(), "name": s.CharField()})
Due = inline_serializer("Due", {"stage": s.CharField(), "due_at": s.DateTimeField()})
AssignmentRow = inline_serializer(
    "AssignmentRow",
    {
        "id": s.UUIDField(),
        "version": s.IntegerField(),
        "agency": CodeName,
        "role": s.ChoiceField(["lead", "support"]),
        "status": s.CharField(),
        "next_due": Due,
    },
)
_ROW: dict[str, Any] = {
    "id": s.UUIDField(),
    "number": s.CharField(),
    "version": s.IntegerField(),
    "type": s.CharField(),
    "priority": s.ChoiceField(["critical", "high", "normal", "low"]),
    "status": s.CharField(),
    "confidential": s.BooleanField(),
    "lat": s.FloatField(allow_null=True),
    "lon": s.FloatField(allow_null=True),
    "precision": s.CharField(),
    "area": CodeName,
    "label": s.CharField(),
    "created_at": s.DateTimeField(),
    "late": s.BooleanField(help_text="dicatat di tempat lain dulu (kertas, meja luring)"),
}
BoardRow = inline_serializer("BoardRow", {**_ROW, "assignments": s.ListField(child=deepcopy(AssignmentRow))})
Incident = inline_serializer(
    "Incident",
    {
        **_ROW,
        "region": s.CharField(),
        "classification": s.DictField(),
        "assignments": s.ListField(child=deepcopy(AssignmentRow)),
        "referrals": s.ListField(child=s.DictField()),
        "duplicates": s.ListField(child=s.DictField()),
        "seq": s.IntegerField(),
        "warnings": s.ListField(child=s.DictField()),
    },
)
_REPORT: dict[str, Any] = {
    "narrative": s.CharField(required=False),
    "caller": s.DictField(required=False),
    "location": s.DictField(required=False),
    "call": s.UUIDField(required=False),
    "channel": s.CharField(required=False),
    "occurred_at": s.DateTimeField(required=False),
}
Report = inline_serializer(
    "Report",
    {
        "region": s.CharField(),
        **_REPORT,
        "type": s.CharField(required=False),
        "priority": s.CharField(required=False),
        "agencies": s.ListField(child=s.DictField(), required=False),
        "answers": s.DictField(required=False),
    },
)
Call = inline_serializer(
    "Call",
    {
        "id": s.UUIDField(),
        "version": s.IntegerField(),
        "region": s.CharField(),
        "channel": s.CharField(),
        "number": s.CharField(allow_null=True),
        "line": s.CharField(allow_null=True),
        "provider_id": s.CharField(allow_null=True),
        "lat": s.FloatField(allow_null=True),
        "lon": s.FloatField(allow_null=True),
        "offered_at": s.DateTimeField(allow_null=True),
        "answered_at": s.DateTimeField(allow_null=True),
        "abandoned_at": s.DateTimeField(allow_null=True),
        "ended_at": s.DateTimeField(allow_null=True),
        "disposition": s.CharField(allow_null=True),
        "incident": s.UUIDField(allow_null=True),
    },
)
OfferedCall = inline_serializer(
    "OfferedCall",
    {
        "region": s.CharField(),
        "number": s.CharField(required=False),
        "line": s.CharField(required=False),
        "offered_at": s.DateTimeField(required=False),
        "lat": s.FloatField(required=False),
        "lon": s.FloatField(required=False),
        "provider_id": s.CharField(required=False),
        "channel": s.CharField(required=False),
    },
)
Anything = OpenApiTypes.OBJECT
_REFUSED = {400: Problem, 401: Problem, 403: Problem, 404: Problem}
_WRITE = {**_REFUSED, 409: Problem, 413: Problem, 422: Problem, 503: Problem}


def _write(operation: str, summary: str, request: Any, answer: Any, status: int = 200) -> dict[str, Any]:
    return {
        "operation_id": operation,
        "summary": summary,
        "parameters": [KEY],
        "request": {"application/json": request},
        "responses": {status: answer, **_WRITE},
    }


def _read(operation: str, summary: str, answer: Any, *parameters: OpenApiParameter) -> dict[str, Any]:
    return {
        "operation_id": operation,
        "summary": summary,
        "parameters": list(parameters),
        "responses": {200: answer, **_REFUSED},
    }


LIST_INCIDENTS = _read(
    "list_incidents",
    "Daftar kejadian",
    inline_serializer(
        "IncidentPage", {"results": s.ListField(child=deepcopy(BoardRow)), "next": s.CharField(allow_null=True)}
    ),
    OpenApiParameter("region", str),
    OpenApiParameter("status", str),
    OpenApiParameter("type", str),
    OpenApiParameter("agency", str),
    OpenApiParameter("q", str),
    AFTER,
)
CREATE_INCIDENT = _write("create_incident", "Simpan laporan", Report, Incident, 201)
AT = OpenApiParameter("at", str, description="RFC 3339: keadaan pada saat itu, menurut hak sekarang")
GET_INCIDENT = _read("get_incident", "Kejadian dengan linimasa", Incident, AT)
INCIDENT_ACTION = _write("incident_action", "Tindakan pada kejadian", Anything, Incident)
HANDOVERS = _read("handovers", "Pengalihan yang menunggu jawaban", Anything, REGION)
ADD_CALLER = _write(
    "add_caller", "Pelapor lain untuk kejadian yang sama", inline_serializer("AddedCaller", _REPORT), Incident
)
DETACH_CALLER = _write(
    "detach_caller",
    "Pelapor yang salah dilepas: menjadi kejadian baru, atau ditandai saja",
    inline_serializer(
        "Detachment", {"new_incident": s.BooleanField(required=False), "reason": s.CharField(required=False)}
    ),
    Incident,
    201,
)
ADD_NOTE = _write("add_note", "Catatan", inline_serializer("NewNote", {"text": s.CharField()}), Incident, 201)
TICK_STEP = _write(
    "tick_step",
    "Langkah SOP selesai",
    inline_serializer(
        "Tick", {"procedure": s.UUIDField(), "step": s.IntegerField(), "done": s.BooleanField(required=False)}
    ),
    Incident,
)
ADD_ATTACHMENT: dict[str, Any] = {
    "operation_id": "add_attachment",
    "summary": "Lampiran",
    "request": {"multipart/form-data": inline_serializer("NewAttachment", {"file": s.FileField()})},
    "responses": {201: Incident, **_WRITE},
}
GET_ATTACHMENT: dict[str, Any] = {
    "operation_id": "get_attachment",
    "summary": "Berkas lampiran",
    "responses": {(200, "application/octet-stream"): OpenApiTypes.BINARY, **_REFUSED},
}
CLASSIFY = _write("classify", "Apa yang akan terjadi bila disimpan", Report, Anything)
PLACES = _read(
    "places",
    "Usulan lokasi",
    inline_serializer(
        "Place",
        {
            "label": s.CharField(),
            "lat": s.FloatField(allow_null=True),
            "lon": s.FloatField(allow_null=True),
            "precision": s.CharField(),
            "area": deepcopy(CodeName),
            "district": deepcopy(CodeName),
            "radius_m": s.FloatField(allow_null=True),
            "outline": s.BooleanField(),
            "text": s.CharField(),
            "note": s.CharField(),
        },
        many=True,
    ),
    REGION,
    OpenApiParameter("q", str),
)
OFFER_CALL = _write("offer_call", "Panggilan masuk", OfferedCall, Call, 201)
GET_CALL = _read("get_call", "Panggilan", Call)
CALL_HISTORY = _read("call_history", "Riwayat nomor penelepon, sebelum dijawab", Anything)
_CALL_STEP = inline_serializer("CallStep", {"occurred_at": s.DateTimeField(required=False)})
ANSWER_CALL = _write("answer_call", "Jawab panggilan", _CALL_STEP, Call)
END_CALL = _write("end_call", "Akhiri panggilan", _CALL_STEP, Call)
DISPOSE_CALL = _write(
    "dispose_call",
    "Hasil panggilan",
    inline_serializer("CallDisposition", {"disposition": s.CharField(), "note": s.CharField(required=False)}),
    Call,
)
ASSIGNMENT_ACTION = _write("assignment_action", "Tindakan pada penugasan", Anything, AssignmentRow)
SEEN = _write("incident_seen", "Dinas membuka kejadian: pesannya sudah dibaca", Anything, Anything)
RECOMMENDED_UNITS = _read(
    "recommended_units",
    "Unit yang disarankan: terdekat menurut perkiraan waktu, dengan alasan dan kekurangannya",
    Anything,
)
PAUSE_CLOCKS = _write("assignment_pause", "Jeda batas waktu sebuah penugasan", Anything, AssignmentRow)
RESUME_CLOCKS = _write("assignment_resume", "Batas waktu berjalan lagi", Anything, AssignmentRow)
UNIT_STATUS = _write("unit_status", "Status unit", Anything, Anything)
DIVERT_UNIT = _write("divert_unit", "Alihkan unit ke kejadian yang lebih mendesak", Anything, Anything)
REQUEST_SUPPORT = _write("request_support", "Minta bantuan kepada meja operator", Anything, AssignmentRow, 201)
ANSWER_SUPPORT = _write("answer_support", "Jawab permintaan bantuan", Anything, AssignmentRow)
UNIT_POSITIONS = _write("unit_positions", "Posisi unit", Anything, Anything)
BOARD = _read("board", "Papan: semua kejadian terbuka", Anything, REGION, AT)
BURSTS = _read("bursts", "Tempat dengan banyak panggilan dalam beberapa menit terakhir", Anything, REGION)
HAZARDS = _read("hazards", "Kawasan bahaya yang berlaku", Anything, REGION)
DRAW_HAZARD = _write(
    "draw_hazard",
    "Gambar kawasan bahaya sementara",
    inline_serializer(
        "NewHazard",
        {
            "region": s.CharField(),
            "kind": s.ChoiceField(["flood", "landslide", "fire", "gas", "closed", "other"]),
            "name": s.CharField(max_length=80),
            "hours": s.IntegerField(min_value=1, max_value=72),
            "outline": s.ListField(child=s.ListField(child=s.FloatField()), required=False),
            "areas": s.ListField(child=s.CharField(), required=False),
        },
    ),
    Anything,
    201,
)
END_HAZARD = _write("end_hazard", "Akhiri kawasan bahaya", Anything, Anything)
OWN_INCIDENTS = _read("own_incidents", "Kejadian terbuka yang pernah dikerjakan pengguna ini", Anything, REGION)
NUMBERS = _read("numbers", "Nomor yang ditandai, dan nomor yang menunggu keputusan", Anything, REGION)
FLAG_NUMBER = _write(
    "flag_number",
    "Tandai nomor sebuah panggilan",
    inline_serializer(
        "NumberMark", {"call": s.UUIDField(), "reason": s.CharField(), "days": s.IntegerField(min_value=1)}
    ),
    Anything,
    201,
)
END_FLAG = _write("end_number_flag", "Hapus tanda sebuah nomor", Anything, Anything)
EVENTS = _read("events", "Peristiwa setelah sebuah nomor", Anything, REGION, AFTER, OpenApiParameter("limit", int))
PushDevice = inline_serializer(
    "PushDevice",
    {
        "id": s.UUIDField(),
        "label": s.CharField(),
        "current": s.BooleanField(help_text="peramban ini"),
        "created_at": s.DateTimeField(),
        "proved_at": s.DateTimeField(allow_null=True, help_text="bukti terakhir dari HP sendiri"),
        "test": s.DictField(allow_null=True),
    },
)
_SUBSCRIPTION = inline_serializer("PushSubscription", {"endpoint": s.CharField(), "keys": s.DictField()})
PUSH_DEVICES = _read("push_devices", "HP yang menerima pemberitahuan, dan kunci untuk mendaftar", Anything)
ADD_PUSH_DEVICE = _write("add_push_device", "Daftarkan peramban ini (PushSubscription.toJSON())", _SUBSCRIPTION,
                         PushDevice, 201)  # fmt: skip
REMOVE_PUSH_DEVICE = _write("remove_push_device", "Lepaskan sebuah HP", Anything, Anything)
TEST_PUSH_DEVICE = _write("test_push_device", "Uji bunyi sebuah HP", Anything, deepcopy(PushDevice))
PUSH_RECEIPT = _write("push_receipt", "HP melaporkan pemberitahuan sampai atau dibuka",
                      inline_serializer("PushReceipt", {"delivery": s.UUIDField(), "token": s.CharField(),
                                                        "what": s.ChoiceField(["delivered", "read"])}),
                      Anything)  # fmt: skip
