import assert from "node:assert/strict";
import test from "node:test";
import { NO_FILTERS, byAgency, filtersFrom, filtering, finished, grouped, ordered, passes, plan, stateOf, unassigned } from "../../static/board/boardrules.js";

const line = (status, code = "bpbd", over = {}) => ({ id: `a-${code}-${status}`, status, agency: { code, name: code.toUpperCase() }, ...over });
let serial = 0;
const row = (over = {}) => ({ id: `i${++serial}`, status: "open", priority: "high", type: "fire", created_at: `2026-11-23T08:00:${String(serial % 60).padStart(2, "0")}+07:00`, area: { code: "35.77.01.1001", name: "Taman" }, assignments: [line("assigned")], ...over });

test("nobody has taken it: none assigned, all refused, or nobody has accepted yet", () => {
  assert.ok(unassigned(row({ assignments: [] })));
  assert.ok(unassigned(row({ assignments: [line("declined"), line("withdrawn", "pmi")] })));
  assert.ok(unassigned(row()));
  assert.ok(!unassigned(row({ assignments: [line("assigned"), line("acknowledged", "pmi")] })));
  assert.ok(!unassigned(row({ status: "closed", assignments: [] })));
});

test("what only waits to be closed is neither untaken nor running", () => {
  const done = row({ assignments: [line("completed"), line("declined", "pmi")] });
  assert.ok(finished(done));
  assert.equal(stateOf(done), "finished");
  assert.ok(!finished(row({ assignments: [line("declined")] })));
});

test("the untaken stand in a list of their own, the most urgent and oldest first", () => {
  const [old, fresh] = [row({ priority: "critical", created_at: "a" }), row({ priority: "critical", created_at: "b" })];
  const [low, taken, done] = [row({ priority: "low" }), row({ assignments: [line("arrived")] }), row({ priority: "critical", assignments: [line("completed")] })];
  const lists = ordered([low, done, fresh, taken, old, row({ status: "closed" })]);
  assert.deepEqual(lists.unassigned, [old, fresh, low]);
  assert.deepEqual(lists.active, [taken, done]);
});

test("filters: each alone, an area takes in what lies in it, own cases, words", () => {
  const one = row({ type: "medical", priority: "low", assignments: [line("withdrawn"), line("arrived", "dinkes")] });
  const ok = (over, more) => passes(one, { ...NO_FILTERS, ...over }, more);
  assert.ok(ok({}));
  assert.ok(ok({ type: "medical", priority: "low", agency: "dinkes", state: "active", area: "35.77.01" }));
  for (const wrong of [{ type: "fire" }, { priority: "high" }, { agency: "bpbd" }, { state: "unassigned" }, { area: "35.77.0" }, { area: "35.77.02" }, { mine: true }]) assert.ok(!ok(wrong), JSON.stringify(wrong));
  assert.ok(ok({ mine: true }, { own: new Set([one.id]) }));
  assert.ok(ok({ words: "Pasar besar" }, { hay: () => "pasar lama besar" }));
  assert.ok(!ok({ words: "pasar kecil" }, { hay: () => "pasar lama besar" }));
});

test("what was kept of filters is read with suspicion", () => {
  assert.deepEqual(filtersFrom(null), { ...NO_FILTERS });
  assert.deepEqual(filtersFrom({ type: 7, mine: "yes", area: "35.77.01", other: 1 }), { ...NO_FILTERS, area: "35.77.01" });
  assert.equal(filtering({ ...NO_FILTERS }), false);
  assert.equal(filtering({ ...NO_FILTERS, mine: true }), true);
});

test("in a flood rows of one kecamatan and kind are one group; untaken P1s stand apart on top", () => {
  const p1 = row({ priority: "critical" });
  const seen = row({ priority: "critical", assignments: [line("acknowledged")], area: { code: "35.77.01.1002" } });
  const groups = grouped([row(), seen, row({ area: { code: "35.77.02.1001" } }), p1, row({ type: "flood" })]);
  assert.equal(groups[0].alone, true);
  assert.deepEqual(groups[0].rows, [p1]);
  assert.equal(groups[1].rows.length, 2);
  assert.ok(groups[1].rows.includes(seen));
  assert.equal(groups.reduce((sum, group) => sum + group.rows.length, 0), 5);
});

test("units stand by agency, those with somebody free first", () => {
  const unit = (code, status, agency) => ({ id: code, code, status, agency: { code: agency, name: agency } });
  const [first, second] = byAgency([unit("A-2", "en_route", "aa"), unit("B-2", "en_route", "bb"), unit("B-1", "available", "bb")]);
  assert.equal(first.code, "bb");
  assert.equal(first.free, 1);
  assert.deepEqual(first.rows.map((one) => one.code), ["B-1", "B-2"]);
  assert.equal(second.free, 0);
});

test("sending: by who may, asked of the agency by who may not, refused for who is on a job", () => {
  const unit = (code, agency, status = "available") => ({ id: code, code, status, agency: { code: agency } });
  const incident = { actions: ["assign"], assignments: [line("acknowledged", "damkar", { actions: ["dispatch"] }), line("dispatched", "dinkes", { actions: ["withdraw"] }), line("declined", "pmi")] };
  const steps = plan([unit("D1", "damkar"), unit("D2", "damkar", "en_route"), unit("A1", "dinkes"), unit("P1", "pmi")], incident);
  assert.deepEqual(steps.map(({ how, assignment, assign }) => [how, assignment ?? assign]), [["send", "a-damkar-acknowledged"], ["taken", undefined], ["ask", "a-dinkes-dispatched"], ["ask", "pmi"]]);
  assert.equal(plan([unit("P1", "pmi")], { ...incident, actions: [] })[0].how, "refused");
});
