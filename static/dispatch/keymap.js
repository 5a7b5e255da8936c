// Which key does what on the console, and how a person changes that. Pure: tested in node.
import { _ } from "../ui/lang.js";

// `command`: the word of the command line that does the same. `plain`: a single letter, off while somebody types.
export const KEYS = [
  { id: "command", keys: ["F2", "/"], name: () => _("Baris perintah") },
  { id: "call", keys: ["F3"], name: () => _("Panggilan baru, atau jawab yang menunggu"), command: "panggil", needs: "report" },
  { id: "locate", keys: ["F4"], name: () => _("Isian lokasi"), command: "lokasi", needs: "report" },
  { id: "next", keys: ["F6"], name: () => _("Panel berikutnya: antrean, formulir, rincian") },
  { id: "before", keys: ["F7"], name: () => _("Panel sebelumnya") },
  { id: "save", keys: ["F8", "Ctrl+Enter"], name: () => _("Simpan dan kirim laporan"), command: "simpan", needs: "report" },
  { id: "sop", keys: ["F9"], name: () => _("Buka / lipat SOP"), command: "sop", needs: "report" },
  { id: "finish", keys: ["F10"], name: () => _("Akhiri panggilan, atau tutup kejadian yang dibuka"), command: "akhiri" },
  { id: "same", keys: ["Alt+g"], name: () => _("Kejadian sama: tambah pelapor ini"), needs: "report" },
  { id: "undo", keys: ["Alt+z"], name: () => _("Urungkan langkah terakhir"), command: "urungkan" },
  { id: "help", keys: ["?"], name: () => _("Daftar tombol dan perintah"), command: "bantuan" },
];

const ROLES = ["Control", "Shift", "Alt", "AltGraph", "Meta", "CapsLock", "Dead", "Process", "Unidentified", "Tab", "Escape", "Enter"];
// What the browser or the list itself needs: a key here would be lost or would do two things.
const TAKEN = /^(F1|F5|F11|F12|Ctrl\+[twnrlpTWNRLP]|Ctrl\+\d|Alt\+\d|\d|Alt\+(F4|ArrowLeft|ArrowRight)|Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown|Backspace|Delete| )$/;

// Why this key cannot be chosen for `id`, or "".
export function refusal(chord, id, chosen = {}) {
  const key = chord.split("+").pop();
  if (ROLES.includes(key)) return _("Tekan satu tombol, boleh dengan Ctrl atau Alt.");
  if (TAKEN.test(chord)) return _("{key} dipakai peramban atau daftar; pilih yang lain.", { key: chord });
  const other = KEYS.find((one) => one.id !== id && keysOf(one.id, chosen).some((has) => same(has, chord)));
  return other ? _("{key} sudah dipakai untuk: {name}", { key: chord, name: other.name() }) : "";
}

const same = (a, b) => a.toLowerCase() === b.toLowerCase();

// The keys of an act: the person's own, else the usual ones.
export const keysOf = (id, chosen = {}) => (typeof chosen[id] === "string" ? [chosen[id]] : KEYS.find((one) => one.id === id)?.keys ?? []);

// Only what the table knows and what may be chosen: a kept setting may be old or broken.
export function readChosen(text) {
  let kept;
  try {
    kept = JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
  const said = Object.fromEntries(Object.entries(kept && typeof kept === "object" ? kept : {}).filter(([, chord]) => typeof chord === "string" && chord.length < 30));
  return Object.fromEntries(KEYS.filter(({ id }) => said[id] && !refusal(said[id], id, said)).map(({ id }) => [id, said[id]]));
}

// { chord: run } for ui/shell.js from { id: run }. Letters with Ctrl or Alt count in both cases.
export function boundKeys(runs, chosen = {}) {
  const map = {};
  for (const [id, run] of Object.entries(runs)) {
    for (const chord of keysOf(id, chosen)) {
      map[chord] = run;
      const letter = /^(.*\+)([a-z])$/i.exec(chord);
      if (letter) map[letter[1] + letter[2].toUpperCase()] = map[letter[1] + letter[2].toLowerCase()] = run;
    }
  }
  return map;
}
