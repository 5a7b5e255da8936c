"""Writing configuration and people. Every change grows the version by which all processes notice it."""

import secrets
from datetime import datetime

from django.contrib.auth import authenticate
from django.db.models import F
from django.http import HttpRequest

from agencies.access import Actor
from agencies.ids import token_digest
from agencies.models import Agency, Agreement, ApiToken, ConfigVersion, Region, User
from agencies.problems import NotSignedIn
from agencies.writing import Write, writing
from events.services import Fact


def bump(name: str) -> None:
    """Tell every process that its copy of `reference` or `access` is old."""
    ConfigVersion.objects.filter(name=name).update(version=F("version") + 1)


def issue_token(*, username: str, password: str, request: HttpRequest, at: datetime) -> str:
    """A new API token for good credentials. Raises NotSignedIn; too many tries lock (user, address) for a while."""
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise NotSignedIn("Nama pengguna atau kata sandi salah, atau terlalu banyak percobaan.")
    key = secrets.token_urlsafe(32)
    ApiToken.objects.create(key_sha256=token_digest(key), user=user, created_at=at)
    return key


def config_fact(kind: str, region: str, before: dict, after: dict) -> Fact:
    """An audit entry of a change of configuration: what it was and what it is."""
    return Fact(kind=kind, region=region, data={"before": before, "after": after}, public=False)


def supersede(write: Write, old: Agreement | None, new: Agreement) -> None:
    """Put a new version of an agreement in force: the old one ends, it is never changed."""
    if old is not None:
        Agreement.objects.filter(id=old.id).update(ended_at=write.at)
        new.version = old.version + 1
    new.save(force_insert=True)


def sign_agreement(*, agency: Agency, signed_on: datetime, scope: list[str], reference: str, actor: Actor,
                   at: datetime, valid_until: datetime | None = None) -> Agreement:  # fmt: skip
    """Sign (or renew) the agreement by which an agency takes part."""
    with writing(actor, at) as write:
        old = Agreement.objects.filter(agency=agency, ended_at=None).select_for_update().first()
        new = Agreement(
            region_id=agency.region_id, key=agency.code, agency=agency, reference=reference, scope=scope,
            signed_on=signed_on.date(), valid_from=signed_on, valid_until=valid_until, origin="admin", published_at=at,
            published_by=actor.label,
        )  # fmt: skip
        supersede(write, old, new)
        before = {"signed": str(old.signed_on), "scope": old.scope} if old else {}
        after = {"agency": agency.code, "signed": str(new.signed_on), "scope": scope, "version": new.version}
        write.record([config_fact("agreement.signed", agency.region_id, before, after)])
        bump("reference")
        return new


def set_command_authority(*, region: Region, agency_code: str, actor: Actor, at: datetime) -> None:
    """Move the command of the centre to another agency. Nothing else changes."""
    with writing(actor, at) as write:
        before = {"command_authority": region.command_authority}
        Region.objects.filter(code=region.code).update(command_authority=agency_code)
        region.command_authority = agency_code
        write.record([config_fact("region.command_moved", region.code, before, {"command_authority": agency_code})])
        bump("reference")
