// The command line's reader: what a line would do, in words, before Enter. Text and what the screen knows go in; nothing is
// changed and nobody is asked. Pure: tested in node.
//
// state = { rows: [board rows], ended: [rows], units, agencies: [{code, name, short}], regions: [{code, name}],
//           types: [[code, name]], dispositions: [[code, name]], outcomes, priorities: {code: name}, may: Set of permissions,
//           current: id of the open case or null, name(row): what happened and where }
// → { verb, effect, words, missing, candidates, error, undo }
//   effect      what Enter does, or null while something is missing or refused
//   words       the effect in a sentence
//   missing     what still has to be said, in words
//   candidates  [{ insert: the whole line, label }], the likeliest first
//   undo        "held": waits ten seconds before it is sent · "inverse": the server takes it back · "none"
import { assignmentEnded } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { BUILD, PERMISSIONS } from "./commandeffects.js";
import { DISPOSITION_WORDS, OUTCOME_WORDS, PRIORITY_WORDS, ROLE_WORDS, VERBS, likeness, nearest, numberEnd, plain, unitKey } from "./commandwords.js";

const MOST = 7;
const empty = { verb: null, effect: null, words: "", missing: [], candidates: [], error: "", undo: "none" };

export function readCommand(text, state) {
  const tokens = text.trim().split(/\s+/).filter(Boolean);
  if (!tokens.length) return { ...empty, candidates: verbList("", state) };
  const { verb, rest, candidates } = findVerb(tokens, text, state);
  if (!verb) return { ...empty, candidates, error: candidates.length ? "" : _("Perintah “{word}” tidak dikenal. Ketik bantuan untuk daftarnya.", { word: tokens[0] }) };
  if (verb.disposition) return disposed(verb, state);
  return judged(verb, rest, text, state);
}

function judged(verb, rest, text, state) {
  const found = readSlots(verb, rest, state);
  const needs = PERMISSIONS[verb.name];
  const refused = needs && !state.may.has(needs) && (verb.name !== "kirim" || !state.may.has("incident.assign"))
    ? _("Peran Anda tidak boleh: {verb}.", { verb: verb.form().split(" <")[0].split(" [")[0] }) : "";
  const built = refused || found.error ? { error: refused || found.error } : BUILD[verb.name]?.(found, state, verb) ?? { effect: { do: "ui", what: verb.ui }, words: UI_WORDS[verb.ui]?.() ?? "" };
  const missing = built.error ? [] : built.missing ?? [];
  const ready = !built.error && !missing.length;
  return {
    ...empty, verb: verb.name, effect: ready ? built.effect : null, words: built.words ?? "", missing, error: built.error ?? "",
    undo: built.undo ?? "none", candidates: refused ? [] : offers(verb, rest, text, state),
  };
}

const UI_WORDS = {
  call: () => _("Panggilan baru, atau jawab panggilan yang menunggu"), locate: () => _("Ke isian lokasi"), save: () => _("Simpan laporan"),
  clear: () => _("Kosongkan isian (dapat diurungkan)"), sop: () => _("Buka atau lipat SOP"), finish: () => _("Akhiri panggilan"),
  undo: () => _("Urungkan langkah terakhir yang masih dapat diurungkan"), past: () => _("Lihat keadaan pada suatu waktu"),
  keys: () => _("Ubah tombol pintas"), help: () => _("Daftar tombol dan perintah"),
};

// --- The verb ---------------------------------------------------------------------------------------------------------------
const dispositionVerb = ([code, label]) => ({ name: label, also: DISPOSITION_WORDS[code] ?? [], slots: [], disposition: code, form: () => label.toLowerCase() });
const allVerbs = (state) => [...VERBS, ...(state.dispositions ?? []).map(dispositionVerb)];

function findVerb(tokens, text, state) {
  if (/^(#?\d{1,4}|112-\S+)$/i.test(tokens[0])) return { verb: VERBS.find((one) => one.name === "buka"), rest: tokens };
  const two = tokens.length > 1 ? exact(plain(tokens[0] + tokens[1]), state) : null; // "buka lagi", "salah sambung"
  if (two) return { verb: two, rest: tokens.slice(2) };
  const whole = exact(tokens[0], state);
  if (whole) return { verb: whole, rest: tokens.slice(1) };
  const near = nearest(tokens[0], allVerbs(state), (verb) => (tokens[0].length > 1 ? [verb.name, ...verb.also.filter((word) => word.length > 1)] : [verb.name]));
  if (near.length === 1 && (tokens.length > 1 || tokens[0].length > 1)) return { verb: near[0], rest: tokens.slice(1) };
  const typing = tokens.length === 1 && !/\s$/.test(text);
  return { verb: null, rest: [], candidates: typing || near.length > 1 ? near.slice(0, MOST).map(offerVerb) : [] };
}

const exact = (word, state) => allVerbs(state).find((verb) => [verb.name, ...verb.also].some((name) => plain(name) === plain(word) || name === word));
const offerVerb = (verb) => ({ insert: `${verb.disposition ? verb.form() : verb.name === "bukalagi" ? "buka lagi" : verb.name} `, label: verb.form() });

function verbList(word, state) {
  const may = (verb) => !PERMISSIONS[verb.name] || state.may.has(PERMISSIONS[verb.name]);
  return VERBS.filter(may).slice(0, MOST).map(offerVerb);
}

function disposed(verb, state) {
  if (!state.inCall) return { ...empty, verb: verb.name, error: _("Tidak ada panggilan yang sedang dijawab.") };
  return { ...empty, verb: verb.name, effect: { do: "dispose", code: verb.disposition }, words: _("Tutup panggilan sebagai {name}", { name: verb.name }), undo: "inverse" };
}

// --- What it is about -----------------------------------------------------------------------------------------------------------
// Each word goes to the first thing the verb takes that it can mean; from the first that means none of them on it is text.
function readSlots(verb, tokens, state) {
  const found = { incident: null, into: null, agency: null, units: [], text: "", error: "", unclear: null };
  const open = verb.slots.map((slot) => slot.replace("?", ""));
  for (let n = 0; n < tokens.length; n += 1) {
    const taken = open.find((slot) => !isTaken(found, slot) && READ[slot](tokens[n], found, state, verb));
    if (taken || found.error) continue;
    if (verb.text) {
      found.text = tokens.slice(n).join(" ");
      break;
    }
    found.unclear ??= tokens[n];
  }
  if (found.unclear && !found.error) found.error = _("“{word}” tidak dikenali.", { word: found.unclear });
  if (open.includes("incident") && !found.incident && !found.error) found.incident = byId(state, state.current);
  return found;
}

const isTaken = (found, slot) => slot !== "units" && Boolean(found[slot]);
const byId = (state, id) => [...state.rows, ...(state.ended ?? [])].find((row) => row.id === id) ?? null;

const READ = {
  incident: (token, found, state, verb) => readNumber(token, found, "incident", state, verb),
  into: (token, found, state, verb) => readNumber(token, found, "into", state, verb),
  agency: (token, found, state, verb) => one(token, found, "agency", state.agencies, (it) => [it.code, it.short ?? "", ...String(it.name).split(/\s+/), it.name], verb),
  units: readUnit,
  priority: (token, found, state, verb) => one(token, found, "priority", Object.keys(PRIORITY_WORDS), (code) => PRIORITY_WORDS[code], verb),
  outcome: (token, found, state, verb) => one(token, found, "outcome", Object.keys(OUTCOME_WORDS), (code) => [...OUTCOME_WORDS[code], code], verb),
  role: (token, found, state, verb) => one(token, found, "role", Object.keys(ROLE_WORDS), (code) => ROLE_WORDS[code], verb),
  type: (token, found, state, verb) => one(token, found, "type", state.types, ([code, name]) => [code, ...name.split(/[\s&]+/), name], verb),
  region: (token, found, state, verb) => one(token, found, "region", state.regions, (it) => [it.code, ...it.name.split(/\s+/).filter((word) => !/^(kab\.?|kota|kabupaten)$/i.test(word)), it.name], verb),
};

// Before free words only what is plainly meant counts: "damkar", not what merely resembles it.
function one(token, found, slot, things, namesOf, verb) {
  const near = nearest(token, things, namesOf, verb.text ? 1 : 4);
  if (!near.length || (near.length > 1 && verb.text && likeness(token, namesOf(near[0])[0]) === null)) return false;
  if (near.length === 1) found[slot] = near[0];
  else found.error = _("“{word}” dapat berarti beberapa: {names}.", { word: token, names: near.slice(0, 4).map((it) => namesOf(it)[0]).join(", ") });
  return true;
}

function readNumber(token, found, slot, state, verb) {
  if (["ini", "."].includes(token.toLowerCase()) && state.current) return Boolean((found[slot] = byId(state, state.current)));
  const whole = /^112-/i.test(token) ? token.toUpperCase() : null;
  const end = whole ? null : numberEnd(token);
  if (!whole && (!end || (verb.text && !token.startsWith("#") && token.length < 3))) return false;
  const fits = (row) => (whole ? row.number === whole : row.number.endsWith(`-${end}`));
  const rows = state.rows.filter(fits);
  const all = rows.length ? rows : (state.ended ?? []).filter(fits);
  if (all.length === 1) found[slot] = all[0];
  else if (all.length) found.error = _("Ada {n} kejadian bernomor {number}; tulis nomor lengkapnya: {names}.", { n: all.length, number: end, names: all.slice(0, 3).map((row) => row.number).join(", ") });
  else found.error = _("Tidak ada kejadian {number} di layar ini.", { number: whole ?? end });
  return true;
}

function readUnit(token, found, state) {
  const key = unitKey(token);
  const same = state.units.filter((unit) => unitKey(unit.code) === key);
  const near = same.length ? same : /\d/.test(token) && /\p{L}/u.test(token) ? nearest(token, state.units, (unit) => [unit.code, unitKey(unit.code)], 3) : [];
  if (near.length === 1) {
    if (!found.units.includes(near[0])) found.units.push(near[0]);
    return true;
  }
  const agency = near.length ? [] : nearest(token, state.agencies, (it) => [it.code, it.short ?? "", ...String(it.name).split(/\s+/)], 3);
  if (!found.agency && agency.length === 1) return Boolean((found.agency = agency[0])); // "kirim damkar 0457"
  if (near.length > 1) found.error = _("Unit “{word}” dapat berarti {names}.", { word: token, names: near.slice(0, 4).map((unit) => unit.code).join(", ") });
  return near.length > 1;
}

// --- What may come next -----------------------------------------------------------------------------------------------------------
// The word that is being typed is not taken as said: it is what the candidates complete.
function offers(verb, rest, text, state) {
  const word = /\S+$/.exec(text)?.[0] ?? "";
  const before = text.slice(0, text.length - word.length);
  if (!before.trim()) return [];
  const found = readSlots(verb, word ? rest.slice(0, -1) : rest, state);
  if (found.text || found.error) return [];
  const slots = verb.slots.map((slot) => slot.replace("?", "")).filter((slot) => (slot === "incident" ? !NUMBERED.test(before) : !isTaken(found, slot)));
  const fit = (slot) => valuesOf(slot, found, state).filter((value) => !word || matches(word, value));
  const slot = slots.find((name) => fit(name).length && !(name === "units" && !word && found.units.length));
  return slot ? fit(slot).slice(0, MOST).map((value) => ({ insert: `${before}${value.insert} `, label: value.label })) : [];
}

const NUMBERED = /(^|\s)(#?\d{1,4}|112-\S+|ini|\.)\s/i;
const matches = (word, value) => value.names.some((name) => plain(name).includes(plain(word)) || (likeness(word, name) ?? 9) <= 4);

function valuesOf(slot, found, state) {
  const pick = (insert, label, ...names) => ({ insert, label, names: [insert, label, ...names] });
  const incidents = () => state.rows.filter((row) => row.status === "open" && row !== found.incident).map((row) => pick(row.number.slice(-4), `${row.number.slice(-4)} · ${state.name(row)}`, row.number));
  const words = (table, names) => Object.entries(table).map(([code, list]) => pick(list[0], names?.[code] ?? list[0], ...list));
  const at = found.incident?.assignments?.filter((line) => !assignmentEnded(line.status)).map((line) => line.agency.code) ?? [];
  const values = {
    incident: incidents, into: incidents,
    units: () => state.units.filter((unit) => unit.status === "available").map((unit) => pick(unit.code, `${unit.code} · ${unit.agency?.name ?? ""}`)),
    agency: () => [...state.agencies].sort((a, b) => Number(at.includes(b.code)) - Number(at.includes(a.code))).map((it) => pick(it.code, it.short ?? it.name, it.name)),
    priority: () => words(PRIORITY_WORDS, state.priorities), outcome: () => words(OUTCOME_WORDS, state.outcomes), role: () => words(ROLE_WORDS),
    type: () => state.types.map(([code, name]) => pick(code, name)), region: () => state.regions.map((it) => pick(it.code, it.name)),
  };
  return values[slot]?.() ?? [];
}
