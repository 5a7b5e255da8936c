"""Further names of areas: found by the place box and in the words of reports, kept by packs, written down by whom."""

import json
import tomllib
from dataclasses import replace

import pytest
from django.utils import timezone

from agencies import caches, pack
from agencies.access import SYSTEM
from agencies.loading.service import load_packs
from agencies.models import AreaAlias
from agencies.problems import NotPermitted, NotVisible, Unprocessable
from dispatch.services import area_names
from events.models import Event
from tests.integration.acting import MADIUN, Acting
from tests.integration.test_manage import send, signed_in, text, url
from tests.integration.test_rule_sets import person

pytestmark = pytest.mark.django_db

KLEGEN = "Klegen"


@pytest.fixture
def admin():
    return person("admin.madiun")


@pytest.fixture
def klegen() -> str:
    return next(a.code for a in caches.reference().regions[MADIUN].areas.values() if a.name == KLEGEN)


def name(admin, area: str, *names: str, region: str = MADIUN) -> None:
    area_names.set_names(region=region, area=area, names=names, actor=admin, at=timezone.now())
    caches.refresh_now()


def test_the_place_box_and_the_guess_from_words_know_the_name_after_a_change_without_a_restart(admin, klegen):
    operator = Acting("operator.madiun")
    before = operator.get("places/", region=MADIUN, q="kampung mbulak").json()
    assert all(KLEGEN not in one["label"] for one in before)
    name(admin, klegen, "Kampung Mbulak")
    [first, *_] = operator.get("places/", region=MADIUN, q="kampung mbulak").json()
    assert KLEGEN in first["label"]
    assert first["precision"] == "area_centre"
    incident = operator.report("rumah kebakaran di kampung mbulak dekat langgar")
    assert (incident["area"]["code"], incident["area"]["precision"]) == (klegen, "area_centre")


def test_a_name_that_is_taken_away_is_known_no_more_and_comes_back(admin, klegen):
    name(admin, klegen, "Kampung Mbulak", "Lor Embong")
    name(admin, klegen, "lor embong")
    assert caches.reference().regions[MADIUN].areas[klegen].aliases == ("lor embong",)
    name(admin, klegen, "Kampung Mbulak")
    assert AreaAlias.objects.get(name="Kampung Mbulak").ended_at is None
    last = json.loads(Event.objects.filter(kind="area.named").latest("id").data)
    assert last["before"]["aliases"] == ["lor embong"]
    assert last["after"]["aliases"] == ["Kampung Mbulak"]


@pytest.mark.parametrize("wrong", ["", "x", "jalan", "Kartoharjo", "Kebakaran", "n" * 81])
def test_names_that_tell_nothing_or_mean_something_else_are_refused(admin, klegen, wrong):
    with pytest.raises(Unprocessable):
        name(admin, klegen, "Kampung Mbulak", wrong)
    assert not AreaAlias.objects.exists()


def test_only_the_regions_own_admin_may_and_only_its_own_areas(admin, klegen):
    with pytest.raises(NotPermitted):
        name(person("supervisor.madiun"), klegen, "Kampung Mbulak")
    with pytest.raises(NotVisible):
        name(person("admin.batu"), klegen, "Kampung Mbulak", region="35.79")


def test_the_words_of_a_sealed_case_stay_sealed(admin, klegen):
    name(admin, klegen, "Kampung Mbulak")
    operator = Acting("operator.madiun")
    sealed = operator.report("istri dipukuli suami di kampung mbulak")
    assert sealed["confidential"]
    damkar = Acting("damkar.madiun")
    assert damkar.get(f"incidents/{sealed['id']}/").status_code == 404


def test_a_pack_brings_names_keeps_the_admins_and_refuses_areas_of_others(klegen):
    shipped = pack.load(pack.find(MADIUN))
    brought = ({"area": klegen, "name": "Kampung Mbulak", "source": "uji", "assumed": False},)
    with_names = replace(shipped, area_aliases=brought)
    load_packs(packs=[with_names], actor=SYSTEM, at=timezone.now())
    caches.refresh_now()
    name(person("admin.madiun"), klegen, "Lor Embong")
    [report] = load_packs(packs=[with_names], actor=SYSTEM, at=timezone.now())
    assert list(AreaAlias.objects.filter(ended_at=None).values_list("name", flat=True)) == ["Lor Embong"]
    assert any("Kampung Mbulak" in kept for kept in report.kept)


def test_a_pack_that_names_an_area_of_another_region_is_refused(tmp_path):
    path = tmp_path / "35.77.toml"
    source = pack.find(MADIUN)
    for included in tomllib.loads(source.read_text()).get("include", []):
        (tmp_path / included).write_text((source.parent / included).read_text())
    path.write_text(source.read_text() + '\n[[area_aliases]]\narea = "35.79.01.1001"\nname = "Kampung Mbulak"\n')
    with pytest.raises(pack.PackError, match=r"35\.79\.01\.1001"):
        pack.load(path)


def test_the_pages_show_and_change_the_names(klegen):
    client = signed_in("admin.madiun")
    assert KLEGEN in text(client.get(url("areas")))
    assert send(client, url("area", klegen), names="Kampung Mbulak\nLor Embong").status_code == 302
    caches.refresh_now()
    assert "Kampung Mbulak, Lor Embong" in text(client.get(url("areas")))
    wrong = send(client, url("area", klegen), names="jalan")
    assert wrong.status_code == 422
    assert "jalan" in text(wrong)
    assert "Nama lain area diubah" in text(client.get(url("changes")))
