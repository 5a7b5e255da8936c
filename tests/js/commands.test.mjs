import assert from "node:assert/strict";
import test from "node:test";
import { readCommand } from "../../static/dispatch/commands.js";
import { VERBS, distance, likeness, unitKey } from "../../static/dispatch/commandwords.js";

const agency = (code, name) => ({ code, name, short: name });
const line = (code, status, role = "support") => ({ id: `a-${code}`, agency: { code, name: code }, status, role });
const row = (id, end, more = {}) => ({ id, number: `112-MDN-261123-${end}`, version: 3, status: "open", priority: "high", type: "fire", assignments: [], ...more });
const DESK = ["incident.assign", "incident.update", "incident.cancel", "incident.merge", "incident.hand_over", "incident.raise_alarm", "assignment.withdraw", "note.add", "call.answer", "call.end", "incident.create"];
const CHIEF = [...DESK, "incident.close", "incident.reopen", "incident.unmerge"];
const FIELD = ["assignment.acknowledge", "assignment.dispatch", "assignment.arrive", "assignment.complete", "note.add"];

function screen(more = {}) {
  return {
    rows: [row("i1", "0457", { assignments: [line("damkar", "assigned", "lead")] }), row("i2", "0460"), row("i3", "0461", { assignments: [line("bpbd", "acknowledged", "lead"), line("damkar", "dispatched")] })],
    ended: [row("e1", "0012", { status: "closed" })],
    units: [{ id: "u3", code: "DMK-03", status: "available", agency: { code: "damkar" } }, { id: "u1", code: "DMK-01", status: "available", agency: { code: "damkar" } }, { id: "u9", code: "AMB-01", status: "available", agency: { code: "dinkes" } }],
    agencies: [agency("damkar", "Damkar"), agency("bpbd", "BPBD"), agency("dinkes", "Dinkes"), agency("dinsos", "Dinsos")],
    regions: [{ code: "35.19", name: "Kab. Madiun" }], types: [["fire", "Kebakaran"], ["medical", "Medis"]],
    dispositions: [["ghost", "Ghost"], ["misdial", "Salah sambung"]], outcomes: { handled: "Ditangani", hoax: "Laporan palsu" },
    priorities: { critical: "P1 Kritis", high: "P2 Darurat" }, may: new Set(CHIEF), current: null, inCall: false, name: (one) => `Kebakaran ${one.id}`, ...more,
  };
}
const read = (text, more) => readCommand(text, screen(more));

test("nothing is done before everything has been said, and what is missing is said", () => {
  assert.deepEqual(read("tutup 0460").missing, ["hasil"]);
  assert.equal(read("tutup 0460").effect, null);
  assert.deepEqual(read("gabung 0457").missing, ["nomor kejadian tujuan"]);
  assert.deepEqual(read("batal 0457").missing, ["alasan"]);
  assert.deepEqual(read("tugaskan").missing, ["nomor kejadian", "instansi"]);
});

test("closing is a write with the version that is on the screen; who may open again has it taken back by the server", () => {
  const { effect, words, undo } = read("tutup 0460 ditangani api padam total");
  assert.deepEqual(effect, { do: "incident", action: "close", id: "i2", number: "112-MDN-261123-0460", version: 3, body: { outcome: "handled", note: "api padam total" } });
  assert.equal(words, "Tutup 0460 (Kebakaran i2): Ditangani");
  assert.equal(undo, "inverse");
  assert.equal(read("tutup 0460 ditangani", { may: new Set(["incident.close"]) }).effect.held, true);
});

test("what still has an agency at work is not closed, and the line says who", () => {
  const { effect, error } = read("tutup 0457 ditangani");
  assert.equal(effect, null);
  assert.match(error, /0457 masih dikerjakan DAMKAR/);
});

test("units leave by the word of who may send them; the desk calls their agency", () => {
  const busy = { rows: [row("i1", "0457", { assignments: [line("damkar", "acknowledged")] })] };
  const sent = read("kirim dmk3 DMK-01 0457", { ...busy, may: new Set(FIELD) });
  assert.deepEqual(sent.effect, { do: "assignment", action: "dispatch", id: "a-damkar", incident: "i1", number: "112-MDN-261123-0457", body: { units: ["u3", "u1"] } });
  const called = read("kirim AMB-01 0457");
  assert.deepEqual([called.effect.action, called.effect.body], ["assign", { agency: "dinkes", role: "support" }]);
  assert.match(called.words, /dipilih instansi itu sendiri/);
  assert.match(read("kirim dmk-03 0457").error, /dikirim oleh instansi itu sendiri/);
  assert.match(read("kirim DMK-03 AMB-01 0460").error, /satu instansi/);
  assert.match(read("kirim DMK-03 0457", { may: new Set(FIELD) }).error, /terima 0457 damkar/);
});

test("the first agency leads and the next ones support, unless the line says otherwise", () => {
  assert.deepEqual(read("tugaskan 0460 damkar").effect.body, { agency: "damkar", role: "lead" });
  assert.deepEqual(read("tugaskan damkar 0461").error, "Damkar sudah ditugaskan ke 0461.");
  assert.deepEqual(read("tugaskan 0461 dinkes utama").effect.body, { agency: "dinkes", role: "lead" });
  assert.deepEqual(read("tugaskan 0461 dinkes").effect.body, { agency: "dinkes", role: "support" });
});

test("steps of an agency: the one that waits is meant when none is named", () => {
  const field = { may: new Set(FIELD) };
  assert.equal(read("terima 0457", field).effect.id, "a-damkar");
  assert.equal(read("berangkat 0461 bpbd", field).effect.id, "a-bpbd");
  assert.match(read("berangkat 0461", field).missing[0], /bpbd, damkar/);
  assert.equal(read("tiba 0461", field).effect.id, "a-damkar");
  assert.match(read("terima 0461", field).error, /Tidak ada penugasan/);
  assert.match(read("terima 0457").error, /Peran Anda tidak boleh/);
});

test("the open case is meant when no number is given", () => {
  assert.equal(read("prioritas kritis", { current: "i2" }).effect.id, "i2");
  assert.deepEqual(read("catat ambulans sudah berangkat", { current: "i2" }).effect.body, { text: "ambulans sudah berangkat" });
  assert.equal(read("tutup ini ditangani", { current: "i2" }).effect.id, "i2");
  assert.deepEqual(read("gabung ini 0460", { current: "i1" }).effect.body, { into: "i2" });
});

test("a note keeps every word and is never read as an agency or an outcome", () => {
  assert.deepEqual(read("catat 0457 damkar selesai 3 orang luka").effect.body, { text: "damkar selesai 3 orang luka" });
  assert.deepEqual(read("catat 12 orang luka", { current: "i1" }).effect.body, { text: "12 orang luka" });
});

test("a change shows from what to what, and the same again is refused", () => {
  const { words, effect } = read("prioritas 0457 kritis");
  assert.match(words, /P2 Darurat → P1 Kritis/);
  assert.deepEqual([effect.body, effect.before], [{ priority: "critical" }, { priority: "high" }]);
  assert.match(read("prio 0457 p2").error, /sudah/);
  assert.deepEqual(read("jenis 0457 medis").effect.body, { type: "medical" });
});

test("slips of the finger are understood, and what may mean two things is asked", () => {
  assert.equal(read("tutpu 0460 ditangani").verb, "tutup");
  assert.equal(read("tugaskan 0460 damkr").effect.body.agency, "damkar");
  assert.equal(read("prioritas 0457 kirtis").effect.body.priority, "critical");
  assert.match(read("tugaskan 0460 din").error, /dinkes, dinsos/);
  const t = read("t");
  assert.equal(t.effect, null);
  assert.ok(t.candidates.length > 2);
});

test("numbers: their end is enough, two of the same end need the whole, an ended case is found too", () => {
  assert.equal(read("460").effect.id, "i2");
  assert.equal(read("buka 112-mdn-261123-0460").effect.id, "i2");
  const twice = { rows: [row("i1", "0457"), { ...row("i9", "0457"), number: "112-MDN-261122-0457" }] };
  assert.match(read("buka 0457", twice).error, /112-MDN-261122-0457/);
  assert.equal(read("buka 112-MDN-261122-0457", twice).effect.id, "i9");
  assert.match(read("tutup 9999 ditangani").error, /Tidak ada kejadian 9999/);
  assert.equal(read("buka lagi 0012 pelapor menelepon lagi").effect.action, "reopen");
  assert.match(read("batal 0012 salah").error, /sudah berakhir/);
});

test("a call is closed by its word, when there is one", () => {
  assert.deepEqual(read("ghost", { inCall: true }).effect, { do: "dispose", code: "ghost" });
  assert.deepEqual(read("salah sambung", { inCall: true }).effect, { do: "dispose", code: "misdial" });
  assert.match(read("ghost").error, /Tidak ada panggilan/);
});

test("the role's limits are said before anything is sent", () => {
  assert.match(read("tutup 0460 ditangani", { may: new Set(DESK) }).error, /Peran Anda/);
  assert.equal(read("gabung 0457 0460", { may: new Set(DESK) }).effect.held, true);
});

test("candidates complete the line", () => {
  assert.deepEqual(read("tutup 0460 ").candidates[0], { insert: "tutup 0460 ditangani ", label: "Ditangani" });
  assert.ok(read("tugaskan 0460 da").candidates.some((one) => one.insert === "tugaskan 0460 damkar "));
  assert.ok(read("gabung 0457 ").candidates.every((one) => !one.insert.includes("0457 0457")));
  assert.ok(read("tu").candidates.some((one) => one.insert === "tutup "));
});

test("every verb says how it is written, and none hides another", () => {
  const words = VERBS.flatMap((verb) => [verb.name, ...verb.also]);
  assert.equal(new Set(words).size, words.length);
  for (const verb of VERBS) {
    assert.ok(verb.form().length > 0);
    assert.equal(read(verb.name, { may: new Set([...CHIEF, ...FIELD]) }).verb, verb.name);
  }
});

test("no line throws, whatever is typed", () => {
  const bits = ["tutup", "0457", "kirim", "DMK-03", "#", "ini", "<b>", "112-", "…", "gabung", "  ", "p1", "9".repeat(40), "catat", "\u0000"];
  for (const a of bits) for (const b of bits) for (const c of bits) assert.doesNotThrow(() => read(`${a} ${b} ${c}`));
});

test("likeness: the same, the beginning, inside, one slip; a short word is not guessed", () => {
  assert.deepEqual(["tutup", "tut", "utu", "tutpu", "xyz"].map((word) => likeness(word, "tutup")), [0, 1, 2, 3, null]);
  assert.equal(distance("gabung", "gabugn", 1), 1);
  assert.equal(unitKey("dmk 003"), unitKey("DMK-3"));
});
