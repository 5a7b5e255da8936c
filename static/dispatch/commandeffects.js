// What each verb of the command line does with what it was told: the write that a button would make, in a sentence, or
// what is still missing. Pure.
import { assignmentEnded } from "../ui/format.js";
import { _ } from "../ui/lang.js";

// The permission without which a verb is refused before it is sent; the server decides in any case.
export const PERMISSIONS = {
  kirim: "assignment.dispatch", tugaskan: "incident.assign", terima: "assignment.acknowledge", berangkat: "assignment.dispatch", tiba: "assignment.arrive",
  selesai: "assignment.complete", tarik: "assignment.withdraw", tutup: "incident.close", batal: "incident.cancel", bukalagi: "incident.reopen",
  gabung: "incident.merge", pisahkan: "incident.unmerge", prioritas: "incident.update", jenis: "incident.update", alarm: "incident.raise_alarm",
  alihkan: "incident.hand_over", catat: "note.add", panggil: "call.answer", lokasi: "incident.create", simpan: "incident.create", kosongkan: "incident.create",
  sop: "incident.create", akhiri: "call.end",
};

const end = (row) => row.number.slice(-4);
const NUMBER = () => _("nomor kejadian");
const AGENCY = () => _("instansi");
const shortName = (agency) => agency.short ?? agency.name;
const working = (row) => (row.assignments ?? []).filter((line) => !assignmentEnded(line.status));
const onIncident = (row, action, body, more = {}) => ({ do: "incident", action, id: row.id, number: row.number, version: row.version, body, ...more });
const onAssignment = (row, line, action, body = {}) => ({ do: "assignment", action, id: line.id, incident: row.id, number: row.number, body });
const about = (row, state) => `${end(row)} (${state.name(row)})`;
const isOpen = (row) => (row.status === "open" ? "" : _("Kejadian {number} sudah berakhir.", { number: end(row) }));
// What the server takes back for this person goes at once; anything else waits, and only then goes.
const takenBack = (state, permission) => (state.may.has(permission) ? { undo: "inverse" } : { undo: "held", held: { held: true } });
const needs = (...pairs) => pairs.filter(([there]) => !there).map(([, name]) => name);

// Most verbs: nothing without a case, and only on an open one.
const open = (build, { ended = false } = {}) => (found, state, verb) => {
  if (!found.incident) return { missing: [NUMBER(), ...(verb.slots.includes("agency") && !found.agency ? [AGENCY()] : [])] };
  const error = ended ? "" : isOpen(found.incident);
  return error ? { error } : build(found, state, found.incident);
};

// The assignment of the agency that is meant; without a name the only one that the case has at this step.
function lineOf(row, agency, state, statuses) {
  const lines = working(row).filter((line) => !agency || line.agency.code === agency.code);
  const fit = lines.filter((line) => statuses.includes(line.status));
  if (fit.length === 1) return { line: fit[0], agency: state.agencies.find((it) => it.code === fit[0].agency.code) ?? fit[0].agency };
  if (fit.length > 1) return { missing: [_("instansi: {names}", { names: fit.map((line) => line.agency.code).join(", ") })] };
  if (agency && !lines.length) return { error: _("{agency} tidak ditugaskan ke {number}.", { agency: shortName(agency), number: end(row) }) };
  return { error: _("Tidak ada penugasan {number} yang menunggu langkah ini.", { number: end(row) }) };
}

const step = (action, from, sentence, body = () => ({}), extra = () => []) => open((found, state, row) => {
  const { line, agency, missing = [], error } = lineOf(row, found.agency, state, from);
  if (error) return { error };
  const lacking = [...missing, ...extra(found)];
  if (!line || lacking.length) return { missing: lacking };
  return { effect: onAssignment(row, line, action, body(found)), words: sentence({ agency: shortName(agency), number: about(row, state), found, state }) };
});

const unitIds = (found) => ({ units: found.units.map((unit) => unit.id) });
const codes = (units) => units.map((unit) => unit.code).join(", ");

// Units leave by their agency's word; who may only assign calls the agency, which chooses.
function send(found, state, row) {
  const owners = [...new Set(found.units.map((unit) => unit.agency?.code))];
  if (owners.length > 1) return { error: _("Unit dari beberapa instansi: satu instansi tiap perintah.") };
  const code = found.agency?.code ?? owners[0];
  if (!code) return { missing: [_("unit atau instansi")] };
  const agency = state.agencies.find((it) => it.code === code);
  if (!agency) return { error: _("Instansi {code} tidak ikut serta saat ini.", { code }) };
  const line = working(row).find((it) => it.agency.code === code);
  if (!line) return called(found, state, row, agency);
  if (!state.may.has("assignment.dispatch")) return { error: _("{agency} sudah ditugaskan ke {number}; unitnya dikirim oleh instansi itu sendiri.", { agency: shortName(agency), number: end(row) }) };
  if (line.status === "assigned") return { error: _("{agency} belum menerima {number}. Ketik dulu: terima {number} {code}", { agency: shortName(agency), number: end(row), code }) };
  if (!found.units.length) return { missing: [_("unit")] };
  return { effect: onAssignment(row, line, "dispatch", unitIds(found)), words: _("Kirim {units} ({agency}) ke {incident}", { units: codes(found.units), agency: shortName(agency), incident: about(row, state) }) };
}

function called(found, state, row, agency) {
  const role = found.role ?? (working(row).some((line) => line.role === "lead") ? "support" : "lead");
  const roleName = role === "lead" ? _("utama") : _("pendukung");
  const words = _("Tugaskan {agency} ({role}) ke {incident}", { agency: shortName(agency), role: roleName, incident: about(row, state) });
  const note = found.units.length ? _("; unit {units} dipilih instansi itu sendiri", { units: codes(found.units) }) : "";
  return { effect: onIncident(row, "assign", { agency: agency.code, role }), words: words + note, undo: "inverse" };
}

function assign(found, state, row) {
  if (!found.agency) return { missing: [AGENCY()] };
  if (working(row).some((line) => line.agency.code === found.agency.code)) return { error: _("{agency} sudah ditugaskan ke {number}.", { agency: shortName(found.agency), number: end(row) }) };
  return called(found, state, row, found.agency);
}

function close(found, state, row) {
  const busy = working(row).map((line) => line.agency.code.toUpperCase());
  if (busy.length) return { error: _("{number} masih dikerjakan {names}: tarik atau tunggu selesai.", { number: end(row), names: busy.join(", ") }) };
  const missing = needs([found.outcome, _("hasil")]);
  const body = { outcome: found.outcome, ...(found.text ? { note: found.text } : {}) };
  const { undo, held } = takenBack(state, "incident.reopen");
  return { missing, effect: onIncident(row, "close", body, held), words: _("Tutup {incident}: {outcome}", { incident: about(row, state), outcome: state.outcomes[found.outcome] ?? "…" }), undo };
}

function merge(found, state, row) {
  const { into } = found;
  if (into && into.id === row.id) return { error: _("Kejadian tidak dapat digabung dengan dirinya sendiri.") };
  if (into && into.status !== "open") return { error: isOpen(into) };
  const { undo, held } = takenBack(state, "incident.unmerge");
  return {
    missing: needs([into, _("nomor kejadian tujuan")]), effect: into && onIncident(row, "merge", { into: into.id }, held), undo,
    words: into ? _("Gabung {one} ke {other}; pelapornya tetap sebagai saksi", { one: about(row, state), other: about(into, state) }) : "",
  };
}

function change(field, nameOf) {
  return (found, state, row) => {
    const value = field === "type" ? found.type?.[0] : found.priority;
    if (value && value === row[field]) return { error: _("{number} sudah {name}.", { number: end(row), name: nameOf(value, state) }) };
    return {
      missing: needs([value, field === "type" ? _("jenis") : _("prioritas")]), effect: onIncident(row, "update", { [field]: value }, { before: { [field]: row[field] } }), undo: "inverse",
      words: value ? `${about(row, state)}: ${nameOf(row[field], state)} → ${nameOf(value, state)}` : "",
    };
  };
}

const typeLabel = (code, state) => state.types.find(([one]) => one === code)?.[1] ?? code;
const withReason = (action, sentence, { required, held }) => (found, state, row) => ({
  missing: needs([found.text || !required, _("alasan")]), effect: onIncident(row, action, found.text ? { reason: found.text } : {}, held ? { held } : {}),
  words: sentence({ incident: about(row, state) }), undo: held ? "held" : "none",
});

function withdraw(found, state, row) {
  if (!found.agency) return { missing: [AGENCY()] };
  const { line, error } = lineOf(row, found.agency, state, ["assigned", "acknowledged", "dispatched", "arrived"]);
  if (error) return { error };
  const effect = { ...onAssignment(row, line, "withdraw", found.text ? { reason: found.text } : {}), held: true };
  return { effect, words: _("Tarik {agency} dari {incident}", { agency: shortName(found.agency), incident: about(row, state) }), undo: "held" };
}

function handOver(found, state, row) {
  const body = { to_region: found.region?.code, ...(found.text ? { note: found.text } : {}) };
  return { missing: needs([found.region, _("wilayah")]), effect: onIncident(row, "hand_over", body), words: found.region ? _("Alihkan {incident} ke {region}", { incident: about(row, state), region: found.region.name }) : "", undo: "inverse" };
}

const note = (found, state, row) => ({
  missing: needs([found.text, _("kata-katanya")]), effect: { do: "note", id: row.id, number: row.number, body: { text: found.text }, held: true },
  words: _("Catat pada {incident}: {text}", { incident: about(row, state), text: found.text }), undo: "held",
});

export const BUILD = {
  kirim: open(send), tugaskan: open(assign), tarik: open(withdraw), tutup: open(close), gabung: open(merge), alihkan: open(handOver),
  terima: step("acknowledge", ["assigned"], (it) => _("{agency} menerima {number}", it)),
  berangkat: step("dispatch", ["acknowledged", "dispatched"], (it) => _("{agency} berangkat ke {number} {units}", { ...it, units: codes(it.found.units) }).trim(), unitIds),
  tiba: step("arrive", ["dispatched"], (it) => _("{agency} tiba di {number}", it)),
  selesai: step("complete", ["arrived"], (it) => _("{agency} selesai di {number}: {outcome}", { ...it, outcome: it.state.outcomes[it.found.outcome] }),
    (found) => ({ report: { outcome: found.outcome, ...(found.text ? { note: found.text } : {}) } }), (found) => needs([found.outcome, _("hasil")])),
  batal: open(withReason("cancel", (it) => _("Batalkan {incident}; semua penugasan ditarik", it), { required: true, held: true })),
  bukalagi: open(withReason("reopen", (it) => _("Buka lagi {incident}", it), { required: true, held: false }), { ended: true }),
  alarm: open(withReason("raise_alarm", (it) => _("Naikkan alarm {incident}; tidak dapat diurungkan", it), { required: false, held: false })),
  pisahkan: open((found, state, row) => ({ effect: onIncident(row, "unmerge", {}), words: _("Pisahkan {incident} dari kejadian induknya", { incident: about(row, state) }) }), { ended: true }),
  prioritas: open(change("priority", (code, state) => state.priorities[code] ?? code)),
  jenis: open(change("type", typeLabel)),
  catat: open(note, { ended: true }),
  buka: open((found, state, row) => ({ effect: { do: "open", id: row.id }, words: _("Buka {incident}", { incident: about(row, state) }) }), { ended: true }),
  cari: (found) => ({ effect: { do: "search", text: found.text }, words: found.text ? _("Cari “{text}” dalam daftar", { text: found.text }) : _("Tampilkan semua kejadian") }),
};
