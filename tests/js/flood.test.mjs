import assert from "node:assert/strict";
import test from "node:test";
import { Flood, MANY, MANY_MS } from "../../static/ui/flood.js";

const after = (times, alarms = []) => {
  const flood = new Flood();
  for (const at of times) flood.arrived(at);
  return { flood, on: flood.now(times.at(-1) ?? 0, alarms) };
};
const every = (step, n, from = 0) => Array.from({ length: n }, (_, i) => from + i * step);

test("thirty incidents in five minutes are a flood, one a minute is none", () => {
  assert.equal(after(every(10_000, 30)).on, true);
  const flood = new Flood();
  for (const at of every(60_000, 60)) {
    flood.arrived(at);
    assert.equal(flood.now(at), false);
  }
});

test("more than ten alarms in ten minutes are a flood even without new cases", () => {
  assert.equal(after([], every(1000, 10)).on, false);
  assert.equal(after([], every(1000, 11)).on, true);
});

test("it does not come and go at the edge, and ends by itself when it is calm", () => {
  const { flood } = after(every(1000, MANY));
  assert.equal(flood.now(60_000), true);
  flood.cases.splice(0, 3); // seven are left: below what began it, above half of it
  assert.equal(flood.now(60_000), true);
  assert.equal(flood.now(MANY_MS + 20_000), false);
});

test("a person ends it; what had come before does not begin it again, as much anew does", () => {
  const { flood } = after(every(1000, 30), every(1000, 20));
  flood.end(40_000);
  assert.equal(flood.now(40_500, every(1000, 20)), false);
  for (const at of every(1000, MANY - 1, 41_000)) flood.arrived(at);
  assert.equal(flood.now(50_500), false);
  flood.arrived(51_000);
  assert.equal(flood.now(51_000), true);
});
