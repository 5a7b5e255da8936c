"""Speed of the classification alone: one process, one thread, no server. Prints one line of JSON."""

import json
import random
import time

from bench.load.client import percentile
from incidents.triage import builtin_rules, classify, compile_rules

REPORTS = 3000
OPENINGS = ("tolong", "pak cepat", "halo 112", "mbak", "lapor", "")
EVENTS = (
    "kebakaran rumah di dekat pasar, api merambat", "ada kecelakaan motor lawan truk dua orang luka",
    "banjir masuk rumah warga air setinggi lutut", "pohon tumbang menutup jalan", "lampu jalan mati sejak kemarin",
    "bapak saya pingsan tidak bisa bangun", "ada ular masuk kamar mandi", "tawuran pelajar bawa senjata tajam",
    "istri tetangga dipukuli suaminya", "kabel listrik putus dan mengeluarkan api", "ibu mau melahirkan di rumah",
    "tidak ada api, hanya asap dari pembakaran sampah", "anak tenggelam di sungai", "macet total di perempatan",
)  # fmt: skip
PLACES = ("jalan Pahlawan", "gang Melati", "depan sekolah", "perumahan Manisrejo", "pasar besar", "jembatan")
ENDINGS = ("cepat ya", "ada anak kecil", "sudah setengah jam", "warga panik", "tolong dikirim petugas", "")


def main() -> None:
    chance = random.Random(112)  # the same reports in every run
    rules = compile_rules(builtin_rules())
    texts = [
        f"{chance.choice(OPENINGS)} {chance.choice(EVENTS)} di {chance.choice(PLACES)} nomor {number}, "
        f"{chance.choice(ENDINGS)}"
        for number in range(REPORTS)
    ]
    for text in texts[:100]:
        classify(text, rules)
    milliseconds = []
    began = time.perf_counter()
    for text in texts:
        start = time.perf_counter()
        classify(text, rules)
        milliseconds.append((time.perf_counter() - start) * 1000)
    wall = time.perf_counter() - began
    print(json.dumps({
        "reports": REPORTS, "per_second": round(REPORTS / wall),
        "p50_ms": round(percentile(milliseconds, 0.5), 3), "p99_ms": round(percentile(milliseconds, 0.99), 3),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
