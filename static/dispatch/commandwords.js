// The words of the command line: its verbs with what each takes, the words for outcomes and priorities, and how a word
// that somebody types in a hurry is recognised. Pure: tested in node.
import { _ } from "../ui/lang.js";

// `slots`: what the verb takes, in the order in which it is asked for; `?` may be left out. `text`: the rest is free words.
// `form`: how it is written, shown in the list of keys and beside the buttons. `action`: the button that does the same.
export const VERBS = [
  { name: "kirim", also: ["k", "send"], slots: ["units", "incident"], action: "dispatch", form: () => _("kirim <unit …> <nomor>") },
  { name: "tugaskan", also: ["tgs", "assign"], slots: ["incident", "agency", "role?"], action: "assign", form: () => _("tugaskan <nomor> <instansi> [utama|pendukung]") },
  { name: "terima", also: ["acknowledge"], slots: ["incident", "agency?"], action: "acknowledge", form: () => _("terima <nomor> [instansi]") },
  { name: "berangkat", also: ["brk"], slots: ["incident", "agency?", "units?"], form: () => _("berangkat <nomor> [instansi] [unit …]") },
  { name: "tiba", also: ["arrive"], slots: ["incident", "agency?"], action: "arrive", form: () => _("tiba <nomor> [instansi]") },
  { name: "selesai", also: ["sls", "done"], slots: ["incident", "agency?", "outcome"], text: true, action: "complete", form: () => _("selesai <nomor> [instansi] <hasil> [catatan]") },
  { name: "tarik", also: ["withdraw"], slots: ["incident", "agency"], text: true, action: "withdraw", form: () => _("tarik <nomor> <instansi> [alasan]") },
  { name: "tutup", also: ["ttp", "close"], slots: ["incident", "outcome"], text: true, action: "close", form: () => _("tutup <nomor> <hasil> [catatan]") },
  { name: "batal", also: ["batalkan", "cancel"], slots: ["incident"], text: true, action: "cancel", form: () => _("batal <nomor> <alasan>") },
  { name: "bukalagi", also: ["reopen"], slots: ["incident"], text: true, action: "reopen", form: () => _("buka lagi <nomor> <alasan>") },
  { name: "gabung", also: ["gbg", "merge"], slots: ["incident", "into"], action: "merge", form: () => _("gabung <nomor> <nomor tujuan>") },
  { name: "pisahkan", also: ["unmerge"], slots: ["incident"], action: "unmerge", form: () => _("pisahkan <nomor>") },
  { name: "prioritas", also: ["prio", "p", "priority"], slots: ["incident", "priority"], form: () => _("prioritas <nomor> kritis|darurat|mendesak|biasa") },
  { name: "jenis", also: ["type"], slots: ["incident", "type"], action: "update", form: () => _("jenis <nomor> <jenis>") },
  { name: "alarm", also: ["naikkan"], slots: ["incident"], text: true, action: "raise_alarm", form: () => _("alarm <nomor> [alasan]") },
  { name: "alihkan", also: ["handover"], slots: ["incident", "region"], text: true, action: "hand_over", form: () => _("alihkan <nomor> <wilayah> [catatan]") },
  { name: "catat", also: ["c", "note"], slots: ["incident"], text: true, form: () => _("catat <nomor> <kata-kata>") },
  { name: "cari", also: ["find"], slots: [], text: true, form: () => _("cari <kata>") },
  { name: "buka", also: ["open"], slots: ["incident"], form: () => _("buka <nomor>") },
  { name: "panggil", also: ["panggilan", "jawab", "call"], slots: [], ui: "call", form: () => _("panggil") },
  { name: "lokasi", also: ["location"], slots: [], ui: "locate", form: () => _("lokasi") },
  { name: "simpan", also: ["save"], slots: [], ui: "save", form: () => _("simpan") },
  { name: "kosongkan", also: ["clear"], slots: [], ui: "clear", form: () => _("kosongkan") },
  { name: "sop", also: [], slots: [], ui: "sop", form: () => _("sop") },
  { name: "akhiri", also: ["hangup"], slots: [], ui: "finish", form: () => _("akhiri") },
  { name: "urungkan", also: ["urung", "u", "undo"], slots: [], ui: "undo", form: () => _("urungkan") },
  { name: "keadaan", also: ["asof"], slots: [], ui: "past", form: () => _("keadaan") },
  { name: "tombol", also: ["keys"], slots: [], ui: "keys", form: () => _("tombol") },
  { name: "bantuan", also: ["help", "?"], slots: [], ui: "help", form: () => _("bantuan") },
];

export const OUTCOME_WORDS = {
  handled: ["ditangani", "tangani", "handled"], handled_by_others: ["lain", "pihaklain", "others"], false_alarm: ["keliru", "false"],
  hoax: ["palsu", "hoaks", "hoax"], not_found: ["nihil", "tidakditemukan", "notfound"], refused_help: ["menolak", "refused"],
  duplicate: ["ganda", "duplikat", "duplicate"], other: ["lainnya", "other"],
};
export const PRIORITY_WORDS = {
  critical: ["kritis", "p1", "1", "critical"], high: ["darurat", "p2", "2", "high"], normal: ["mendesak", "p3", "3", "normal"],
  low: ["biasa", "p4", "4", "low"],
};
export const ROLE_WORDS = { lead: ["utama", "lead"], support: ["pendukung", "support"] };
export const DISPOSITION_WORDS = {
  ghost: ["ghost", "hantu"], prank: ["prank", "iseng"], information: ["informasi", "info"], misdial: ["salah", "salahsambung"],
  non_emergency: ["bukandarurat", "bukan", "aduan"], silent_distress: ["diam", "terancam"], abandoned: ["terputus", "putus"],
  test: ["uji", "ujicoba"], handed_over: ["wilayahlain"], emergency: ["darurat"],
};

export const plain = (text) => String(text ?? "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

// How a typed word stands to a name: 0 the same, 1 its beginning, 2 inside it, 3 and 4 with that many slips + 2; else null.
export function likeness(typed, name) {
  const [a, b] = [plain(typed), plain(name)];
  if (!a || !b) return null;
  if (a === b) return 0;
  if (b.startsWith(a)) return 1;
  if (a.length >= 3 && b.includes(a)) return 2;
  const slips = a.length >= 4 ? distance(a, b, a.length >= 7 ? 2 : 1) : null;
  return slips === null ? null : 2 + slips;
}

// Letters to change, add, drop or swap with their neighbour (Damerau, optimal string alignment); null when more than `most`.
export function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return null;
  let [before, last] = [null, Array.from({ length: b.length + 1 }, (_unused, n) => n)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length] <= most ? last[b.length] : null;
}

// Those of `things` whose best name is nearest to the word, all equally near. `namesOf(thing)`: every name it goes by.
export function nearest(word, things, namesOf, worst = 4) {
  let [best, found] = [worst + 1, []];
  for (const thing of things) {
    const scores = namesOf(thing).map((name) => likeness(word, name)).filter((score) => score !== null);
    const score = scores.length ? Math.min(...scores) : worst + 1;
    if (score < best) [best, found] = [score, [thing]];
    else if (score === best && score <= worst) found.push(thing);
  }
  return found;
}

// "dmk3", "DMK-03" and "dmk 03" are one unit; "0457", "457" and "#457" the end of one number.
export const unitKey = (code) => plain(code).replace(/(\p{L})0+(?=\d)/gu, "$1");
export const numberEnd = (token) => /^#?(\d{1,4})$/.exec(token)?.[1].padStart(4, "0") ?? null;
