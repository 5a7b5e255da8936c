from django.urls import path

from reporting import views

urlpatterns = [
    path("dinding/", views.wall, name="wall"),
    path("nasional/", views.national, name="national"),
]
