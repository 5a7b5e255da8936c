import assert from "node:assert/strict";
import test from "node:test";
import { mustWait } from "../../static/dispatch/acts.js";
import { KEYS, boundKeys, keysOf, readChosen, refusal } from "../../static/dispatch/keymap.js";

const runs = Object.fromEntries(KEYS.map(({ id }) => [id, id]));

test("the usual keys: each has one meaning, none belongs to the browser", () => {
  const all = KEYS.flatMap(({ keys }) => keys);
  assert.equal(new Set(all).size, all.length);
  for (const key of ["F1", "F5", "F11", "F12"]) assert.ok(!all.includes(key));
  assert.equal(boundKeys(runs)["F2"], "command");
  assert.equal(boundKeys(runs)["/"], "command");
  assert.equal(boundKeys(runs)["Alt+G"], boundKeys(runs)["Alt+g"]);
});

test("a key that was changed works instead of the usual ones", () => {
  const map = boundKeys(runs, { command: "Alt+k" });
  assert.equal(map["Alt+K"], "command");
  assert.equal(map["F2"], undefined);
  assert.deepEqual(keysOf("help", {}), ["?"]);
});

test("what the browser, the list or another act needs is refused with the reason", () => {
  assert.match(refusal("F5", "call"), /peramban/);
  assert.match(refusal("Ctrl+3", "call"), /peramban/);
  assert.match(refusal("Shift", "call"), /satu tombol/);
  assert.match(refusal("F4", "call"), /Isian lokasi/);
  assert.match(refusal("ALT+G", "call"), /Kejadian sama/);
  assert.equal(refusal("F4", "call", { locate: "Alt+l" }), "");
  assert.equal(refusal("F3", "call"), "");
});

test("a kept choice that is broken or clashes is as if it had not been made", () => {
  assert.deepEqual(readChosen(null), {});
  for (const text of ["{", "null", "[]", "7", '{"call":5}', '{"nothing":"Alt+k"}', '{"call":"F4"}', '{"call":"F5"}']) assert.deepEqual(readChosen(text), {});
  assert.deepEqual(readChosen('{"call":"F4","locate":"Alt+l"}'), { call: "F4", locate: "Alt+l" });
});

test("an act waits on this screen exactly when nobody could take it back", () => {
  const chief = new Set(["incident.reopen", "incident.unmerge"]);
  assert.equal(mustWait("incidents", "close", chief), false);
  assert.equal(mustWait("incidents", "merge", new Set()), true);
  assert.equal(mustWait("incidents", "cancel", chief), true);
  assert.equal(mustWait("assignments", "withdraw", chief), true);
  assert.equal(mustWait("assignments", "acknowledge", chief), false);
  assert.equal(mustWait("incidents", "update", new Set()), false);
});
