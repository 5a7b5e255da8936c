import assert from "node:assert/strict";
import test from "node:test";
import { LEAST_VH, MOST_ROWS, Rotation, letterSize, panelTime, rowsThatFit, setOf } from "../../static/reporting/rotation.js";

const panels = ["active", "units", "today"];

test("each panel is shown for twenty seconds, in turn", () => {
  const rotation = new Rotation(0);
  const shown = [];
  for (let t = 0; t <= 100; t += 1) shown.push(rotation.tick(t * 1000, { panels }).panel);
  assert.deepEqual([0, 19, 20, 39, 40, 59, 60, 80, 100].map((t) => shown[t]), ["active", "active", "units", "units", "today", "today", "active", "units", "today"]);
});

test("the bar runs from nothing to full", () => {
  const rotation = new Rotation(0);
  assert.equal(rotation.tick(0, { panels }).part, 0);
  assert.equal(rotation.tick(10_000, { panels }).part, 0.5);
  assert.ok(rotation.tick(19_999, { panels }).part < 1);
});

test("a new critical case takes over for twenty seconds and gives the screen back", () => {
  const rotation = new Rotation(0);
  rotation.tick(25_000, { panels });
  rotation.announce("x");
  assert.equal(rotation.tick(26_000, { panels }).takeover, "x");
  assert.equal(rotation.tick(45_999, { panels }).takeover, "x");
  const after = rotation.tick(46_000, { panels });
  assert.deepEqual([after.takeover, after.panel, after.part], [null, "active", 0]);
});

test("two critical cases are shown one after the other, each once", () => {
  const rotation = new Rotation(0);
  for (const id of ["x", "y", "x"]) rotation.announce(id);
  assert.equal(rotation.tick(0, { panels }).takeover, "x");
  rotation.announce("x");
  assert.equal(rotation.tick(20_000, { panels }).takeover, "y");
  assert.equal(rotation.tick(40_000, { panels }).takeover, null);
});

test("a case that was cancelled meanwhile does not hold the screen", () => {
  const rotation = new Rotation(0);
  rotation.announce("x");
  rotation.tick(0, { panels });
  assert.equal(rotation.tick(1000, { panels, stands: () => false }).takeover, null);
});

test("while a critical case is not accepted the wall stays with the cases; then each panel has its full time", () => {
  const rotation = new Rotation(0);
  rotation.tick(21_000, { panels });
  assert.equal(rotation.panel, "units");
  for (let t = 22; t < 200; t += 1) assert.equal(rotation.tick(t * 1000, { panels, held: true }).panel, "active");
  assert.equal(rotation.tick(218_000, { panels }).panel, "active");
  assert.equal(rotation.tick(219_000, { panels }).panel, "units");
});

test("a panel that has nothing to show any more is left", () => {
  const rotation = new Rotation(0);
  rotation.tick(20_000, { panels: ["active", "notices"] });
  assert.equal(rotation.panel, "notices");
  assert.equal(rotation.tick(25_000, { panels }).panel, "active");
});

test("letters grow with the distance and with a smaller screen, and never fall below 4.7 vh", () => {
  assert.equal(letterSize({ diagonal: 55, distance: 5 }), LEAST_VH);
  assert.equal(letterSize({ diagonal: 43, distance: 5 }), 6);
  assert.equal(letterSize({ diagonal: 98, distance: 3 }), LEAST_VH);
  assert.ok(letterSize({ diagonal: 55, distance: 8 }) > 7);
});

test("at most ten rows, and the last one tells of the rest", () => {
  assert.equal(rowsThatFit(1000, 50, 30), MOST_ROWS - 1);
  assert.equal(rowsThatFit(1000, 50, 10), 10);
  assert.equal(rowsThatFit(300, 50, 7), 5);
  assert.equal(rowsThatFit(300, 50, 6), 6);
});

test("the set of incidents does not change when one of them moves or the order does", () => {
  assert.equal(setOf([{ id: "b", lat: 1 }, { id: "a" }]), setOf([{ id: "a" }, { id: "b", lat: 2 }]));
  assert.notEqual(setOf([{ id: "a" }]), setOf([{ id: "a" }, { id: "b" }]));
});

test("a wall may turn faster or slower, within reason", () => {
  assert.deepEqual(["", "?detik=30", "?detik=1", "?detik=9999", "?detik=x", "?detik=-3"].map(panelTime), [20_000, 30_000, 2000, 300_000, 20_000, 20_000]);
  const rotation = new Rotation(0, panelTime("?detik=5"));
  assert.deepEqual([4999, 5000, 10_000].map((t) => rotation.tick(t, { panels }).panel), ["active", "units", "today"]);
});
