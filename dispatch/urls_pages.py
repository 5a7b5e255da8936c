from django.urls import path

from dispatch import manage_gaps, offline_pages, views

urlpatterns = [
    path("konsol/", views.console, name="console"),
    path("dinas/", views.agency, name="agency"),
    path("sw.js", offline_pages.service_worker, name="service-worker"),
    path("kertas/", offline_pages.paper, name="paper"),
    path("kertas/entri/", views.paper_entry, name="paper-entry"),
    path("luring/", offline_pages.offline, name="offline"),
    path("luring/konsol/", offline_pages.console_shell, name="console-shell"),
    path("luring/dinas/", offline_pages.agency_shell, name="agency-shell"),
    path("kelola/<str:region>/celah/", manage_gaps.gaps, name="manage-gaps"),
]
