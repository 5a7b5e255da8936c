import assert from "node:assert/strict";
import test from "node:test";
import { because, callerBody } from "../../static/dispatch/radar.js";
import { burstText, concernsBursts } from "../../static/ui/bursts.js";
import { byLikeness } from "../../static/ui/merged.js";

test("of the form only what belongs to this caller is sent", () => {
  const body = { region: "35.77", narrative: "api", location: { text: "pasar" }, caller: {}, type: "fire", agencies: [], answers: {}, call: "c" };
  assert.deepEqual(callerBody(body), { narrative: "api", location: { text: "pasar" }, call: "c" });
});

test("reasons are read out in the server's words", () => {
  assert.equal(because({ reasons: [{ code: "distance", text: "jarak 40 m" }, { code: "time", text: "selisih 2 menit" }] }), "jarak 40 m · selisih 2 menit");
  assert.equal(because({}), "");
});

test("a new report and a further caller may make a burst, nothing else does", () => {
  assert.equal(concernsBursts({ kind: "incident.created", data: {} }), true);
  assert.equal(concernsBursts({ kind: "incident.updated", data: { changed: ["calls"] } }), true);
  assert.equal(concernsBursts({ kind: "incident.updated", data: { changed: ["priority"] } }), false);
  assert.equal(concernsBursts({ kind: "unit.status", data: {} }), false);
});

test("the banner says how many calls, in how long, how near", () => {
  assert.equal(burstText({ calls: 7, minutes: 4, radius_m: 300 }), "7 panggilan dalam 4 menit, radius 300 m");
});

test("the likely ones come first among the incidents to merge into", () => {
  const order = byLikeness([{ id: "a" }, { id: "b" }, { id: "c" }], [{ id: "c", score: 0.9 }, { id: "b", score: 0.6 }]);
  assert.deepEqual(order.map(({ row, hint }) => [row.id, hint]), [["c", " · mirip 90 %"], ["b", " · mirip 60 %"], ["a", ""]]);
});
