from django.urls import path

from dispatch import manage_channels, manage_gaps, manage_ladders, manage_readiness, offline_pages, views

urlpatterns = [
    path("konsol/", views.console, name="console"),
    path("papan/", views.board, name="board"),
    path("dinas/", views.agency, name="agency"),
    path("sw.js", offline_pages.service_worker, name="service-worker"),
    path("kertas/", offline_pages.paper, name="paper"),
    path("kertas/entri/", views.paper_entry, name="paper-entry"),
    path("luring/", offline_pages.offline, name="offline"),
    path("luring/konsol/", offline_pages.console_shell, name="console-shell"),
    path("luring/dinas/", offline_pages.agency_shell, name="agency-shell"),
    path("kelola/<str:region>/kesiapan/", manage_readiness.region_readiness, name="manage-readiness"),
    path("kelola/<str:region>/kesiapan/<slug:item>/", manage_readiness.assurance, name="manage-assurance"),
    path("kelola/<str:region>/celah/", manage_gaps.gaps, name="manage-gaps"),
    path("kelola/<str:region>/tangga/", manage_ladders.ladders, name="manage-ladders"),
    path("kelola/<str:region>/tangga/baru/", manage_ladders.ladder_new, name="manage-ladder-new"),
    path("kelola/<str:region>/tangga/<uuid:id>/", manage_ladders.ladder_edit, name="manage-ladder"),
    path("kelola/<str:region>/tangga/<uuid:id>/akhiri/", manage_ladders.ladder_end, name="manage-ladder-end"),
    path("kelola/<str:region>/saluran/", manage_channels.channels, name="manage-channels"),
    path("kelola/<str:region>/saluran/baru/<slug:kind>/", manage_channels.channel_new, name="manage-channel-new"),
    path("kelola/<str:region>/saluran/uji/<uuid:id>/", manage_channels.channel_fate, name="manage-channel-fate"),
    path("kelola/<str:region>/saluran/<uuid:id>/", manage_channels.channel_edit, name="manage-channel"),
    path("kelola/<str:region>/saluran/<uuid:id>/akhiri/", manage_channels.channel_end, name="manage-channel-end"),
    path("kelola/<str:region>/saluran/<uuid:id>/uji/", manage_channels.channel_test, name="manage-channel-test"),
]
