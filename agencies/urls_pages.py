from django.urls import path

from agencies import language, outlines, tile_views, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("masuk/", views.SignInView.as_view(), name="login"),
    path("sandi/", views.PasswordView.as_view(), name="password"),
    path("sandi/berubah/", views.password_changed, name="password-changed"),
    path("peta/<str:region>.json", views.region_map, name="region-map"),
    path("peta/<str:region>/ubin.json", tile_views.tiles_of, name="tiles"),
    path("peta/<str:region>/ubin/<uuid:id>.pmtiles", tile_views.tile_archive, name="tile-archive"),
    path("peta/<str:region>/<str:area>.json", outlines.area_map, name="area-map"),
    path("bahasa/", language.choose_language, name="set-language"),
    path("bahasa/<str:language>-<str:version>.js", language.words, name="words"),
    path("keluar/", views.SignOutView.as_view(), name="logout"),
]
