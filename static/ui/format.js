// Times, durations, telephone numbers and names the way an Indonesian centre writes them. Pure: tested in node.

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
  return new Intl.DateTimeFormat("id-ID", {
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
  if (!value) return "nomor tidak tampil";
  const digits = String(value).replace(/[^\d+]/g, "").replace(/^\+?62/, "0");
  if (/^08\d{7,12}$/.test(digits)) return digits.replace(/^(\d{4})(\d{3,4})(\d+)$/, "$1-$2-$3");
  const fixed = /^(02[1245])(\d{3,4})(\d{4})$/.exec(digits) ?? /^(0\d{3})(\d{3})(\d{3,4})$/.exec(digits);
  return fixed ? `(${fixed[1]}) ${fixed[2]}-${fixed[3]}` : String(value);
}

export const number = (value) => new Intl.NumberFormat("id-ID").format(value);

export const PRIORITIES = {
  critical: { code: "P1", name: "Kritis" },
  high: { code: "P2", name: "Darurat" },
  normal: { code: "P3", name: "Mendesak" },
  low: { code: "P4", name: "Biasa" },
};
export const priorityRank = (priority) => Object.keys(PRIORITIES).indexOf(priority) + 1 || 9;

const TYPES = {
  medical: "Medis",
  fire: "Kebakaran & penyelamatan",
  disaster: "Bencana & pohon tumbang",
  public_order: "Ketertiban & kriminal",
  traffic: "Lalu lintas",
  violence_women_children: "Kekerasan perempuan & anak",
  public_facility: "Fasilitas umum",
  other_non_emergency: "Bukan darurat",
};
export const typeName = (code, names = {}) => names[code] ?? TYPES[code] ?? String(code ?? "").replaceAll("_", " ");
export const baseTypes = () => ({ ...TYPES });

export const STAGES = {
  answer: "Jawab",
  ticket: "Catat",
  acknowledge: "Terima",
  dispatch: "Berangkat",
  arrive: "Tiba",
  complete: "Selesai",
  accept: "Jawaban",
};

export const RUNGS = {
  renotify: "beri tahu ulang",
  second_channel: "saluran kedua",
  duty_officer: "petugas piket",
  head: "kepala dinas",
  supervisor: "supervisor",
  backup: "instansi cadangan",
};
// "eskalasi 3/6: kepala dinas"
export const rungText = (it) => `eskalasi ${it.hop}/${it.of}: ${RUNGS[it.step] ?? it.step}`;

export const INCIDENT_STATUS = {
  open: "Terbuka",
  closed: "Ditutup",
  cancelled: "Dibatalkan",
  merged: "Digabung",
  handed_over: "Dialihkan",
};

export const ASSIGNMENT_STATUS = {
  assigned: "Belum diterima",
  acknowledged: "Diterima",
  dispatched: "Menuju lokasi",
  arrived: "Di lokasi",
  completed: "Selesai",
  declined: "Ditolak",
  withdrawn: "Ditarik",
};
// For chips and the wall, where every letter costs room.
export const ASSIGNMENT_SHORT = {
  assigned: "menunggu",
  acknowledged: "diterima",
  dispatched: "berangkat",
  arrived: "di lokasi",
  completed: "selesai",
  declined: "ditolak",
  withdrawn: "ditarik",
};
export const assignmentEnded = (status) => ["completed", "declined", "withdrawn"].includes(status);

export const ROLES = { lead: "utama", support: "pendukung" };

export const DECLINES = {
  no_unit: "Tidak ada unit yang siap",
  wrong_authority: "Bukan wewenang kami",
  out_of_area: "Di luar wilayah kami",
  duplicate: "Laporan ganda",
  other: "Lainnya",
};

export const OUTCOMES = {
  handled: "Ditangani",
  handled_by_others: "Sudah ditangani pihak lain",
  false_alarm: "Laporan keliru",
  hoax: "Laporan palsu",
  not_found: "Lokasi/kejadian tidak ditemukan",
  refused_help: "Menolak bantuan",
  duplicate: "Laporan ganda",
  other: "Lainnya",
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
