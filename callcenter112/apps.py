from django.apps import AppConfig


class CallCenterConfig(AppConfig):
    name = "callcenter112"

    def ready(self) -> None:
        from callcenter112 import checks  # noqa: F401  (registers; it reads models, which exist only now)
