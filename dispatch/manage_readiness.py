"""The page that says what a region still lacks before it may go live, and leads to where it is mended."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies import assuring, labels
from agencies.forms import ManageForm
from agencies.manage_frame import Desk, managed
from agencies.models import Assurance
from dispatch import readiness
from dispatch.readiness import Check, Finding, State
from dispatch.readiness_facts import facts_of

PAGE = "manage-readiness"
ITEMS = {
    "profile": (_("Profil dan komando"), "manage-region"),
    "zone": (_("Zona waktu"), "manage-region"),
    "contacts": (_("Nomor telepon instansi"), "manage-agencies"),
    "duty": (_("Petugas piket"), "manage-rosters"),
    "channels": (_("Saluran pesan"), "manage-channels"),
    "police": (_("Perjanjian dengan kepolisian"), "manage-agreements"),
    "agreements": (_("Perjanjian lainnya"), "manage-agreements"),
    "legacy": (_("Nomor darurat lama"), "manage-region"),
    "cards": (_("Kartu penugasan setiap jenis"), "manage-run-cards"),
    "backups": (_("Cadangan instansi utama"), "manage-run-cards"),
    "gaps": (_("Instansi di setiap kecamatan"), "manage-gaps"),
    "ladder": (_("Tangga eskalasi"), "manage-ladders"),
    "targets": (_("Target waktu"), "manage-targets"),
    "procedures": (_("SOP setiap jenis"), "manage-procedures"),
    "rules": (_("Aturan triase"), "rules"),
    "people": (_("Pengguna dan peran"), "manage-users"),
    "boundaries": (_("Batas wilayah"), "manage-imports"),
    "places": (_("Tempat dan patokan"), "manage-imports"),
    "keys": (_("Kunci penyandian"), "manage-assurance"),
    "restore": (_("Cadangan basis data"), "manage-assurance"),
}
"""Title of each line and the page that mends it."""
ASSURED_BY = {"keys": Assurance.Item.KEY_BACKUP, "restore": Assurance.Item.RESTORE}
TEXTS = {
    "no_command": _("Pemegang komando bukan instansi yang bertugas di wilayah ini."),
    "no_number": _("Nomor layanan belum diisi."),
    "zone": _("Tercatat %(first)s, padahal provinsi ini memakai %(second)s."),
    "no_phone": _("Tanpa nomor telepon: %(names)s."),
    "no_roster": _("Tidak ada jadwal piket tujuh hari ke depan: %(names)s."),
    "nobody_now": _("Ada jadwal, tetapi sekarang tidak ada yang piket: %(names)s."),
    "failing": _("Gagal mengirim: %(names)s."),
    "untested": _("Belum pernah diuji: %(names)s."),
    "no_channel": _("Hanya lewat layar meja dinas: %(names)s."),
    "no_police": _("Kepolisian belum terdaftar sebagai instansi; pelapor hanya dapat diarahkan ke 110."),
    "police_unsigned": _(
        "Belum ditandatangani %(first)s: hanya lewat telepon %(second)s, tidak ada laporan yang tampil."
    ),
    "police_expired": _("Perjanjian %(first)s berakhir %(until)s: hanya lewat telepon %(second)s."),
    "police_ending": _("Perjanjian %(first)s berakhir %(until)s; sesudahnya hanya lewat telepon %(second)s."),
    "agreement_unsigned": _("Belum ditandatangani %(first)s; pelapor dirujuk ke %(second)s."),
    "agreement_expired": _("Perjanjian %(first)s berakhir %(until)s; pelapor dirujuk ke %(second)s."),
    "agreement_ending": _("Perjanjian %(first)s berakhir %(until)s; perpanjang sebelum itu."),
    "no_legacy": _("Belum tercatat: %(names)s. Masyarakat masih memakai nomor itu."),
    "legacy_adrift": _("Menunjuk instansi yang tidak ada: %(names)s."),
    "no_card": _("Tanpa kartu umum: %(names)s."),
    "no_backup": _("Instansi utama tanpa cadangan: %(names)s."),
    "no_districts": _("Wilayah ini belum punya kecamatan."),
    "gap": _("Tidak ada yang dikirim: %(names)s."),
    "gap_by_phone": _("Hanya dirujuk lewat telepon: %(names)s."),
    "no_ladder": _("Belum ditetapkan sendiri; tangga bawaan yang dipakai bila instansi tidak menerima tugas."),
    "no_target": _("Tahap tanpa batas waktu: %(names)s."),
    "no_procedure": _("Tanpa SOP umum: %(names)s."),
    "no_rules": _("Hanya aturan bawaan yang dipakai; sebutan dan kata setempat belum ditambahkan."),
    "few_supervisors": _("Supervisor aktif: %(first)s. Paling sedikit dua, agar setiap giliran terawasi."),
    "no_call_taker": _("Belum ada operator."),
    "no_officer": _("Instansi tanpa akun petugas: %(names)s."),
    "without_role": _("Akun aktif tanpa peran: %(names)s."),
    "demo_users": _("%(first)s akun demo masih aktif; kata sandinya diketahui semua orang."),
    "no_areas": _("Kecamatan dan kelurahan belum dimuat."),
    "coarse": _("Batas bawaan masih kasar; impor batas resmi kecamatan atau kelurahan."),
    "no_places": _("Belum ada tempat dan patokan."),
    "few_places": _("Baru %(first)s tempat; pelapor menyebut patokan, bukan koordinat."),
    "placeholder_key": _("Kunci kasus rahasia masih kunci contoh yang dapat dibaca siapa saja."),
    "key_backup_never": _("Belum ada yang memastikan salinan FIELD_KEY tersimpan di tempat lain."),
    "key_backup_long_ago": _("Salinan FIELD_KEY terakhir dipastikan %(until)s; pastikan lagi."),
    "restore_never": _("Belum pernah dicoba memulihkan cadangan."),
    "restore_long_ago": _("Pemulihan cadangan terakhir dicoba %(until)s; coba lagi."),
}
"""What a finding says. `names`: all of them, `first` and `second`: of those with two values."""
STATES = {
    State.OK: (_("lengkap"), "success", "✓"),
    State.WARNING: (_("perlu perhatian"), "warning", "!"),
    State.LACKING: (_("kurang"), "danger", "✕"),
}
"""What a state is called, Bootstrap's colour of its badge, and a sign for who does not see the colour."""
MOST_NAMES = 8


@managed(PAGE)
def region_readiness(desk: Desk) -> HttpResponse:
    """Every check with its state, its reason and where it is mended; what lacks first."""
    checks = readiness.assess(facts_of(desk.actor, desk.region, desk.reference, desk.at))
    rows = sorted((_row(desk, check) for check in checks), key=lambda row: list(STATES)[::-1].index(row["state"]))
    counts = [(STATES[state], readiness.open_items(checks, state)) for state in reversed(STATES)]
    return desk.render("readiness.html", rows=rows, counts=counts, may_go_live=readiness.may_go_live(checks))


def _row(desk: Desk, check: Check) -> dict[str, Any]:
    title, page = ITEMS[check.item]
    label, colour, sign = STATES[check.state]
    args = [ASSURED_BY[check.item].value] if check.item in ASSURED_BY else []
    return {
        "item": check.item, "state": check.state, "title": title, "label": label, "colour": colour, "sign": sign,
        "url": desk.url(page, *args), "reasons": [said(desk, finding) for finding in check.findings],
    }  # fmt: skip


def said(desk: Desk, finding: Finding) -> str:
    """A finding as a sentence; long lists are cut with how many more there are."""
    names = [str(labels.STAGES.get(name, name)) for name in finding.names]
    shown = ", ".join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        shown = _("%(names)s dan %(n)s lainnya") % {"names": shown, "n": len(names) - MOST_NAMES}
    first, second = [*names, "", ""][:2]
    until = f"{finding.until.astimezone(desk.zone):%d/%m/%Y}" if finding.until else ""
    return str(TEXTS[finding.code]) % {"names": shown, "first": first, "second": second, "until": until}


class AssuranceForm(ManageForm):
    done = forms.BooleanField(label=_("Sudah saya lakukan sendiri dan hasilnya baik"))
    note = forms.CharField(
        label=_("Di mana dan oleh siapa"), max_length=200,
        help_text=_("Sebutkan tempatnya, jangan kuncinya. Tercatat di riwayat perubahan."),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        return {"note": self.cleaned_data["note"]}


ASSURE = {
    Assurance.Item.KEY_BACKUP: _("Pastikan salinan FIELD_KEY tersimpan di tempat lain dan dapat dibaca"),
    Assurance.Item.RESTORE: _("Pastikan cadangan basis data dapat dipulihkan"),
}


@managed(PAGE, "POST")
def assurance(desk: Desk, item: str) -> HttpResponse:
    """Somebody says that they have tried it; a year later the page asks again."""
    if item not in Assurance.Item.values:
        raise Http404
    form = AssuranceForm(desk.request.POST or None)
    return desk.save(
        form,
        desk.does(assuring.confirm, form, region=desk.region.code, item=item),
        done=_("Dicatat."), to=desk.url(PAGE), title=ASSURE[Assurance.Item(item)],
    )  # fmt: skip
