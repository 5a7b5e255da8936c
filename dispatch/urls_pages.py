from django.urls import path

from dispatch import manage_gaps, views

urlpatterns = [
    path("konsol/", views.console, name="console"),
    path("dinas/", views.agency, name="agency"),
    path("kelola/<str:region>/celah/", manage_gaps.gaps, name="manage-gaps"),
]
