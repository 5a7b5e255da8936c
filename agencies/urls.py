from django.urls import path

from agencies import api

urlpatterns = [
    path("auth/token/", api.TokenView.as_view(), name="api-token"),
    path("auth/session/", api.SessionView.as_view(), name="api-session"),
]
