from django.urls import path

from dispatch import views

urlpatterns = [
    path("konsol/", views.console, name="console"),
    path("dinas/", views.agency, name="agency"),
]
