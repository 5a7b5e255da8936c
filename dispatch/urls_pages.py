from django.urls import path

from dispatch import manage_areas, manage_channels, manage_gaps, manage_ladders, manage_types, offline_pages, views

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
    path("kelola/<str:region>/area/", manage_areas.areas, name="manage-areas"),
    path("kelola/<str:region>/area/<str:code>/", manage_areas.area_edit, name="manage-area"),
    path("kelola/<str:region>/jenis/", manage_types.types, name="manage-types"),
    path("kelola/<str:region>/jenis/<slug:code>/", manage_types.type_edit, name="manage-type"),
    path("kelola/<str:region>/jenis/<slug:code>/akhiri/", manage_types.type_end, name="manage-type-end"),
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
