import assert from "node:assert/strict";
import { test } from "node:test";

import { isDue, metres, shareable } from "../../static/dispatch/pacing.js";

const at = (ms, lat = -7.63, lon = 111.52) => ({ ms, lat, lon });

test("the first position is told at once", () => assert.ok(isDue(null, at(0))));

test("a unit that stands is told every ten seconds", () => {
  assert.ok(!isDue(at(0), at(9_999)));
  assert.ok(isDue(at(0), at(10_000)));
});

test("a unit that moves is told after fifty metres, at most every two seconds", () => {
  const fifty = -7.63 + 51 / 111_195;
  assert.ok(isDue(at(0), at(2_000, fifty)));
  assert.ok(!isDue(at(0), at(1_999, fifty)));
  assert.ok(!isDue(at(0), at(9_000, -7.63 + 40 / 111_195)));
});

test("metres are metres in both directions", () => {
  assert.ok(Math.abs(metres(at(0), at(0, -7.63 + 1 / 111.195)) - 1000) < 5);
  assert.ok(Math.abs(metres(at(0, 0, 0), at(0, 0, 1 / 111.195)) - 1000) < 5);
});

test("only units of the own agency that are on a job", () => {
  const unit = (code, status, agency = "damkar") => ({ code, status, agency: { code: agency } });
  const list = [unit("B", "en_route"), unit("A", "on_scene"), unit("C", "available"), unit("D", "out_of_service"), unit("E", "en_route", "bpbd")];
  assert.deepEqual(shareable(list, "damkar").map((one) => one.code), ["A", "B"]);
});
