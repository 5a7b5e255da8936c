import assert from "node:assert/strict";
import test from "node:test";
import { age, byPerson, judge, mayGo, waitAfter } from "../../static/outbox/rules.js";

const row = { key: "K", attempts: 0 };
const verdict = (status, body, key, attempts = 0) => judge({ status, body, key }, { key: "K", attempts });

test("only a whole answer that names the key lets a row go", () => {
  assert.equal(verdict(201, { id: 1 }, "k").verdict, "done");
  assert.equal(verdict(201, { id: 1 }, "other").verdict, "retry");
  assert.equal(verdict(201, { id: 1 }, null).verdict, "retry");
  assert.equal(verdict(201, null, "K").verdict, "retry");
  for (let status = 0; status < 600; status += 1) {
    const found = verdict(status, { title: "x" }, "other").verdict;
    assert.notEqual(found, "done", String(status));
  }
});

test("who may not, what is refused and what nobody knows are three things", () => {
  assert.deepEqual(verdict(401, {}), { verdict: "signed_out", stop: true });
  assert.deepEqual(verdict(403, { title: "x" }), { verdict: "denied", stop: false });
  assert.deepEqual(verdict(403, { detail: "CSRF Failed: x" }), { verdict: "retry", stop: true });
  assert.deepEqual(verdict(409, { kept: true }), { verdict: "kept", stop: false });
  assert.deepEqual(verdict(409, { type: "/problems/key-in-work" }), { verdict: "retry", stop: true });
  for (const status of [400, 404, 409, 413, 422]) assert.deepEqual(verdict(status, {}), { verdict: "review", stop: false });
  for (const status of [0, 408, 429, 500, 502, 503, 504]) assert.deepEqual(verdict(status, {}), { verdict: "retry", stop: true });
  assert.equal(verdict(404, null).verdict, "retry", "a page of a proxy is not our server's word");
});

test("the next rows pass one that the server fails at three times, never a cable that is cut", () => {
  assert.equal(verdict(500, {}, null, 3).stop, false);
  assert.equal(verdict(200, null, null, 3).stop, false);
  for (const status of [0, 502, 503]) assert.equal(verdict(status, {}, null, 9).stop, true);
});

test("tries come at 1, 2, 4, 8 and then every 10 seconds at most", () => {
  const waits = [1, 2, 3, 4, 5, 50].map((n) => waitAfter(n, () => 1));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.ok(waitAfter(50, () => 0) >= 7500);
});

test("rows go for their owner, for whom a colleague has pressed send, and when nobody is known to own them", () => {
  const now = Date.now();
  const waiting = { ...row, state: "waiting", user: { id: "1" }, created_at: new Date(now).toISOString() };
  assert.equal(mayGo(waiting, "1", now), true);
  assert.equal(mayGo(waiting, "2", now), false);
  assert.equal(mayGo({ ...waiting, released_to: "2" }, "2", now), true);
  assert.equal(mayGo({ ...waiting, released_to: "2" }, "3", now), false);
  assert.equal(mayGo({ ...waiting, user: { id: "" } }, "2", now), true);
  assert.equal(mayGo({ ...waiting, state: "review", tried_by: "1" }, "1", now), false);
  assert.equal(mayGo({ ...waiting, state: "denied", tried_by: "2" }, "1", now), true);
});

test("age is told in words that need no clock", () => {
  const at = (seconds) => age(new Date(1e12 - seconds * 1000).toISOString(), 1e12);
  assert.deepEqual([5, 70, 7300, 200_000].map(at), ["5 dtk", "1 mnt", "2 jam", "2 hari"]);
});

test("rows are counted per person", () => {
  const groups = byPerson([{ user: { id: "1" } }, { user: { id: "2" } }, { user: { id: "1" } }]);
  assert.deepEqual(groups.map((one) => [one.user.id, one.rows.length]), [["1", 2], ["2", 1]]);
});
