// The charts say what their tables say: every drawn number is one of the rows, and no text becomes markup.
import assert from "node:assert/strict";
import { test } from "node:test";

import { interval, minutes, options } from "../../static/reporting/chartoptions.js";

const LOOK = { text: "#000", muted: "#444", line: "#ccc", panel: "#fff", accent: "#05a", warn: "#850", danger: "#b22", font: "Inter" };
const draw = (key, head, rows) => options(key, { title: "Judul", head, rows }, LOOK);
const series = (found, name) => found.series.find((one) => one.name === name).data;

test("the band ends where the most of the days before lies", () => {
  const found = draw("jam", ["Jam", "Hari ini", "Min", "Median", "Max"], [["00.00", 4, 2, 3, 6], ["01.00", null, null, null, null]]);
  assert.deepEqual(series(found, "low"), [2, null]);
  assert.deepEqual(series(found, "Pita 7 hari"), [4, null]);
  assert.deepEqual(series(found, "Hari ini"), [4, null]);
});

test("the heat map has one cell for each hour of each day", () => {
  const found = draw("panas", ["Hari", "00", "01"], [["Senin", 1, 2], ["Selasa", 3, 4]]);
  assert.deepEqual(found.series[0].data, [[0, 0, 1], [1, 0, 2], [0, 1, 3], [1, 1, 4]]);
  assert.equal(found.visualMap.max, 4);
});

test("few cases have a label and no length", () => {
  const found = draw("corong", ["Tahap", "Jumlah", "Satuan"], [["masuk", 40, "panggilan"], ["tiba", "<5", "kejadian"]]);
  assert.equal(series(found, "panggilan")[0].value, 40);
  assert.equal(series(found, "kejadian")[1].value, 0);
  assert.equal(series(found, "kejadian")[1].label.formatter, "<5");
});

test("bullet bars carry n beside the name and the target as a mark", () => {
  const found = draw("sla-arrive", ["Instansi", "n", "p50", "p90", "Target", "%"], [["Damkar", 23, 300, 540, 900, 95]]);
  assert.deepEqual(found.yAxis[0].data, ["Damkar (n 23)"]);
  assert.deepEqual(series(found, "p50"), [300]);
  assert.deepEqual(series(found, "p90"), [540]);
  assert.deepEqual(series(found, "Target"), [[900, 0]]);
  assert.equal(minutes(75), "01.15");
  assert.equal(found.xAxis.interval, 300);
  assert.deepEqual([80, 400, 9000].map(interval), [15, 120, 1800]);
});

test("every chart is canvas only, described, patterned or light and dark alone", () => {
  for (const key of ["jam", "panas", "corong", "prank", "sla-acknowledge"]) {
    const found = draw(key, ["a", "b", "c (%)", "d (%)", "e", "f"], [["1/1/26", 5, 6, 7, 8, 9]]);
    assert.equal(found.tooltip.renderMode, "richText");
    assert.equal(found.aria.enabled, true);
    assert.equal(found.aria.decal.show, key !== "panas");
    assert.equal(found.aria.label.description, "Judul");
  }
});
