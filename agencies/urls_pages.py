from django.urls import path

from agencies import views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("masuk/", views.SignInView.as_view(), name="login"),
    path("peta/<str:region>.json", views.region_map, name="region-map"),
    path("keluar/", views.SignOutView.as_view(), name="logout"),
]
