"""A region's own types: named anew, ended when nothing points at them, and never lost on old cases."""

import json
from dataclasses import replace

import pytest
from django.utils import timezone

from agencies import caches, pack
from agencies.access import SYSTEM
from agencies.loading.service import load_packs
from agencies.models import IncidentType, RuleSet, RunCard, SubtypeMapping
from agencies.problems import Conflict, NotPermitted, NotVisible, WrongState
from dispatch.services import own_types
from events.models import Event
from tests.integration.acting import MADIUN, Acting
from tests.integration.test_manage import send, signed_in, text, url
from tests.integration.test_rule_sets import person, publish, save

pytestmark = pytest.mark.django_db

RULE = {"id": "madiun.gelumbing", "type": "public_order", "subtype": "gelumbing", "weight": 15,
        "phrases": ["gelumbing"]}  # fmt: skip
SAID = "gelumbing besar muncul di lapangan"
NOW = timezone.now


@pytest.fixture
def admin():
    return person("admin.madiun")


@pytest.fixture
def gelumbing(admin):
    add(admin)


def add(admin, **more):
    fields = {"code": "gelumbing", "name": "Gelumbing", "base": "public_order", "lead": "satpolpp", "support": []}
    row = own_types.add_type(region=MADIUN, actor=admin, at=NOW(), **fields | more)
    caches.clear()
    return row


def end(admin):
    own_types.end_type(region=MADIUN, code="gelumbing", actor=admin, at=NOW())
    caches.clear()


def rename(admin, name: str):
    own_types.rename_type(region=MADIUN, code="gelumbing", name=name, actor=admin, at=NOW())
    caches.clear()


def told(kind: str) -> dict:
    return json.loads(Event.objects.filter(kind=kind).latest("id").data)


def names() -> dict[str, str]:
    return signed_in("operator.madiun").get("/konsol/").context["page_config"]["types"]


def test_a_new_name_is_on_every_screen_and_in_the_log(admin, gelumbing):
    rename(admin, "Gelumbing laut")
    assert names()["gelumbing"] == "Gelumbing laut"
    entry = told("type.renamed")
    assert (entry["before"]["name"], entry["after"]["name"]) == ("Gelumbing", "Gelumbing laut")


def test_a_name_that_another_type_has_is_refused(admin, gelumbing):
    with pytest.raises(Conflict):
        rename(admin, "KEBAKARAN dan penyelamatan")


def test_a_national_type_cannot_be_renamed_or_ended(admin):
    for act in (own_types.end_type, lambda **k: own_types.rename_type(name="Api", **k)):
        with pytest.raises(NotVisible):
            act(region=MADIUN, code="fire", actor=admin, at=NOW())


def test_only_the_regions_own_admin_may(gelumbing):
    for username in ("supervisor.madiun", "admin.batu"):
        with pytest.raises(NotPermitted):
            end(person(username))


def test_rules_and_examples_in_force_or_in_work_hold_a_type_and_are_named(admin, gelumbing):
    publish(admin, person("supervisor.madiun"), RULE)
    with pytest.raises(WrongState, match=r"madiun\.gelumbing"):
        end(admin)
    RuleSet.objects.filter(region_id=MADIUN, status="published").update(rules=[])
    save(admin, RULE | {"id": "madiun.konsep"})
    with pytest.raises(WrongState, match=r"madiun\.konsep"):
        end(admin)
    RuleSet.objects.filter(region_id=MADIUN, status="draft").update(
        rules=[], examples=[{"text": SAID, "type": "gelumbing"}]
    )
    with pytest.raises(WrongState, match="gelumbing besar"):
        end(admin)
    assert IncidentType.objects.get(code="gelumbing").ended_at is None
    assert RunCard.objects.filter(type="gelumbing", ended_at=None).exists()


def test_another_subtype_that_is_mapped_to_a_type_holds_it(admin, gelumbing):
    SubtypeMapping.objects.create(region_id=MADIUN, subtype="noise", type="gelumbing")
    with pytest.raises(WrongState, match="noise"):
        end(admin)


def test_an_ended_type_is_offered_no_more_and_its_old_cases_keep_its_name(admin, gelumbing):
    operator = Acting("operator.madiun")
    old = operator.report(SAID, type="gelumbing")
    end(admin)
    assert "gelumbing" not in caches.reference().regions[MADIUN].types
    page = signed_in("operator.madiun").get("/konsol/").context["page_config"]
    assert page["types"]["gelumbing"] == "Gelumbing"
    assert page["ended_types"] == ["gelumbing"]
    new = operator.report(SAID, type="gelumbing")
    assert new["type"] != "gelumbing"
    assert [w["field"] for w in new["warnings"]] == ["type"]
    body = {"version": old["version"], "type": "gelumbing"}
    assert operator.post(f"incidents/{new['id']}/update/", body | {"version": new["version"]}).status_code == 400
    changed = operator.ok(f"incidents/{old['id']}/update/", {"version": old["version"], "priority": "high"})
    assert changed["type"] == "gelumbing"


def test_its_run_cards_end_with_it_and_the_entry_names_them(admin, gelumbing):
    end(admin)
    assert not RunCard.objects.filter(type="gelumbing", ended_at=None).exists()
    entry = told("type.ended")
    assert entry["before"] == {"type": "gelumbing", "name": "Gelumbing", "run_cards": ["gelumbing"]}


def test_a_rule_that_still_names_an_ended_type_does_not_switch_the_regions_rules_off(admin, gelumbing):
    """A roll back or a pack can bring such a rule: its case is then of the national type."""
    publish(admin, person("supervisor.madiun"), RULE)
    IncidentType.objects.filter(code="gelumbing").update(ended_at=NOW())
    SubtypeMapping.objects.filter(subtype="gelumbing").update(ended_at=NOW())
    caches.clear()
    answer = Acting("operator.madiun").ok("classify/", {"region": MADIUN, "narrative": SAID})
    assert answer["type"] == "public_order"
    assert answer["confidence"] > 0


def test_a_type_that_had_ended_comes_back_on_the_same_base_only(admin, gelumbing):
    end(admin)
    with pytest.raises(Conflict):
        add(admin, base="disaster")
    add(admin, name="Gelumbing baru")
    row = IncidentType.objects.get(code="gelumbing")
    assert (row.name, row.ended_at) == ("Gelumbing baru", None)
    assert RunCard.objects.get(type="gelumbing", ended_at=None).version == 2


def test_a_pack_that_is_loaded_again_keeps_the_admins_name_and_end(admin):
    kinds = ({"code": "buaya", "base": "fire", "name": "Buaya", "confidential": False},
             {"code": "lebah", "base": "fire", "name": "Lebah", "confidential": False})  # fmt: skip
    shipped = replace(pack.load(pack.find("64.09")), types=kinds)
    load_packs(packs=[shipped], actor=SYSTEM, at=NOW())
    own = person("admin.ppu")
    own_types.rename_type(region="64.09", code="buaya", name="Buaya muara", actor=own, at=NOW())
    own_types.end_type(region="64.09", code="lebah", actor=own, at=NOW())
    [report] = load_packs(packs=[shipped], actor=SYSTEM, at=NOW())
    left = IncidentType.objects.filter(region_id="64.09", ended_at=None).values_list("code", "name")
    assert list(left) == [("buaya", "Buaya muara")]
    assert len(report.kept) == 2


def test_the_pages_say_what_holds_a_type_before_they_end_it(admin, gelumbing):
    client = signed_in("admin.madiun")
    publish(admin, person("supervisor.madiun"), RULE)
    page = client.get(url("type-end", "gelumbing"))
    assert "madiun.gelumbing" in text(page)
    assert '<button class="btn danger"' not in text(page)
    assert client.post(url("type-end", "gelumbing")).status_code == 409
    RuleSet.objects.filter(region_id=MADIUN, status="published").update(rules=[])
    assert "1 kartu penugasan" in text(client.get(url("type-end", "gelumbing")))
    assert send(client, url("type", "gelumbing"), name="Gelumbing pasang").status_code == 302
    assert "Gelumbing pasang" in text(client.get(url("types")))
    assert client.post(url("type-end", "gelumbing")).status_code == 302
    assert "Sudah berakhir" in text(client.get(url("types")))
    assert "Jenis diakhiri" in text(client.get(url("changes")))
