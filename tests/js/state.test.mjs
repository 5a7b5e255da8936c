import assert from "node:assert/strict";
import test from "node:test";
import { alarmLevel, applyFrame, fromBoard, mergeRow, reconnectDelay, withoutEnded } from "../../static/live/state.js";

const line = (over = {}) => ({ id: "a1", version: 1, status: "assigned", agency: { code: "bpbd" }, ...over });
const row = (over = {}) => ({ id: "i1", version: 1, status: "open", priority: "high", assignments: [line()], ...over });
const board = () => fromBoard({ seq: 10, epoch: "e1", region: "35.77", incidents: [row()], units: [] });
const frame = (over = {}) => ({
  kind: "assignment.acknowledged", seq: 11, prev: 10, region: "35.77",
  data: { incident: row({ version: 2, assignments: [line({ version: 2, status: "acknowledged" })] }) }, ...over,
});

test("an event replaces the row by the newer one and moves the seq", () => {
  const { state, ids, need } = applyFrame(board(), frame());
  assert.equal(need, null);
  assert.deepEqual(ids, ["i1"]);
  assert.equal(state.seq, 11);
  assert.equal(state.incidents.get("i1").assignments[0].status, "acknowledged");
});

test("the state before is left as it was", () => {
  const before = board();
  applyFrame(before, frame());
  assert.equal(before.seq, 10);
  assert.equal(before.incidents.get("i1").assignments[0].status, "assigned");
});

test("an event sent twice changes nothing", () => {
  const once = applyFrame(board(), frame()).state;
  const twice = applyFrame(once, frame());
  assert.equal(twice.state, once);
  assert.deepEqual(twice.ids, []);
});

test("an older version never undoes a newer line", () => {
  const shown = fromBoard({ seq: 10, epoch: "e1", incidents: [row({ version: 5, assignments: [line({ version: 4, status: "arrived" })] })] });
  const { state } = applyFrame(shown, frame());
  assert.equal(state.incidents.get("i1").version, 5);
  assert.equal(state.incidents.get("i1").assignments[0].status, "arrived");
});

test("an assignment can be newer in a frame whose incident version is not", () => {
  const merged = mergeRow(row({ version: 3 }), row({ version: 3, assignments: [line({ version: 2, status: "dispatched" })] }));
  assert.equal(merged.assignments[0].status, "dispatched");
});

test("prev beyond the last seq is a gap and nothing is applied", () => {
  const { state, need } = applyFrame(board(), frame({ seq: 14, prev: 13 }));
  assert.equal(need, "catch_up");
  assert.equal(state.seq, 10);
});

test("missing integers are no gap", () => {
  assert.equal(applyFrame(board(), frame({ seq: 99, prev: 10 })).need, null);
});

test("prev before the last seq is no gap: HTTP was ahead of the socket", () => {
  const ahead = { ...board(), seq: 20 };
  const { state, need } = applyFrame(ahead, frame({ seq: 21, prev: 12 }));
  assert.equal(need, null);
  assert.equal(state.seq, 21);
});

test("frames from the events call are applied whatever their prev says", () => {
  assert.equal(applyFrame(board(), frame({ seq: 30, prev: 29 }), { overSocket: false }).state.seq, 30);
});

test("a heartbeat moves the seq to its head, never back", () => {
  assert.equal(applyFrame(board(), { kind: "heartbeat", head: 40 }).state.seq, 40);
  assert.equal(applyFrame(board(), { kind: "heartbeat", head: 3 }).state.seq, 10);
  assert.equal(applyFrame(board(), { kind: "heartbeat", head: 40, prev: 9 }).state.seq, 40);
});

test("a heartbeat that names an event which never came sends the screen to fetch it, and moves nothing", () => {
  const { state, need } = applyFrame(board(), { kind: "heartbeat", head: 40, prev: 38 });
  assert.deepEqual([state.seq, need], [10, "catch_up"]);
});

test("a frame whose unit is none leaves the units alone", () => {
  const before = board();
  const { state } = applyFrame(before, { kind: "unit.status", seq: 11, prev: 10, data: { unit: 7 } });
  assert.deepEqual([...state.units.keys()], [...before.units.keys()]);
  assert.equal(state.seq, 11);
});

test("hidden drops the incident, shown brings it back whole", () => {
  const gone = applyFrame(board(), frame({ kind: "incident.hidden", data: { incident: { id: "i1" } } }));
  assert.equal(gone.state.incidents.has("i1"), false);
  assert.deepEqual(gone.ids, ["i1"]);
  const back = applyFrame(gone.state, frame({ kind: "incident.shown", seq: 12, prev: 11, data: { incident: row({ version: 1 }) } }));
  assert.equal(back.state.incidents.get("i1").version, 1);
});

test("reset and a hello of another epoch ask for the board", () => {
  assert.equal(applyFrame(board(), { kind: "reset", epoch: "e2" }).need, "reset");
  assert.equal(applyFrame(board(), { kind: "hello", head: 10, epoch: "e2" }).need, "reset");
  assert.equal(applyFrame(board(), { kind: "hello", head: 10, epoch: "e1" }).need, null);
});

test("an unknown kind with a seq is passed over, one without is passing state", () => {
  assert.equal(applyFrame(board(), { kind: "future.thing", seq: 11, prev: 10 }).state.seq, 11);
  assert.equal(applyFrame(board(), { kind: "presence", who: 3 }).state.seq, 10);
});

test("units move only when they are known", () => {
  const shown = fromBoard({ seq: 1, units: [{ id: "u1", lat: 0, lon: 0 }] });
  const { state } = applyFrame(shown, { kind: "unit.moved", units: [["u1", -7.6, 111.5, "t"], ["u2", 1, 1, "t"]] });
  assert.equal(state.units.get("u1").lat, -7.6);
  assert.equal(state.units.size, 1);
});

test("reconnecting starts within a second and never waits more than 15", () => {
  assert.ok(reconnectDelay(0, () => 0.999) < 1000);
  assert.ok(reconnectDelay(30, () => 0.999) < 15_000);
});

test("silence gets loud at 10 and 30 seconds", () => {
  assert.deepEqual([9, 10, 29, 30].map(alarmLevel), [null, "amber", "amber", "red"]);
});

test("what has ended leaves the memory of a screen that runs for weeks, what is open stays", () => {
  const rows = Array.from({ length: 80 }, (_, n) => row({ id: `i${n}`, status: n < 20 ? "open" : "closed" }));
  const state = fromBoard({ seq: 1, incidents: rows });
  const kept = withoutEnded(state);
  assert.equal(kept.incidents.size, 20);
  assert.ok([...kept.incidents.values()].every((one) => one.status === "open"));
  assert.equal(withoutEnded(kept), kept);
});
