from django.urls import path

from dispatch.api import assignments, calls, feed, incidents

urlpatterns = [
    path("incidents/", incidents.IncidentsView.as_view(), name="api-incidents"),
    path("incidents/<uuid:incident_id>/", incidents.IncidentView.as_view(), name="api-incident"),
    path("incidents/<uuid:incident_id>/calls/", incidents.IncidentCallsView.as_view(), name="api-incident-calls"),
    path(
        "incidents/<uuid:incident_id>/calls/<uuid:caller_id>/detach/",
        incidents.IncidentDetachView.as_view(),
        name="api-incident-detach",
    ),
    path("incidents/<uuid:incident_id>/notes/", incidents.IncidentNotesView.as_view(), name="api-incident-notes"),
    path("incidents/<uuid:incident_id>/seen/", incidents.IncidentSeenView.as_view(), name="api-incident-seen"),
    path("incidents/<uuid:incident_id>/sop/", incidents.IncidentChecklistView.as_view(), name="api-incident-sop"),
    path(
        "incidents/<uuid:incident_id>/attachments/",
        incidents.IncidentAttachmentsView.as_view(),
        name="api-incident-attachments",
    ),
    path(
        "incidents/<uuid:incident_id>/attachments/<uuid:attachment_id>/",
        incidents.IncidentAttachmentView.as_view(),
        name="api-incident-attachment",
    ),
    path(
        "incidents/<uuid:incident_id>/<slug:action>/",
        incidents.IncidentActionView.as_view(),
        name="api-incident-action",
    ),
    path("assignments/<uuid:assignment_id>/pause/", assignments.AssignmentPauseView.as_view(), name="api-pause"),
    path("assignments/<uuid:assignment_id>/resume/", assignments.AssignmentResumeView.as_view(), name="api-resume"),
    path(
        "assignments/<uuid:assignment_id>/support/",
        assignments.AssignmentSupportView.as_view(),
        name="api-assignment-support",
    ),
    path("support/<uuid:request_id>/answer/", assignments.SupportAnswerView.as_view(), name="api-support-answer"),
    path(
        "assignments/<uuid:assignment_id>/units/",
        assignments.AssignmentUnitsView.as_view(),
        name="api-assignment-units",
    ),
    path(
        "assignments/<uuid:assignment_id>/<slug:action>/",
        assignments.AssignmentActionView.as_view(),
        name="api-assignment-action",
    ),
    path("calls/", calls.CallsView.as_view(), name="api-calls"),
    path("calls/<uuid:call_id>/", calls.CallView.as_view(), name="api-call"),
    path("calls/<uuid:call_id>/history/", calls.CallHistoryView.as_view(), name="api-call-history"),
    path("calls/<uuid:call_id>/answer/", calls.AnswerCallView.as_view(), name="api-call-answer"),
    path("calls/<uuid:call_id>/end/", calls.EndCallView.as_view(), name="api-call-end"),
    path("calls/<uuid:call_id>/disposition/", calls.DisposeCallView.as_view(), name="api-call-disposition"),
    path("units/positions/", assignments.UnitPositionsView.as_view(), name="api-unit-positions"),
    path("units/<uuid:unit_id>/status/", assignments.UnitStatusView.as_view(), name="api-unit-status"),
    path("units/<uuid:unit_id>/divert/", assignments.UnitDivertView.as_view(), name="api-unit-divert"),
    path("handovers/", incidents.HandoversView.as_view(), name="api-handovers"),
    path("classify/", incidents.ClassifyView.as_view(), name="api-classify"),
    path("places/", incidents.PlacesView.as_view(), name="api-places"),
    path("events/", feed.EventsView.as_view(), name="api-events"),
    path("bursts/", feed.BurstsView.as_view(), name="api-bursts"),
    path("board/", feed.BoardView.as_view(), name="api-board"),
]
