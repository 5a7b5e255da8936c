// Times, durations, telephone numbers and names the way an Indonesian centre writes them. Pure: tested in node.
import { _ } from "./lang.js";

// Dates in words and figures follow the language of the page. Times keep the dot and 24 hours in both: the same hour is
// written on paper, in the log and in messages, and has to be found again there.
const locale = () => (globalThis.document?.documentElement.lang === "en" ? "en-GB" : "id-ID");

let zone = { name: "Asia/Jakarta", label: "WIB" };

export function setZone(value) {
  zone = value ?? zone;
}
export const zoneLabel = () => zone.label;

const parts = (date, options) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone.name, hourCycle: "h23", ...options });
  return Object.fromEntries(format.formatToParts(date).map((part) => [part.type, part.value]));
};

// 14.05.22
export function clock(value, { seconds = true } = {}) {
  const p = parts(new Date(value), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return seconds ? `${p.hour}.${p.minute}.${p.second}` : `${p.hour}.${p.minute}`;
}

// 22/11 14.05.22 when it is not today
export function moment(value, now = Date.now(), { seconds = true } = {}) {
  if (!value) return "";
  const day = (at) => {
    const p = parts(new Date(at), { day: "2-digit", month: "2-digit" });
    return `${p.day}/${p.month}`;
  };
  return day(value) === day(now) ? clock(value, { seconds }) : `${day(value)} ${clock(value, { seconds: false })}`;
}

// Senin, 22 November 2026
export function longDate(value) {
  return new Intl.DateTimeFormat(locale(), {
    timeZone: zone.name, weekday: "long", day: "numeric", month: "long", year: "numeric",
  }).format(new Date(value));
}

// Seconds → 02.15, from an hour 1.02.15
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const rest = `${two(Math.floor((s % 3600) / 60))}.${two(s % 60)}`;
  return hours ? `${hours}.${rest}` : rest;
}

// +6281234567890 → 0812-3456-7890; (021) 522-0111 for a fixed line
export function phone(value) {
  if (!value) return _("nomor tidak tampil");
  const digits = String(value).replace(/[^\d+]/g, "").replace(/^\+?62/, "0");
  if (/^08\d{7,12}$/.test(digits)) return digits.replace(/^(\d{4})(\d{3,4})(\d+)$/, "$1-$2-$3");
  const fixed = /^(02[1245])(\d{3,4})(\d{4})$/.exec(digits) ?? /^(0\d{3})(\d{3})(\d{3,4})$/.exec(digits);
  return fixed ? `(${fixed[1]}) ${fixed[2]}-${fixed[3]}` : String(value);
}

export const number = (value) => new Intl.NumberFormat(locale()).format(value);

export const PRIORITIES = {
  critical: { code: "P1", name: _("Kritis") },
  high: { code: "P2", name: _("Darurat") },
  normal: { code: "P3", name: _("Mendesak") },
  low: { code: "P4", name: _("Biasa") },
};
export const priorityRank = (priority) => Object.keys(PRIORITIES).indexOf(priority) + 1 || 9;

const TYPES = {
  medical: _("Medis"),
  fire: _("Kebakaran & penyelamatan"),
  disaster: _("Bencana & pohon tumbang"),
  public_order: _("Ketertiban & kriminal"),
  traffic: _("Lalu lintas"),
  violence_women_children: _("Kekerasan perempuan & anak"),
  public_facility: _("Fasilitas umum"),
  other_non_emergency: _("Bukan darurat"),
};
export const typeName = (code, names = {}) => names[code] ?? TYPES[code] ?? String(code ?? "").replaceAll("_", " ");
export const baseTypes = () => ({ ...TYPES });

export const STAGES = {
  answer: _("Jawab"),
  ticket: _("Catat"),
  acknowledge: _("Terima"),
  dispatch: _("Berangkat"),
  arrive: _("Tiba"),
  complete: _("Selesai"),
  accept: _("Jawaban"),
};

export const RUNGS = {
  renotify: _("beri tahu ulang"),
  second_channel: _("saluran kedua"),
  duty_officer: _("petugas piket"),
  head: _("kepala dinas"),
  supervisor: _("supervisor"),
  backup: _("instansi cadangan"),
};
// "eskalasi 3/6: kepala dinas"
export const rungText = (it) => _("eskalasi {hop}/{of}: {step}", { hop: it.hop, of: it.of, step: RUNGS[it.step] ?? it.step });

export const INCIDENT_STATUS = {
  open: _("Terbuka"),
  closed: _("Ditutup"),
  cancelled: _("Dibatalkan"),
  merged: _("Digabung"),
  handed_over: _("Dialihkan"),
};

export const ASSIGNMENT_STATUS = {
  assigned: _("Belum diterima"),
  acknowledged: _("Diterima"),
  dispatched: _("Menuju lokasi"),
  arrived: _("Di lokasi"),
  completed: _("Selesai"),
  declined: _("Ditolak"),
  withdrawn: _("Ditarik"),
};
// For chips and the wall, where every letter costs room.
export const ASSIGNMENT_SHORT = {
  assigned: _("menunggu"),
  acknowledged: _("diterima"),
  dispatched: _("berangkat"),
  arrived: _("di lokasi"),
  completed: _("selesai"),
  declined: _("ditolak"),
  withdrawn: _("ditarik"),
};
export const assignmentEnded = (status) => ["completed", "declined", "withdrawn"].includes(status);

export const ROLES = { lead: _("utama"), support: _("pendukung") };

export const DECLINES = {
  no_unit: _("Tidak ada unit yang siap"),
  wrong_authority: _("Bukan wewenang kami"),
  out_of_area: _("Di luar wilayah kami"),
  duplicate: _("Laporan ganda"),
  other: _("Lainnya"),
};

export const OUTCOMES = {
  handled: _("Ditangani"),
  handled_by_others: _("Sudah ditangani pihak lain"),
  false_alarm: _("Laporan keliru"),
  hoax: _("Laporan palsu"),
  not_found: _("Lokasi/kejadian tidak ditemukan"),
  refused_help: _("Menolak bantuan"),
  duplicate: _("Laporan ganda"),
  other: _("Lainnya"),
};

// What a step of the time limit looks like: a number, a bar and an icon, never a colour alone.
export function timerStep(startMs, dueMs, nowMs) {
  const span = dueMs - startMs;
  const part = span > 0 ? (nowMs - startMs) / span : 1;
  if (nowMs >= dueMs) return { step: "late", part: 1, icon: "▲", text: `+${duration((nowMs - dueMs) / 1000)}` };
  const left = duration((dueMs - nowMs + 999) / 1000);
  const step = part >= 0.8 ? "near" : part >= 0.5 ? "half" : "early";
  const icon = { near: "!", half: "◑", early: "○" }[step];
  return { step, part: Math.min(1, Math.max(0, part)), icon, text: left };
}
