"""The pages on which a region's rules are looked up, written and tried out."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies import labels
from agencies.access import can
from agencies.cleaning import clean_text
from agencies.manage_frame import Desk
from agencies.problems import Problem
from agencies.sentences import said
from agencies.views import actor_of
from dispatch import replay
from dispatch.rule_forms import ExampleForm, ImportForm, RuleForm
from dispatch.rule_frame import (
    STATES,
    Line,
    Screen,
    act,
    builtin_rows,
    compiled_or_none,
    groups_shown,
    lines_of,
    ruled,
    screen_of,
)
from dispatch.rulefile import BadFile, as_toml, from_toml, tidy
from dispatch.services import rule_sets
from incidents import caches
from incidents.ruleset import check
from incidents.triage import CompiledRules, classify

MOST_SHOWN = 100
LONGEST_TRIAL = 2000


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the rules of the actor's first region."""
    actor = actor_of(request)
    regions = sorted(post.region for post in actor.posts if can(actor, "rules.view", post.region))
    if not regions:
        raise PermissionDenied
    return redirect("rules", regions[0])


@ruled("rules")
def rules(desk: Desk) -> HttpResponse:
    """All rules with search and filter; the region's own ones first."""
    screen, query = screen_of(desk), desk.request.GET
    words, kind, state = query.get("q", "").strip().lower(), query.get("jenis", ""), query.get("asal", "")
    found = [line for line in lines_of(screen.rules) if _fits(line, words, kind, state)]
    rows = [
        {"line": line, "type": desk.type_name(line.row.get("type", "")),
         "priority": labels.PRIORITIES.get(line.row.get("raises") or line.row.get("priority", ""), "")}
        for line in found[:MOST_SHOWN]
    ]  # fmt: skip
    return desk.render(
        "rules/list.html", screen=screen, rows=rows, number=len(found), most=MOST_SHOWN, q=query.get("q", ""),
        kind=kind, state=state, kinds=[(code, desk.type_name(code)) for code in _national(desk)],
        states=[(code, label) for code, (label, _colour) in STATES.items()], title=_("Aturan triase"),
    )  # fmt: skip


def _national(desk: Desk) -> list[str]:
    return [code for code, base in desk.base_of.items() if code == base]


def _fits(line: Line, words: str, kind: str, state: str) -> bool:
    row = line.row
    if (kind and row.get("type") != kind) or (state and line.state != state):
        return False
    said = " ".join([row["id"], row.get("subtype", ""), *row.get("phrases", ())]).lower()
    return all(any(one in said for one in _as_written(word)) for word in words.split())


def _as_written(word: str) -> list[str]:
    """A word as it may stand in a phrase: itself, or a class that it belongs to."""
    classes = caches.rules().lexicon.classes.get(word, frozenset())
    return [word, *(f"{{{name}}}" for name in classes)]


@ruled("rules", "POST")
def rule_new(desk: Desk) -> HttpResponse:
    """A rule of the region's own; `?frasa=` and `?jenis=` come from the list of what nobody has mapped."""
    query = desk.request.GET
    initial = {
        "phrases": [line for line in query.get("frasa", "").splitlines() if line],
        "type": query.get("jenis", "other_non_emergency"),
        "id": f"{desk.reference.slug or 'wilayah'}.",
    }
    return _rule_form(desk, screen_of(desk), {}, initial, _("Aturan baru"))


@ruled("rules", "POST")
def rule_edit(desk: Desk, rule: str) -> HttpResponse:
    """One rule as it is in the draft, else as it is in force. To send it begins a draft when there is none."""
    screen = screen_of(desk)
    own, builtin = screen.rule(rule), builtin_rows().get(rule)
    if own is None and builtin is None:
        raise Http404
    row = builtin if own is None or (own.get("off") and builtin) else own
    assert row is not None
    return _rule_form(desk, screen, row, dict(row), rule, own=own, builtin=builtin)


def _rule_form(desk: Desk, screen: Screen, row: dict[str, Any], initial: dict[str, Any], title: Any,
               own: dict[str, Any] | None = None, builtin: dict[str, Any] | None = None) -> HttpResponse:  # fmt: skip
    first = RuleForm.initial_of(initial, screen.revision)
    form = RuleForm(desk.request.POST or None, initial=first, region=desk.reference)
    if row:
        form.fields["id"].disabled = True
    if desk.request.method == "POST" and form.is_valid():
        try:
            rule_sets.save_rule(
                region=desk.region.code, revision=form.cleaned_data["revision"], row=form.row(row),
                replaces=row.get("id", ""), actor=desk.actor, at=desk.at,
            )  # fmt: skip
        except Problem as problem:
            _complain(form, problem)
        else:
            return act(desk, lambda: None, done=_("Tersimpan di konsep; belum berlaku."), to=desk.url("rules"))
    return desk.render(
        "rules/edit.html", status=422 if form.errors else 200, form=form, title=title, screen=screen, own=own,
        builtin=builtin, back=desk.url("rules"), rule_id=row.get("id", ""),
        state=_("dimatikan") if own and own.get("off") else "", text=desk.request.GET.get("teks", ""),
        groups=groups_shown(),
    )  # fmt: skip


def _complain(form: Any, problem: Problem) -> None:
    """Each fault beside its field; what belongs to none above the form."""
    placed = [error for error in problem.errors if error["field"] in form.fields]
    for error in placed:
        form.add_error(error["field"], error["message"])
    if not placed:
        form.add_error(None, "; ".join([problem.detail, *(e["message"] for e in problem.errors)]))


@ruled("rules", "POST")
def rule_drop(desk: Desk, rule: str) -> HttpResponse:
    """`off`: switch a built-in rule off. Else take the rule out of the draft."""
    revision, region = _revision(desk), desk.region.code
    if desk.request.method != "POST":
        return redirect(desk.url("rules-edit", rule))
    if desk.request.POST.get("what") == "off":
        row = {"id": rule, "off": True}
        return act(
            desk,
            lambda: rule_sets.save_rule(
                region=region, revision=revision, row=row, replaces=rule, actor=desk.actor, at=desk.at
            ),
            done=_("Aturan dimatikan di konsep; belum berlaku."), to=desk.url("rules"),
        )  # fmt: skip
    return act(
        desk,
        lambda: rule_sets.drop_rule(region=region, revision=revision, rule=rule, actor=desk.actor, at=desk.at),
        done=_("Perubahan dihapus dari konsep."), to=desk.url("rules"),
    )  # fmt: skip


def _revision(desk: Desk) -> int:
    given = desk.request.POST.get("revision", "0")
    return int(given) if given.isdecimal() and len(given) < 9 else 0


@ruled("rules", "POST")
def rule_try(desk: Desk) -> HttpResponse:
    """The answer to a text, as it is and as it would be; with a rule's form in the body, as it would be with that."""
    sent = desk.request.POST
    text = clean_text(sent.get("teks", ""))[:LONGEST_TRIAL]
    screen = screen_of(desk)
    rows: list[dict[str, Any]] = list(screen.rules)
    faults: list[str] = []
    if "phrases" in sent:
        rows, faults = _with_form(desk, screen, rows)
    new = compiled_or_none(rows, desk.reference)
    answers = [_answer(desk, text, caches.rules(desk.reference), _("Yang berlaku"))]
    if new is not None:
        answers.append(_answer(desk, text, new, _("Dengan konsep ini")))
    return desk.render(
        "rules/trial.html", answers=answers if text.strip() else [], faults=faults, usable=new is not None
    )


def _with_form(desk: Desk, screen: Screen, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """The set with the rule that is being typed, and what the form says against it."""
    given = desk.request.POST.copy()
    before = screen.rule(given.get("id", "")) or builtin_rows().get(given.get("id", ""), {})
    form = RuleForm(given, region=desk.reference)
    if not form.is_valid():
        told = [(name, errors[0]) for name, errors in form.errors.items() if name in form.fields]
        return rows, [f"{form.fields[name].label}: {said}" for name, said in told]
    row = tidy(form.row(before))
    faults = [f"{f.key}: {f.message}" for f in check([row], caches.rules(), caches.own_types(desk.reference))]
    return [*(known for known in rows if known["id"] != row["id"]), row], faults


def _answer(desk: Desk, text: str, rules: CompiledRules, title: Any) -> dict[str, Any]:
    decision = replay.decided(text, replay.areas_in(text, desk.reference), rules, desk.reference, desk.at)
    found = classify(text, rules)
    names = {agency.code: agency.short or agency.name for agency in desk.reference.agencies.values()}
    return {
        "title": title,
        "type": said(decision.type.name),
        "subtype": desk.subtype_name(decision.subtype) if decision.subtype else "",
        "priority": labels.PRIORITIES.get(decision.priority, decision.priority),
        "level": decision.priority,
        "confidence": round(found.confidence * 100),
        "needs_review": found.needs_review,
        "extra": [desk.type_name(code) for code in found.extra_types],
        "agencies": [names.get(chosen.agency.code, chosen.agency.code) for chosen in decision.routing.chosen],
        "pieces": pieces_of(text, [(r.start, r.end, r.rule) for r in found.reasons]),
        "rules": list(dict.fromkeys(reason.rule for reason in found.reasons)),
    }


def pieces_of(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """The text in pieces with the rule that each stands for; "" where no rule looked."""
    found, at = [], 0
    for start, end, rule in sorted(spans):
        if start < at:
            continue
        found += [(text[at:start], ""), (text[start:end], rule)]
        at = end
    return [piece for piece in [*found, (text[at:], "")] if piece[0]]


@ruled("rules", "POST")
def examples(desk: Desk) -> HttpResponse:
    """The example set, each with how the set on the screen answers it."""
    screen = screen_of(desk)
    first = {"revision": screen.revision, "text": desk.request.GET.get("teks", "")}
    form = ExampleForm(desk.request.POST or None, initial=first, region=desk.reference)
    if desk.request.method == "POST" and desk.request.POST.get("hapus", "").isdecimal():
        place = int(desk.request.POST["hapus"])
        return act(
            desk,
            lambda: rule_sets.drop_example(
                region=desk.region.code, revision=_revision(desk), place=place, actor=desk.actor, at=desk.at
            ),
            done=_("Contoh dihapus dari konsep."), to=desk.url("rules-examples"),
        )  # fmt: skip
    if desk.request.method == "POST" and form.is_valid():
        try:
            rule_sets.save_example(
                region=desk.region.code, revision=form.cleaned_data["revision"], example=form.row(), place=None,
                actor=desk.actor, at=desk.at,
            )  # fmt: skip
        except Problem as problem:
            _complain(form, problem)
        else:
            return act(desk, lambda: None, done=_("Contoh ditambahkan ke konsep."), to=desk.url("rules-examples"))
    return desk.render("rules/examples.html", status=422 if form.errors else 200, form=form, screen=screen,
                       rows=_example_rows(desk, screen), title=_("Contoh laporan"))  # fmt: skip


def _example_rows(desk: Desk, screen: Screen) -> list[dict[str, Any]]:
    rules = compiled_or_none(screen.rules, desk.reference)
    broken = {}
    if rules is not None:
        broken = {b.place: b for b in replay.broken_examples(screen.examples, rules, desk.reference, desk.at)}
    return [
        {"place": place, "example": example, "type": desk.type_name(example["type"]),
         "at_least": labels.PRIORITIES.get(example.get("at_least", ""), ""),
         "at_most": labels.PRIORITIES.get(example.get("at_most", ""), ""),
         "extra": [desk.type_name(code) for code in example.get("extra", ())],
         "broken": broken.get(place), "answer": desk.type_name(broken[place].type) if place in broken else ""}
        for place, example in enumerate(screen.examples)
    ]  # fmt: skip


@ruled("rules")
def export(desk: Desk) -> HttpResponse:
    """The set on the screen as a file."""
    screen = screen_of(desk)
    shown = screen.draft or screen.in_force
    comment = f"Aturan triase {desk.region.name} ({desk.region.code}), versi {shown.version if shown else 0}"
    answer = HttpResponse(
        as_toml(screen.rules, screen.examples, comment), content_type="application/toml; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="aturan-{desk.region.code}.toml"'
    return answer


@ruled("rules", "POST")
def import_(desk: Desk) -> HttpResponse:
    """Make the draft what a file says; a faulty file is refused whole, with every place."""
    screen = screen_of(desk)
    form = ImportForm(desk.request.POST or None, desk.request.FILES or None, initial={"revision": screen.revision})
    if desk.request.method == "POST" and form.is_valid():
        try:
            rules, examples = from_toml(clean_text(form.cleaned_data["content"]))
            rule_sets.import_set(region=desk.region.code, revision=form.cleaned_data["revision"], rules=rules,
                                 examples=examples, actor=desk.actor, at=desk.at)  # fmt: skip
        except BadFile as error:
            form.add_error(None, str(error))
        except Problem as problem:
            form.add_error(None, problem.detail)
            for one in problem.errors:
                form.add_error(None, one["message"])
        else:
            return act(desk, lambda: None, done=_("Berkas menjadi konsep."), to=desk.url("rules-draft"))
    return desk.render("rules/import.html", status=422 if form.errors else 200, form=form, screen=screen,
                       title=_("Impor aturan"), back=desk.url("rules"))  # fmt: skip
