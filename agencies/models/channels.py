"""How the agencies of a region are told: channels, and the ladder that is climbed while nobody accepts."""

from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models.agency import Agency
from agencies.models.published import Published
from agencies.models.region import Region


class Channel(models.Model):
    """One way to tell an agency (or, without an agency, the region's own centre) something.

    A secret is sealed and never shown again. `settings` of a gateway: method, headers, body, success_path,
    success_value; texts may hold {number}, {text}, {id} and {secret}.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "surel"
        WEBHOOK = "webhook", "webhook instansi"
        GATEWAY = "gateway", "SMS/WhatsApp"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=60)
    position = models.SmallIntegerField(default=1)
    """1: told at once. 2: the second channel, while nobody accepts."""
    address = models.CharField(max_length=300)
    """An e-mail address, a URL, or the telephone number of the desk (a gateway)."""
    url = models.CharField(max_length=300, blank=True)
    """Of a gateway: where it takes messages."""
    settings = models.JSONField(default=dict, blank=True)
    secret = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "agency", "name"], condition=Q(ended_at=None), name="channel_name_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(kind__in=["email", "webhook", "gateway"]), name="channel_kind_known"),
            models.CheckConstraint(condition=Q(position__in=[1, 2]), name="channel_first_or_second"),
            models.CheckConstraint(condition=~Q(kind="gateway") | ~Q(url=""), name="channel_gateway_has_url"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Ladder(Published):
    """What happens while an assignment is not accepted: steps, each a delay after the one before. The one of the
    incident's priority goes before the one of any (empty)."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    priority = models.CharField(max_length=8, blank=True)
    steps = models.JSONField(default=list)
    """[{"step": code, "after": seconds}, …] in their order."""

    class Meta(Published.Meta):
        constraints = Published.constraints("ladder")

    def __str__(self) -> str:
        return f"{self.priority or '*'} v{self.version}"
