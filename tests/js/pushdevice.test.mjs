import assert from "node:assert/strict";
import test from "node:test";
import { hindrance, isIphone, octets, sameKey } from "../../static/dispatch/pushdevice.js";

const fit = { secure: true, hasWorker: true, hasPush: true, iphone: false, installed: false };

test("what stands in the way is named: no https, an iPhone page that is not installed, an old browser", () => {
  globalThis.Notification = class {};
  assert.equal(hindrance(fit), "");
  assert.equal(hindrance({ ...fit, secure: false, iphone: true }), "insecure");
  assert.equal(hindrance({ ...fit, iphone: true, hasPush: false }), "iphone");
  assert.equal(hindrance({ ...fit, iphone: true, installed: true }), "");
  assert.equal(hindrance({ ...fit, hasPush: false }), "unsupported");
});

test("an iPad that says it is a Mac is taken for what it is", () => {
  assert.equal(isIphone("Mozilla/5.0 (Macintosh; Intel Mac OS X)", 5), true);
  assert.equal(isIphone("Mozilla/5.0 (Macintosh; Intel Mac OS X)", 0), false);
  assert.equal(isIphone("Mozilla/5.0 (Linux; Android 14)", 5), false);
});

test("a subscription made with another key of ours is known as such", () => {
  const key = "BP-_AQ";
  assert.deepEqual([...octets(key)], [4, 255, 191, 1]);
  const made = (bytes) => ({ options: { applicationServerKey: Uint8Array.from(bytes).buffer } });
  assert.equal(sameKey(made([4, 255, 191, 1]), key), true);
  for (const other of [made([4, 255, 191, 2]), made([4]), { options: {} }, null]) assert.equal(sameKey(other, key), false);
});
