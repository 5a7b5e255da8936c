from django.urls import path

from dispatch import rule_pages, rule_release, unmapped_pages

urlpatterns = [
    path("aturan/", rule_pages.home, name="rules-home"),
    path("kelola/<str:region>/aturan/", rule_pages.rules, name="rules"),
    path("kelola/<str:region>/aturan/baru/", rule_pages.rule_new, name="rules-new"),
    path("kelola/<str:region>/aturan/ubah/<str:rule>/", rule_pages.rule_edit, name="rules-edit"),
    path("kelola/<str:region>/aturan/hapus/<str:rule>/", rule_pages.rule_drop, name="rules-drop"),
    path("kelola/<str:region>/aturan/coba/", rule_pages.rule_try, name="rules-try"),
    path("kelola/<str:region>/aturan/contoh/", rule_pages.examples, name="rules-examples"),
    path("kelola/<str:region>/aturan/ekspor/", rule_pages.export, name="rules-export"),
    path("kelola/<str:region>/aturan/impor/", rule_pages.import_, name="rules-import"),
    path("kelola/<str:region>/aturan/konsep/", rule_release.draft, name="rules-draft"),
    path("kelola/<str:region>/aturan/putar/", rule_release.replay_start, name="rules-replay-start"),
    path("kelola/<str:region>/aturan/putar/<uuid:id>/", rule_release.replay_result, name="rules-replay"),
    path("kelola/<str:region>/aturan/putar/<uuid:id>/kemajuan/", rule_release.replay_progress,
         name="rules-replay-progress"),
    path("kelola/<str:region>/aturan/riwayat/", rule_release.history, name="rules-history"),
    path("kelola/<str:region>/belum-terpetakan/", unmapped_pages.unmapped, name="rules-unmapped"),
    path("kelola/<str:region>/belum-terpetakan/jenis/", unmapped_pages.type_new, name="rules-type-new"),
]  # fmt: skip
