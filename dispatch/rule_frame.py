"""What the pages about a region's rules share: who may open them, the set on the screen, its rules as a table."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies import caches as agencies_caches
from agencies.access import can
from agencies.manage_frame import Desk
from agencies.models import Region, RuleSet
from agencies.problems import NotVisible, Problem
from agencies.reference import RegionRef
from agencies.views import actor_of
from dispatch.rulefile import tidy
from dispatch.services import rule_replays, rule_sets
from dispatch.word_groups import GROUPS
from incidents import caches
from incidents.triage import CompiledRules, RuleError
from incidents.triage.groups import word_groups

STATES = {
    "own": (_("wilayah"), "primary"),
    "changed": (_("diubah"), "warning"),
    "off": (_("dimatikan"), "secondary"),
    "builtin": (_("bawaan"), "light border"),
}
"""Where a rule of the table comes from: name and Bootstrap's colour of its badge."""


def ruled(page: str, *methods: str) -> Callable:
    """Decorator of a page about a region's rules: its admins and supervisors, and the superuser.

    Without such a role: 403. Another region than one's own: 404, as if it did not exist.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require_http_methods(["GET", "HEAD", *methods])
        @never_cache
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest, region: str, **kwargs: Any) -> HttpResponse:
            try:
                return view(_desk(request, region, page), **kwargs)
            except NotVisible as error:
                raise Http404 from error

        return wrapped

    return decorate


def _desk(request: HttpRequest, code: str, page: str) -> Desk:
    actor = actor_of(request)
    if not can(actor, "rules.view"):
        raise PermissionDenied
    region = Region.objects.filter(pk=code, ended_at=None, has_pack=True).first()
    reference = agencies_caches.reference().region(code)
    if region is None or reference is None or not can(actor, "rules.view", code):
        raise Http404
    return Desk(request, actor, region, reference, timezone.now(), page)


@dataclass(frozen=True, slots=True)
class Screen:
    """The set that the page is about: the draft in work, else what is in force."""

    draft: RuleSet | None
    in_force: RuleSet | None

    @property
    def rules(self) -> list[dict[str, Any]]:
        shown = self.draft or self.in_force
        return shown.rules if shown else []

    @property
    def examples(self) -> list[dict[str, Any]]:
        shown = self.draft or self.in_force
        return shown.examples if shown else []

    @property
    def revision(self) -> int:
        return self.draft.revision if self.draft else 0

    @property
    def editable(self) -> bool:
        return self.draft is None or self.draft.status == RuleSet.Status.DRAFT

    def rule(self, rule_id: str) -> dict[str, Any] | None:
        return next((row for row in self.rules if row["id"] == rule_id), None)


def screen_of(desk: Desk) -> Screen:
    return Screen(rule_replays.draft_of(desk.region.code), rule_sets.in_force(desk.region.code))


@lru_cache(maxsize=1)
def builtin_rows() -> dict[str, dict[str, Any]]:
    """The built-in rules as rows, by their ids."""
    found = {}
    for compiled in caches.rules().rules:
        values = {name: value for name, value in asdict(compiled.rule).items() if name != "version"}
        found[compiled.rule.id] = tidy({n: list(v) if isinstance(v, tuple) else v for n, v in values.items()})
    return found


@lru_cache(maxsize=1)
def _group_examples() -> dict[str, tuple[str, ...]]:
    return word_groups()


def groups_shown() -> list[dict[str, str]]:
    """The groups of words for the editor, by their Indonesian names."""
    rows = [
        {"code": code, "name": str(GROUPS.get(code, code)), "examples": ", ".join(examples)}
        for code, examples in _group_examples().items()
    ]
    return sorted(rows, key=lambda row: row["name"].casefold())


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of the table."""

    row: dict[str, Any]
    state: str

    @property
    def label(self) -> Any:
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        return STATES[self.state][1]


def lines_of(rules: Sequence[dict[str, Any]]) -> list[Line]:
    """The region's own rules first, then the built-in ones; a changed or switched off one stands in its place above."""
    known = builtin_rows()
    own = {row["id"]: row for row in rules}
    lines = [Line(known[i] if row.get("off") and i in known else row, _state(row, known)) for i, row in own.items()]
    return lines + [Line(row, "builtin") for rule_id, row in known.items() if rule_id not in own]


def _state(row: dict[str, Any], known: dict[str, Any]) -> str:
    if row.get("off"):
        return "off"
    return "changed" if row["id"] in known else "own"


def compiled_or_none(rules: Sequence[dict[str, Any]], region: RegionRef) -> CompiledRules | None:
    """The rules for trying out; None when they cannot be used as they are."""
    try:
        return _compiled(json.dumps(rules, sort_keys=True), region.code, agencies_caches.reference().version)
    except RuleError:
        return None


@lru_cache(maxsize=8)
def _compiled(rules: str, region: str, version: int) -> CompiledRules:
    """While somebody types a text, the rules that it is tried on stay the same."""
    return rule_sets.compiled(json.loads(rules), rule_sets.region_ref(region))


def act(desk: Desk, do: Callable[[], Any], *, done: Any, to: str) -> HttpResponse:
    """Do what a button says and go on; a refusal is said on the page that follows, and nothing has changed."""
    try:
        do()
    except Problem as problem:
        text = "; ".join([problem.detail, *(error["message"] for error in problem.errors if not error["field"])])
        messages.error(desk.request, text)
    else:
        messages.success(desk.request, str(done))
    return redirect(to)


def may(desk: Desk, permission: str) -> bool:
    return can(desk.actor, permission, desk.region.code)
