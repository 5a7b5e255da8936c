import assert from "node:assert/strict";
import test from "node:test";
import { momentIn, readTime, sheetMoment } from "../../static/outbox/papertime.js";
import { advance } from "../../static/outbox/steps.js";

const LINE = { id: "a", status: "assigned", actions: ["acknowledge", "decline"], next_due: { stage: "acknowledge" } };

test("an assignment is shown as it will be when the kept steps have arrived", () => {
  const steps = [{ action: "acknowledge", at: "t1" }, { action: "dispatch", at: "t2" }];
  const line = advance(LINE, steps);
  assert.deepEqual([line.status, line.acknowledged_at, line.dispatched_at, line.actions], ["dispatched", "t1", "t2", ["dispatch", "arrive"]]);
  assert.equal(line.next_due, null);
  assert.deepEqual(advance(LINE, []), LINE);
});

test("a second unit on its way does not change when the first one left", () => {
  const line = advance({ ...LINE, status: "dispatched", dispatched_at: "t0" }, [{ action: "dispatch", at: "t2" }]);
  assert.equal(line.dispatched_at, "t0");
});

test("a unit of it is shown where its crew has said, and the others stay", () => {
  const line = { ...LINE, units: [{ id: "u1", status: "assigned", actions: ["en_route"] }, { id: "u2", status: "assigned" }] };
  const [one, other] = advance(line, [{ action: "en_route", at: "t1", unit: "u1" }, { action: "on_scene", at: "t2", unit: "u1" }]).units;
  assert.deepEqual([one.status, one.en_route_at, one.on_scene_at, other.status], ["on_scene", "t1", "t2", "assigned"]);
  assert.ok(!one.actions.includes("en_route"), "a crew never goes back");
});

test("a step that this phone knows no way ahead of changes nothing", () => {
  assert.deepEqual(advance(LINE, [{ action: "pause", at: "t" }]), LINE);
});

test("the hour on paper is read as people write it", () => {
  for (const text of ["14.05", "14:05", "1405", " 14.05 "]) assert.deepEqual(readTime(text), [14, 5]);
  assert.deepEqual(readTime("9.30"), [9, 30]);
  for (const text of ["", "25.00", "14.60", "14", "siang"]) assert.equal(readTime(text), null);
});

test("an hour by the clock of the region is the right moment in each of the three zones", () => {
  const at = (zone) => new Date(momentIn(zone, "2026-11-20", [8, 15])).toISOString();
  assert.equal(at("Asia/Jakarta"), "2026-11-20T01:15:00.000Z");
  assert.equal(at("Asia/Makassar"), "2026-11-20T00:15:00.000Z");
  assert.equal(at("Asia/Jayapura"), "2026-11-19T23:15:00.000Z");
});

test("an hour that has not come yet is refused", () => {
  const now = Date.parse("2026-11-20T01:00:00Z");
  assert.match(sheetMoment("Asia/Jakarta", "2026-11-20", "08.15", now).problem, /belum lewat/);
  assert.equal(sheetMoment("Asia/Jakarta", "2026-11-19", "08.15", now).at, Date.parse("2026-11-19T01:15:00Z"));
  assert.match(sheetMoment("Asia/Jakarta", "", "08.15", now).problem, /tanggal dan jam/);
});
