from django.urls import path

from reporting import answer_pages, figure_pages, gallery, manage_screens, views

urlpatterns = [
    path("dinding/", views.wall, name="wall"),
    path("layar/<str:key>/", views.wall_link, name="wall-link"),
    path("jawaban/", answer_pages.answers_page, name="answers"),
    path("nasional/", views.national, name="national"),
    path("angka/", figure_pages.figures, name="figures"),
    path("angka/<slug:key>.csv", figure_pages.figures_csv, name="figures-csv"),
    path("gaya/", gallery.gallery, name="gallery"),
    path("kelola/<str:region>/layar/", manage_screens.screens, name="manage-screens"),
    path("kelola/<str:region>/layar/baru/", manage_screens.screen_new, name="manage-screen-new"),
    path("kelola/<str:region>/layar/<uuid:id>/tautan/", manage_screens.screen_link, name="manage-screen-link"),
    path("kelola/<str:region>/layar/<uuid:id>/cabut/", manage_screens.screen_revoke, name="manage-screen-revoke"),
    path("kelola/<str:region>/layar/pesan/", manage_screens.notice_new, name="manage-notice-new"),
    path("kelola/<str:region>/layar/pesan/<uuid:id>/akhiri/", manage_screens.notice_end, name="manage-notice-end"),
]
