"""What in a report's words can tell one event from another: names of places, numbers, plates, the rarer words. Pure.

A feature is compared by its digest, so that what stays in memory of other people's words cannot be read there.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

NAME, PAIR, COUNTED, PLATE, KNOWN = 1.3, 1.1, 1.3, 3.5, 0.5
"""Log odds that a shared feature adds: a word that the rules do not know (mostly a name), two words beginning with a
kind of place ("pasar besar"), a counted one ("rt 3"), a number plate, an ordinary word of emergencies."""
MOST_TOKENS = 400
SKELETON_FROM = 6
"""Names of so many letters are compared without their inner vowels: Kartoharjo and Kertoharjo are one place."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TOKEN = re.compile(r"[^\W_]+")
_RUN = re.compile(r"([a-z])\1{2,}")
_VOWELS = str.maketrans("", "", "aeiou")
_PLATE = re.compile(
    r"\b(a|b|d|e|f|g|h|k|l|m|n|p|r|s|t|w|z|aa|ab|ad|ae|ag|ba|bb|bd|be|bg|bh|bk|bl|bm|bn|bp|da|db|dd|dg|dh|dk|dl|dm|dn|"
    r"dr|dt|ea|eb|ed|kb|kh|kt|ku|pa|pb)\s?(\d{3,4})\s?([a-z]{1,3})\b"
)
"""Area letters of number plates (Perpol 7/2021), then three or four figures: shorter ones stand in ordinary text."""
_STOP = _set(
    """
    yang dan di ke dari itu ini ada adalah pada untuk dengan tidak bukan belum sudah telah akan lagi juga saja atau
    tapi tetapi karena kalau jika agar supaya sampai sejak oleh dalam luar atas bawah depan belakang samping sebelah
    dekat sekitar antara kami kita saya aku dia mereka anda kamu nya pak bu bapak ibu mas mbak bang kak tolong mohon
    minta segera cepat cepetan halo min selamat pagi siang sore malam terima kasih permisi lapor laporan melaporkan
    info ya iya dong nih tuh deh kok sih lho loh kan lah pun banget sekali sangat mau ingin bisa dapat harus masih
    baru tadi barusan sekarang nanti kemarin hari jam menit orang warga banyak beberapa semua satu dua tiga empat
    lima apa siapa mana kenapa bagaimana gimana arah daerah lokasi tempat sini situ sana seperti kayak gitu begitu
    jadi terus langsung mulai hampir makin posisi tepat tepatnya pas kira wilayah kota kabupaten kec kel kelurahan
    kecamatan desa yg dgn utk krn tdk gak nggak ga engga enggak ndak ora udah udh sdh lg aja jg tp dr pd sm sama klo
    kl org bgt skrg ning nang sing iki iku wonten ono karo wis neng anu punten jalan jl jln gang gg rumah api asap
    motor mobil korban kejadian ambulans ambulan ambulance damkar pemadam polisi petugas bantuan bantu kirim dikirim
    datang
    """
)
_SPELLED = {
    "jl": "jalan", "jln": "jalan", "jalanan": "jalan", "gg": "gang", "perum": "perumahan", "prum": "perumahan",
    "dsn": "dusun", "kp": "kampung", "kmpng": "kampung", "komplek": "kompleks", "nomer": "nomor", "no": "nomor",
    "rmh": "rumah", "psr": "pasar", "sklh": "sekolah", "pom": "spbu", "mesjid": "masjid", "musholla": "mushola",
    "prapatan": "perempatan", "pertelon": "pertigaan", "jembtn": "jembatan", "sdn": "sd",
    "smpn": "smp", "sman": "sma", "smkn": "smk", "alun2": "alun", "rs": "rumahsakit", "rsud": "rumahsakit",
}  # fmt: skip
_PLACES = _set(
    """
    jalan gang perumahan kompleks dusun kampung pasar sekolah sd smp sma smk tk kampus universitas rumahsakit
    puskesmas klinik masjid mushola gereja pura vihara jembatan terminal stasiun halte taman toko warung swalayan
    spbu alun lapangan stadion apartemen hotel losmen pabrik gudang sungai kali waduk danau pantai pulau bukit
    gunung tol flyover underpass simpang perempatan pertigaan bundaran kantor balai pos mall ruko kos kontrakan
    asrama pondok pesantren makam lebak tanjakan tikungan perlintasan rel bengkel cafe kafe restoran bank apotek
    tugu monumen
    """
)
_COUNTED = _set(
    """
    rt rw nomor km blok lantai gang sd smp sma smk gerbang unit kamar jalur tk pintu
    """
)


class Vocabulary(Protocol):
    """The words that the rules know."""

    def known(self, word: str) -> bool:
        """Whether it is an ordinary word of reports rather than a name."""


class NoVocabulary:
    def known(self, word: str) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Feature:
    """`text`: as the report said it, for the one who typed it."""

    text: str
    weight: float


def features(texts: Iterable[str], vocabulary: Vocabulary) -> dict[int, Feature]:
    """Features of a report by digest; never fails, reads at most MOST_TOKENS words of each text."""
    found: dict[str, Feature] = {}
    for text in texts:
        _read(_folded(text), vocabulary, found)
    return {hash(key): feature for key, feature in found.items()}


def digests(texts: Iterable[str], vocabulary: Vocabulary) -> frozenset[int]:
    """Only the digests: what is kept in memory of other reports. They hold within one process."""
    return frozenset(features(texts, vocabulary))


def _folded(text: str) -> str:
    plain = text[: MOST_TOKENS * 12].casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _RUN.sub(r"\1", plain)


def _read(plain: str, vocabulary: Vocabulary, found: dict[str, Feature]) -> None:
    for letters, digits, end in _PLATE.findall(plain):
        found[f"plate {letters}{digits}{end}"] = Feature(f"{letters} {digits} {end}".upper(), PLATE)
    before = ""
    for token in _TOKEN.findall(plain)[:MOST_TOKENS]:
        word = _SPELLED.get(token, token)
        if word.isdecimal():
            if before in _COUNTED:
                found[f"{before} {word.lstrip('0')[:9]}"] = Feature(f"{before} {word[:9]}", COUNTED)
            continue
        if word in _STOP and word not in _PLACES:
            continue
        name = _name(word)
        if before in _PLACES and word not in _PLACES:
            found.setdefault(f"{before} {name}", Feature(f"{before} {token}", PAIR))
        if word not in _STOP and len(word) > 2:
            known = word in _PLACES or vocabulary.known(word)
            found.setdefault(name, Feature(token, KNOWN if known else NAME))
        before = word


def _name(word: str) -> str:
    """The form by which a word is compared."""
    if word.endswith("nya") and len(word) > 6:
        word = word[:-3]
    if len(word) < SKELETON_FROM:
        return word
    skeleton = word[0] + word[1:].translate(_VOWELS)
    return f"~{skeleton}" if len(skeleton) >= 4 else word
