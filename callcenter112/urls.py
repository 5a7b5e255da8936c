from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from callcenter112 import ops

urlpatterns = [
    path("healthz", ops.healthz, name="healthz"),
    path("readyz", ops.readyz, name="readyz"),
    path("metrics", ops.metrics, name="metrics"),
    path("api/v1/", include("agencies.urls")),
    path("api/v1/", include("dispatch.urls")),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema", permission_classes=[],
                                                          authentication_classes=[]), name="api-docs"),
    path("admin/", admin.site.urls),
    path("kelola/", include("agencies.urls_manage")),
    path("", include("agencies.urls_pages")),
    path("", include("dispatch.urls_pages")),
    path("", include("reporting.urls")),
]  # fmt: skip
handler404 = ops.not_found
handler500 = ops.failed
