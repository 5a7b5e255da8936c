from django.urls import path

from agencies import manage_agency as one
from agencies import manage_changes as changes
from agencies import manage_imports as imports
from agencies import manage_people as people
from agencies import manage_policy as policy
from agencies import manage_procedures as sop
from agencies import manage_rosters as rosters
from agencies import manage_views as views
from agencies import tile_views

urlpatterns = [
    path("", views.manage, name="manage"),
    path("<str:region>/", views.overview, name="manage-overview"),
    path("<str:region>/wilayah/", views.region_profile, name="manage-region"),
    path("<str:region>/instansi/", views.agencies, name="manage-agencies"),
    path("<str:region>/instansi/baru/", views.agency_new, name="manage-agency-new"),
    path("<str:region>/instansi/<slug:code>/", views.agency_edit, name="manage-agency"),
    path("<str:region>/instansi/<slug:code>/lengkap/", one.agency, name="manage-agency-whole"),
    path("<str:region>/instansi/<slug:code>/akhiri/", views.agency_end, name="manage-agency-end"),
    path("<str:region>/instansi/<slug:code>/jeda/", views.agency_pause, name="manage-agency-pause"),
    path("<str:region>/perjanjian/", policy.agreements, name="manage-agreements"),
    path("<str:region>/perjanjian/<slug:code>/", policy.agreement_sign, name="manage-agreement"),
    path("<str:region>/perjanjian/<slug:code>/akhiri/", policy.agreement_end, name="manage-agreement-end"),
    path("<str:region>/peta/", tile_views.tiles, name="manage-tiles"),
    path("<str:region>/peta/hapus/", tile_views.tiles_delete, name="manage-tiles-delete"),
    path("<str:region>/unit/", views.units, name="manage-units"),
    path("<str:region>/unit/baru/", views.unit_new, name="manage-unit-new"),
    path("<str:region>/unit/<uuid:id>/", views.unit_edit, name="manage-unit"),
    path("<str:region>/unit/<uuid:id>/akhiri/", views.unit_end, name="manage-unit-end"),
    path("<str:region>/kartu/", policy.run_cards, name="manage-run-cards"),
    path("<str:region>/kartu/baru/", policy.run_card_new, name="manage-run-card-new"),
    path("<str:region>/kartu/<uuid:id>/", policy.run_card_edit, name="manage-run-card"),
    path("<str:region>/kartu/<uuid:id>/akhiri/", policy.run_card_end, name="manage-run-card-end"),
    path("<str:region>/target/", policy.targets, name="manage-targets"),
    path("<str:region>/target/baris/", policy.targets_edit, name="manage-target-row"),
    path("<str:region>/sop/", sop.procedures, name="manage-procedures"),
    path("<str:region>/sop/baru/", sop.procedure_new, name="manage-procedure-new"),
    path("<str:region>/sop/<uuid:id>/", sop.procedure_edit, name="manage-procedure"),
    path("<str:region>/sop/<uuid:id>/riwayat/", sop.procedure_history, name="manage-procedure-history"),
    path("<str:region>/sop/<uuid:id>/kembalikan/", sop.procedure_restore, name="manage-procedure-restore"),
    path("<str:region>/sop/<uuid:id>/akhiri/", sop.procedure_end, name="manage-procedure-end"),
    path("<str:region>/piket/", rosters.rosters, name="manage-rosters"),
    path("<str:region>/piket/baru/", rosters.duty_new, name="manage-duty-new"),
    path("<str:region>/piket/impor/", rosters.roster_import, name="manage-roster-import"),
    path("<str:region>/piket/<uuid:id>/", rosters.duty_edit, name="manage-duty"),
    path("<str:region>/piket/<uuid:id>/cabut/", rosters.duty_end, name="manage-duty-end"),
    path("<str:region>/pengguna/", people.users, name="manage-users"),
    path("<str:region>/pengguna/baru/", people.user_new, name="manage-user-new"),
    path("<str:region>/pengguna/<uuid:id>/", people.user_edit, name="manage-user"),
    path("<str:region>/pengguna/<uuid:id>/peran/", people.membership_new, name="manage-membership-new"),
    path("<str:region>/pengguna/<uuid:id>/peran/<uuid:membership>/akhiri/", people.membership_end,
         name="manage-membership-end"),
    path("<str:region>/pengguna/<uuid:id>/aktif/", people.user_active, name="manage-user-active"),
    path("<str:region>/pengguna/<uuid:id>/kata-sandi/", people.user_password, name="manage-user-password"),
    path("<str:region>/impor/", imports.imports, name="manage-imports"),
    path("<str:region>/impor/baru/", imports.import_new, name="manage-import-new"),
    path("<str:region>/impor/<uuid:id>/", imports.import_detail, name="manage-import"),
    path("<str:region>/impor/<uuid:id>/terapkan/", imports.import_apply, name="manage-import-apply"),
    path("<str:region>/impor/<uuid:id>/buang/", imports.import_discard, name="manage-import-discard"),
    path("<str:region>/impor/<uuid:id>/batalkan/", imports.import_undo, name="manage-import-undo"),
    path("<str:region>/perubahan/", changes.changes, name="manage-changes"),
    path("<str:region>/perubahan/ekspor.csv", changes.changes_csv, name="manage-changes-csv"),
]  # fmt: skip
