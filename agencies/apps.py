from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "agencies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # only now are the models there; by hand, because autodiscovery would import leaflet.admin, which needs GDAL
        from agencies import admin, openapi  # noqa: F401
