import assert from "node:assert/strict";
import test from "node:test";
import { lookIn, silentIn, tried } from "../../static/ui/unaccepted.js";

const BORN = Date.parse("2026-11-23T10:00:00+07:00");
const line = (more = {}) => ({ status: "assigned", created_at: "2026-11-23T10:00:00+07:00", ...more });

test("a part is silent from its twentieth second until somebody accepts it", () => {
  assert.equal(silentIn(line(), BORN + 19_000), 1000);
  assert.equal(silentIn(line(), BORN + 20_000), 0);
  assert.equal(silentIn(line(), BORN + 3_600_000), 0);
  for (const status of ["acknowledged", "declined", "withdrawn", "completed"]) assert.equal(silentIn(line({ status }), BORN + 99_000), null);
});

test("a case is looked at when its next part falls silent, then every quarter of a minute, and not without one", () => {
  assert.equal(lookIn([line(), line({ status: "acknowledged" })], BORN + 5_000), 15_000);
  assert.equal(lookIn([line(), line({ created_at: "2026-11-23T10:00:10+07:00" })], BORN + 21_000), 9_000);
  assert.equal(lookIn([line()], BORN + 60_000), 15_000);
  assert.equal(lookIn([line({ status: "arrived" })], BORN), null);
});

test("each way is told once, by the best that came of it, proof first", () => {
  const notices = [
    { channel: "gateway", to: "dinas", state: "dead", at: "1" }, { channel: "push", to: "HP petugas", state: "sent", at: "1" },
    { channel: "push", to: "HP petugas", state: "delivered", at: "2" }, { channel: "push", to: "HP petugas", state: "dead", at: "3" },
  ];
  assert.deepEqual(tried(notices).map((one) => [one.channel, one.state, one.times]), [["push", "delivered", 3], ["gateway", "dead", 1]]);
  assert.deepEqual(tried(undefined), []);
});
