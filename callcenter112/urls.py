from django.contrib import admin
from django.urls import include, path

from callcenter112 import ops

urlpatterns = [
    path("healthz", ops.healthz, name="healthz"),
    path("readyz", ops.readyz, name="readyz"),
    path("metrics", ops.metrics, name="metrics"),
    path("api/v1/", include("agencies.urls")),
    path("api/v1/", include("dispatch.urls")),
    path("api/v1/", include("reporting.urls_api")),
    path("api/schema/", ops.schema, name="api-schema"),
    path("api/docs/", ops.docs, name="api-docs"),
    path("admin/", admin.site.urls),
    path("", include("dispatch.urls_rules")),
    path("kelola/", include("agencies.urls_manage")),
    path("", include("agencies.urls_pages")),
    path("", include("dispatch.urls_pages")),
    path("", include("reporting.urls")),
]
handler404 = ops.not_found
handler500 = ops.failed
