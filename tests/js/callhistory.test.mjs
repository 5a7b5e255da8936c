import assert from "node:assert/strict";
import test from "node:test";
import { countsText, inOrder, isNuisance } from "../../static/dispatch/callhistory.js";

const call = (id, second) => ({ id, offered_at: `2026-11-23T10:00:${second}+07:00` });

test("a marked number waits behind the others and is never left out", () => {
  const calls = [call("marked", "01"), call("late", "09"), call("unknown", "05")];
  const histories = new Map([["marked", { mark: { reason: "iseng" } }], ["late", { mark: null, likely_nuisance: false }]]);
  assert.deepEqual(inOrder(calls, histories).map((one) => one.id), ["unknown", "late", "marked"]);
  assert.equal(inOrder([call("marked", "01")], histories).length, 1);
  assert.equal(isNuisance({ mark: null, likely_nuisance: true }), true);
  assert.equal(isNuisance(null), false);
});

test("earlier calls in one short line", () => {
  assert.equal(countsText({ calls: 4, pranks: 2, ghosts: 0, emergencies: 1 }), "4 panggilan dalam 90 hari: 2 prank, 1 darurat");
  assert.match(countsText({ calls: 0 }), /Belum pernah/);
});
