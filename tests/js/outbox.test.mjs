// The outbox against a real HTTP server that answers in every way in which servers, proxies and cables fail, with a
// real IndexedDB implementation and real WebCrypto.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import test, { after, beforeEach } from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { Draft } from "../../static/outbox/draft.js";
import { Outbox } from "../../static/outbox/outbox.js";
import { Sealer } from "../../static/outbox/seal.js";
import { openStore } from "../../static/outbox/store.js";

const SARI = { id: "1", label: "Sari" };
const BUDI = { id: "2", label: "Budi" };
const CANARY = "KANARI-7781";

// A server that keeps what it is sent once per key, and misbehaves as told: `faults` are used up one per POST.
const server = { stored: new Map(), posts: 0, faults: [], user: SARI, down: false };
const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};
const FAULTS = {
  html502: (_, response) => (response.writeHead(502, { "Content-Type": "text/html" }), response.end("<html>Bad Gateway</html>")),
  html200: (_, response) => (response.writeHead(200, { "Content-Type": "text/html" }), response.end("<html>Masuk ke WiFi</html>")),
  half: (store, response) => {
    store();
    response.writeHead(201, { "Content-Type": "application/json", "Content-Length": "5000", "Idempotency-Key": response.key });
    response.write('{"id":"a","num');
    setTimeout(() => response.destroy(), 20);
  },
  noKey: (store, response) => (store(), json(response, 201, { id: "a" })),
  cut: (store, response) => (store(), response.destroy()),
  refused: (_, response) => json(response, 400, { detail: "Periksa isian", errors: [{ field: "x", message: "wajib diisi" }] }),
  missing: (_, response) => json(response, 404, { title: "Tidak ditemukan" }),
  denied: (_, response) => json(response, 403, { title: "Peran Anda tidak berhak" }),
  csrf: (_, response) => json(response, 403, { detail: "CSRF Failed: token" }),
  kept: (_, response) => json(response, 409, { kept: true }),
  error: (_, response) => json(response, 500, { title: "Terjadi kesalahan" }),
};
const http = createServer((request, response) => {
  if (server.down) return request.socket.destroy();
  if (request.url.endsWith("/auth/session/")) {
    return server.user ? json(response, 200, { user: server.user, csrf: "t" }) : json(response, 401, { title: "Belum masuk" });
  }
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    server.posts += 1;
    const key = (response.key = request.headers["idempotency-key"]);
    const store = () => server.stored.has(key) || server.stored.set(key, { ...JSON.parse(text), by: server.user.label });
    const fault = server.faults.shift();
    if (fault) return FAULTS[fault](store, response);
    store();
    json(response, 201, { id: key, number: `112-${[...server.stored.keys()].indexOf(key) + 1}` }, { "Idempotency-Key": key });
  });
});
await new Promise((ready) => http.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${http.address().port}`;
const open = [];
after(() => (open.forEach((one) => one.stop()), http.closeAllConnections(), http.close()));

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  Object.assign(server, { stored: new Map(), posts: 0, faults: [], user: SARI, down: false });
});

async function outboxOf(user = SARI, options = {}) {
  const store = options.store ?? (await openStore());
  const sealer = await Sealer.of(store);
  const outbox = new Outbox({ store, sealer, user, ask: (path, rest) => fetch(base + path, rest), locks: null, now: Date.now, ...options });
  open.push(outbox);
  return outbox;
}
const keep = (outbox, key, narrative = key, more = {}) => outbox.add({ key, kind: "report", url: "/api/v1/incidents/", body: { narrative }, ...more });
const narratives = () => [...server.stored.values()].map((one) => one.narrative);
const states = async (outbox) => (await outbox.store.rows()).map((row) => row.state);

test("a row is in the store before anything is sent, and gone when the server has named its key", async () => {
  const outbox = await outboxOf();
  await keep(outbox, "k1", "pohon tumbang");
  assert.equal(server.posts, 0);
  assert.equal((await outbox.store.rows()).length, 1);
  const outcome = await outbox.deliver("k1", 3000);
  assert.equal(outcome.verdict, "done");
  assert.equal(outcome.answer.number, "112-1");
  assert.deepEqual(await outbox.store.rows(), []);
});

test("rows kept while the server is away are stored once each and in order when it is back", async () => {
  const outbox = await outboxOf();
  server.down = true;
  for (const key of ["k1", "k2", "k3"]) await keep(outbox, key);
  assert.equal((await outbox.deliver("k1", 3000)).verdict, "retry");
  assert.equal(outbox.state, "offline");
  assert.equal((await outbox.store.rows()).length, 3);
  server.down = false;
  await outbox.flush();
  assert.deepEqual(narratives(), ["k1", "k2", "k3"]);
  assert.equal(server.posts, 3);
  assert.equal(outbox.state, "idle");
});

for (const fault of ["html502", "html200", "half", "noKey", "cut", "csrf", "error"]) {
  test(`after ${fault} the row stays, and the next try with its key stores it once`, async () => {
    const outbox = await outboxOf();
    server.faults = [fault, ...(fault === "csrf" ? [fault] : [])];
    await keep(outbox, "k1");
    await keep(outbox, "k2");
    assert.equal((await outbox.deliver("k1", 3000)).verdict, "retry");
    assert.deepEqual(await states(outbox), ["waiting", "waiting"]);
    await outbox.flush();
    assert.deepEqual(narratives(), ["k1", "k2"]);
    assert.deepEqual(await states(outbox), []);
  });
}

test("a token that has changed is fetched anew and the row goes at once", async () => {
  const outbox = await outboxOf();
  server.faults = ["csrf"];
  await keep(outbox, "k1");
  assert.equal((await outbox.deliver("k1", 3000)).verdict, "done");
});

test("what the server refuses stays for a person with the server's words and does not hold up the others", async () => {
  const outbox = await outboxOf();
  server.faults = ["refused"];
  await keep(outbox, "k1");
  await keep(outbox, "k2");
  const outcome = await outbox.deliver("k1", 3000);
  assert.deepEqual([outcome.verdict, outcome.message], ["review", "Periksa isian — wajib diisi"]);
  await outbox.flush();
  assert.deepEqual(narratives(), ["k2"]);
  const [row] = await outbox.store.rows();
  assert.deepEqual([row.state, await outbox.trouble(row)], ["review", "Periksa isian — wajib diisi"]);
  const before = server.posts;
  await outbox.flush();
  assert.equal(server.posts, before, "it is not sent again by itself");
  await outbox.release(["k1"]);
  assert.deepEqual(narratives(), ["k2", "k1"]);
});

test("a row that makes the server fail again and again lets the next ones pass", async () => {
  const outbox = await outboxOf();
  server.faults = ["error", "error", "error", "error"];
  await keep(outbox, "k1");
  await keep(outbox, "k2");
  for (let n = 0; n < 4; n += 1) await outbox.flush();
  assert.deepEqual(narratives(), ["k2"]);
  await outbox.flush();
  assert.deepEqual(narratives(), ["k2", "k1"]);
});

test("nobody is signed in: everything stays and says so", async () => {
  const outbox = await outboxOf();
  server.user = null;
  await keep(outbox, "k1");
  assert.equal((await outbox.deliver("k1", 3000)).verdict, "signed_out");
  assert.equal(outbox.state, "signed_out");
  server.user = SARI;
  await outbox.flush();
  assert.deepEqual(narratives(), ["k1"]);
});

test("a colleague's session sends nothing by itself; the colleague may send it, with their name as the sender", async () => {
  const store = await openStore();
  const sari = await outboxOf(SARI, { store });
  server.down = true;
  await keep(sari, "k1", CANARY);
  await sari.flush();
  server.down = false;
  server.user = BUDI;
  const budi = await outboxOf(BUDI, { store });
  await budi.flush();
  assert.equal(server.stored.size, 0);
  await budi.release(["k1"]);
  assert.deepEqual([...server.stored.values()], [{ narrative: CANARY, by: "Budi" }]);
  assert.deepEqual(await states(budi), []);
});

test("what a colleague was refused is tried once more when its owner is back", async () => {
  const store = await openStore();
  const sari = await outboxOf(SARI, { store });
  server.faults = ["cut", "missing"]; // stored, but the answer was lost; a colleague may not see the case
  await keep(sari, "k1");
  await sari.flush();
  server.user = BUDI;
  const budi = await outboxOf(BUDI, { store });
  await budi.release(["k1"]);
  assert.deepEqual(await states(budi), ["review"]);
  await budi.flush();
  assert.deepEqual(await states(budi), ["review"]);
  server.user = SARI;
  await sari.flush();
  assert.deepEqual(await states(sari), []);
  assert.equal(server.stored.size, 1);
});

test("a step that the server kept although it came late is done", async () => {
  const outbox = await outboxOf();
  server.faults = ["kept"];
  await keep(outbox, "k1", "x", { kind: "step", group: "a" });
  assert.equal((await outbox.deliver("k1", 3000)).verdict, "kept");
  assert.deepEqual(await states(outbox), []);
});

test("steps of one assignment wait for each other, those of another one do not", async () => {
  const outbox = await outboxOf();
  server.faults = ["denied"];
  await keep(outbox, "a1", "a1", { group: "a" });
  await keep(outbox, "a2", "a2", { group: "a" });
  await keep(outbox, "b1", "b1", { group: "b" });
  await outbox.deliver("b1", 3000);
  assert.deepEqual(narratives(), ["b1"]);
  assert.deepEqual(await states(outbox), ["denied", "waiting"]);
});

test("a row older than the server's memory of keys is looked at by a person first", async () => {
  let now = Date.now();
  const outbox = await outboxOf(SARI, { now: () => now });
  server.down = true;
  await keep(outbox, "k1");
  server.down = false;
  server.faults = ["html502"];
  await outbox.flush();
  now += 7 * 86_400_000;
  await outbox.flush();
  assert.deepEqual(await states(outbox), ["review"]);
  assert.equal(server.stored.size, 0);
  await outbox.release(["k1"]);
  assert.equal(server.stored.size, 1);
});

test("what lies on the disk does not hold the words, and the key cannot be taken out", async () => {
  const outbox = await outboxOf();
  await keep(outbox, "k1", CANARY);
  const [row] = await outbox.store.rows();
  const disk = JSON.stringify(row) + Buffer.from(row.sealed.data).toString("latin1") + Buffer.from(row.sealed.data).toString("utf16le");
  assert.equal(disk.includes(CANARY), false);
  assert.equal((await outbox.read(row)).body.narrative, CANARY);
  const key = await outbox.store.key();
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", key));
  await assert.rejects(outbox.sealer.open(row.sealed, "k2"), "the words belong to their row");
});

test("two tabs that start together use one key", async () => {
  const stores = [await openStore(), await openStore()];
  const [one, other] = await Promise.all(stores.map((store) => Sealer.of(store)));
  assert.equal(await other.open(await one.seal("kata", "x"), "x"), "kata");
});

// --- Drafts ---------------------------------------------------------------------------------------------------------

async function draftOf(store, user, form, session = new Map()) {
  const draft = new Draft({
    store, sealer: await Sealer.of(store), user, page: "console", read: () => form.text && { text: form.text }, locks: null,
    session: { getItem: (name) => session.get(name), setItem: (name, value) => session.set(name, value) },
  });
  return draft;
}
globalThis.addEventListener ??= () => undefined;

test("typing without a pause is written down all the same", async () => {
  const store = await openStore();
  const form = { text: "" };
  const draft = await draftOf(store, SARI, form);
  draft.begin("d1");
  const until = Date.now() + 600;
  let seen = 0;
  while (Date.now() < until) {
    form.text += "a";
    draft.touch();
    await new Promise((done) => setTimeout(done, 20));
    seen = Math.max(seen, (await store.drafts()).length);
  }
  assert.equal(seen, 1, "written while the person was still typing");
});

test("a draft is found again by its owner and by nobody else, and goes when the form is saved", async () => {
  const store = await openStore();
  const form = { text: `${CANARY} di jalan` };
  const draft = await draftOf(store, SARI, form);
  draft.begin("d1");
  draft.touch();
  await draft.flush();
  assert.equal(await (await draftOf(store, BUDI, {})).adopt(), null);
  assert.deepEqual(await (await draftOf(store, SARI, {})).adopt(), { id: "d1", content: { text: `${CANARY} di jalan` } });
  const outbox = await outboxOf(SARI, { store });
  await keep(outbox, "d1", form.text, { draftId: "d1" });
  assert.deepEqual(await store.drafts(), []);
});

test("a write under way does not bring a saved draft back", async () => {
  const store = await openStore();
  const form = { text: "api" };
  const draft = await draftOf(store, SARI, form);
  draft.begin("d1");
  draft.touch();
  const writing = draft.flush();
  draft.begin("d2");
  await writing;
  await draft.writing;
  assert.deepEqual(await store.drafts(), []);
});

test("an act that can be taken back waits; taken back it never goes, and hurried it goes at once", async () => {
  const outbox = await outboxOf();
  const act = (key, hold) => outbox.add({ key, kind: "act", url: "/api/v1/incidents/i/cancel/", body: { narrative: key }, hold });
  await act("k1", 60_000);
  await act("k2", 60_000);
  await outbox.flush();
  assert.equal(server.posts, 0);
  assert.equal(await outbox.cancel("k1"), true);
  await outbox.hurry("k2");
  assert.deepEqual(narratives(), ["k2"]);
  assert.equal(await outbox.cancel("k2"), false);
});

test("an act whose time has come goes by itself, also from the tab that was reloaded meanwhile", async () => {
  const before = await outboxOf();
  await before.add({ key: "k1", kind: "act", url: "/api/v1/incidents/i/cancel/", body: { narrative: "k1" }, hold: 60_000 });
  const later = await outboxOf(SARI, { store: before.store, now: () => Date.now() + 61_000 });
  await later.flush();
  assert.deepEqual(narratives(), ["k1"]);
  await before.add({ key: "k2", kind: "act", url: "/api/v1/incidents/i/cancel/", body: { narrative: "k2" }, hold: 30 });
  await new Promise((done) => before.addEventListener("outcome", done, { once: true }));
  assert.deepEqual(narratives(), ["k1", "k2"]);
});

test("an act that could not go for long is asked about before it is sent", async () => {
  const outbox = await outboxOf();
  await outbox.add({ key: "k1", kind: "act", url: "/api/v1/incidents/i/cancel/", body: { narrative: "k1" }, hold: 1 });
  const tomorrow = await outboxOf(SARI, { store: outbox.store, now: () => Date.now() + 86_400_000 });
  await tomorrow.flush();
  assert.deepEqual([server.posts, await states(tomorrow)], [0, ["review"]]);
  await tomorrow.release(["k1"]);
  assert.deepEqual(narratives(), ["k1"]);
});
