import assert from "node:assert/strict";
import test from "node:test";
import { Alarms, FLOOD_MS, REPEAT_MS, SOUNDS, VOLUME_FLOOR, alarmsOf, volume } from "../../static/ui/alarms.js";

const active = (...pairs) => new Map(pairs);
// what is heard over `seconds`, each half second, while `at(seconds)` says what waits
function heard(seconds, at, alarms = new Alarms()) {
  const rung = [];
  for (let t = 0; t <= seconds; t += 0.5) {
    const kind = alarms.sync(at(t), t * 1000);
    if (kind) rung.push([t, kind]);
  }
  return rung;
}

test("there are four sounds: the critical one has the pulses 3 + 2, the others three", () => {
  assert.deepEqual(Object.keys(SOUNDS).sort(), ["call", "critical", "fault", "late"]);
  const groups = ({ starts }) => starts.reduce((sizes, start, n) => (n && start - starts[n - 1] < 0.45 ? [...sizes.slice(0, -1), sizes.at(-1) + 1] : [...sizes, 1]), []);
  for (const [kind, sound] of Object.entries(SOUNDS)) assert.deepEqual(groups(sound), kind === "critical" ? [3, 2] : [3], kind);
});

test("pulses do not run into each other, and no two sounds have the same notes", () => {
  for (const { starts, length, notes } of Object.values(SOUNDS)) {
    starts.slice(1).forEach((start, n) => assert.ok(start - starts[n] > length));
    assert.equal(notes.length, starts.length);
    for (const note of notes) assert.ok(note >= 150 && note <= 1000);
  }
  assert.equal(new Set(Object.values(SOUNDS).map(({ notes }) => notes.slice(0, 3).join())).size, 4);
});

test("an alarm sounds at once and then every 15 seconds until it is accepted", () => {
  const rung = heard(50, (t) => (t < 40 ? active(["a", "critical"]) : active()));
  assert.deepEqual(rung.map(([t]) => t), [0, 15, 30]);
});

test("several that wait share one sound, the most pressing", () => {
  const rung = heard(20, () => active(["a", "late"], ["b", "critical"], ["c", "call"]));
  assert.deepEqual(rung, [[0, "critical"], [15, "critical"]]);
});

test("a new critical case is heard although something sounded a moment ago, but not over it", () => {
  const rung = heard(6, (t) => (t < 1 ? active(["a", "call"]) : active(["a", "call"], ["b", "critical"])));
  assert.deepEqual(rung, [[0, "call"], [2, "critical"]]);
});

test("repeats are at least 15 seconds apart, however many wait", () => {
  const many = active(...Array.from({ length: 9 }, (_, n) => [`x${n}`, ["call", "late", "critical"][n % 3]]));
  const times = heard(120, () => many).map(([t]) => t);
  assert.ok(times.length >= 8);
  times.slice(1).forEach((t, n) => assert.ok((t - times[n]) * 1000 >= REPEAT_MS));
});

test("thirty incidents in five minutes: sounds are limited, and every critical one is heard within 15 seconds", () => {
  const kinds = Array.from({ length: 30 }, (_, n) => [`i${n}`, n % 10 === 9 ? "critical" : "late"]);
  const rung = heard(300, (t) => active(...kinds.slice(0, Math.floor(t / 10) + 1)));
  const flooded = rung.filter(([t]) => t > 100);
  assert.ok(rung.length <= 300 / 10 + 2);
  assert.deepEqual(new Set(flooded.map(([, kind]) => kind)), new Set(["critical"]));
  for (const born of [90, 190, 290]) assert.ok(rung.some(([t, kind]) => kind === "critical" && t >= born && t <= born + 15), String(born));
});

test("a flood is over ten minutes after its alarms", () => {
  const alarms = new Alarms();
  alarms.sync(active(...Array.from({ length: 11 }, (_, n) => [`i${n}`, "late"])), 0);
  assert.equal(alarms.flood, true);
  alarms.sync(active(), FLOOD_MS);
  assert.equal(alarms.flood, false);
  assert.equal(alarms.sync(active(["n", "late"]), FLOOD_MS + 3000), "late");
});

test("what was late before the screen was opened is silent, a critical case that waits is not", () => {
  const alarms = new Alarms();
  assert.equal(alarms.sync(active(["a", "late"], ["b", "call"]), 0, { old: true }), null);
  assert.equal(alarms.sync(active(["a", "late"], ["b", "call"]), 60_000), null);
  const other = new Alarms();
  assert.equal(other.sync(active(["a", "late"], ["c", "critical"]), 0, { old: true }), "critical");
});

test("nobody can turn the alarm down to nothing", () => {
  assert.equal(volume(0), VOLUME_FLOOR);
  assert.equal(volume(7), 1);
  assert.equal(volume(Number.NaN), 0.5);
});

test("a case that somebody opened is accepted; its next limit is a new alarm", () => {
  const row = { id: "r", status: "open", priority: "critical" };
  const ask = (opened, due) => [...alarmsOf({ rows: [row], calls: [], linkDown: false, opened, now: 1000, isWaiting: () => true, dueAt: () => due }).values()];
  assert.deepEqual(ask(new Set(), 900), ["critical", "late"]);
  assert.deepEqual(ask(new Set(["critical:r", "late:r:900"]), 900), []);
  assert.deepEqual(ask(new Set(["critical:r", "late:r:900"]), 950), ["late"]);
  assert.deepEqual(ask(new Set(["critical:r"]), 2000), []);
});
