// Notes, ticks and further callers against a server that is there, away, or refuses: real IndexedDB, real WebCrypto.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { Outbox } from "../../static/outbox/outbox.js";
import { Sealer } from "../../static/outbox/seal.js";
import { openStore } from "../../static/outbox/store.js";
import { KeptWrites, atOnce } from "../../static/outbox/writes.js";

const SARI = { id: "1", label: "Sari" };
const server = {};
const open = [];
after(() => open.forEach((one) => one.stop()));
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  Object.assign(server, { away: false, refuse: 0, lost: 0, got: [], keys: new Set() });
});

// What the server does with a request: it stores once for each key, whatever becomes of its answer.
async function ask(path, { body, headers = {} }) {
  const answer = (status, told) => new Response(JSON.stringify(told), { status, headers: { "Idempotency-Key": headers["Idempotency-Key"] ?? "" } });
  if (server.away) throw new TypeError("no network");
  if (path.endsWith("/session/")) return answer(200, { user: SARI });
  if (server.refuse) return answer(server.refuse, { title: "Ditolak" });
  const key = headers["Idempotency-Key"];
  if (!server.keys.has(key)) server.got.push({ path, ...JSON.parse(body) });
  server.keys.add(key);
  if (server.lost-- > 0) throw new TypeError("the answer was lost");
  return answer(201, { id: "i", number: "112-1" });
}

async function desk(connected = () => true) {
  const store = await openStore();
  const outbox = new Outbox({ store, sealer: await Sealer.of(store), user: SARI, ask, locks: null });
  outbox.failed = () => outbox.setState("offline"); // the test says when it tries again
  open.push(outbox);
  const seen = { changed: [], arrived: [] };
  const writes = new KeptWrites({ outbox, connected, changed: (id) => seen.changed.push(id), arrived: (id) => seen.arrived.push(id) });
  return { outbox, writes, seen };
}

test("with a server a note is answered at once and nothing is kept", async () => {
  const { writes, outbox } = await desk();
  assert.equal((await writes.note("i1", "warga menutup jalan")).number, "112-1");
  assert.deepEqual(server.got.map((one) => [one.path, one.text, one.source]), [["/api/v1/incidents/i1/notes/", "warga menutup jalan", undefined]]);
  assert.deepEqual(await outbox.store.rows(), []);
});

test("without one notes, ticks and callers wait with their words sealed, and go in their order with their times", async () => {
  server.away = true;
  const { writes, outbox, seen } = await desk(() => false);
  for (const one of [
    () => writes.note("i1", "satu"), () => writes.tick("i1", { procedure: "p", step: 0, done: true }),
    () => writes.tick("i1", { procedure: "p", step: 0, done: false }), () => writes.caller("i2", { narrative: "api besar" }, crypto.randomUUID()), () => writes.note("i1", "dua"),
  ]) assert.equal((await one()).queued, true);
  await outbox.changed();
  const rows = await outbox.store.rows();
  assert.equal(rows.length, 5);
  assert.ok(!JSON.stringify(rows).includes("api besar"));
  assert.deepEqual(writes.of("i1", "note").length, 2);
  assert.deepEqual(writes.of("i1", "sop").map((row) => row.tag.done), [true, false]);
  assert.equal((await writes.words(writes.of("i1", "note")[0])).text, "satu");
  server.away = false;
  await outbox.flush();
  assert.deepEqual(server.got.map((one) => one.text ?? one.narrative ?? one.done), ["satu", true, false, "api besar", "dua"]);
  assert.ok(server.got.every((one) => one.source === "offline" && Date.parse(one.occurred_at)));
  assert.deepEqual(await outbox.store.rows(), []);
  assert.deepEqual([...new Set(seen.arrived)], ["i1", "i2"]);
  assert.deepEqual(writes.of("i1", "note"), []);
});

test("a note whose answer was lost is sent again and stands there once", async () => {
  server.lost = 2;
  const { writes, outbox } = await desk();
  assert.equal((await writes.note("i1", "satu kali")).queued, true);
  await outbox.flush();
  await outbox.flush();
  assert.equal(server.got.length, 1);
  assert.deepEqual(await outbox.store.rows(), []);
});

test("what the server refuses while somebody looks is not kept, and is said", async () => {
  server.refuse = 403;
  const { writes, outbox } = await desk();
  await assert.rejects(writes.tick("i1", { procedure: "p", step: 9, done: true }), (error) => error.status === 403);
  assert.deepEqual(await outbox.store.rows(), []);
});

test("what the server refuses later waits for a person, and is not shown as on its way", async () => {
  server.away = true;
  const { writes, outbox } = await desk();
  await writes.note("i1", "kata-kata");
  Object.assign(server, { away: false, refuse: 404 });
  await outbox.flush();
  const [row] = await outbox.store.rows();
  assert.equal(row.state, "review");
  assert.deepEqual(writes.of("i1", "note"), []);
});

test("a computer that can keep nothing sends at once", async () => {
  const { writes, outbox } = await desk();
  outbox.store.add = () => Promise.reject(new Error("disk full"));
  const fetched = [];
  globalThis.fetch = async (path, options) => (fetched.push(path), new Response("{}", { status: 201 }));
  await writes.note("i1", "x");
  assert.deepEqual(fetched, ["/api/v1/incidents/i1/notes/"]);
});

test("a write carries the moment at which it was made", () => {
  assert.deepEqual(atOnce({ a: 1 }, true, 0), { a: 1, occurred_at: "1970-01-01T00:00:00.000Z" });
  assert.equal(atOnce({}, false, 0).source, "offline");
});
