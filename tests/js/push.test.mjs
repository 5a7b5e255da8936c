// The service worker's part in a push, played with a browser's objects as it sees them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { taskOf } from "../../static/dispatch/pushed.js";

const source = readFileSync(new URL("../../static/outbox/sw.js", import.meta.url), "utf8");
const TOLD = { kind: "task", title: "Tugas baru · P1 KRITIS", body: "Kebakaran, Taman", link: "/dinas/?tugas=01a20835-1658-7351-8870-bf8d04138047", delivery: "d1", token: "t1" };

function worker({ windows = [], answers = [200] } = {}) {
  const seen = { shown: [], sent: [], opened: [], handlers: {} };
  const self = {
    SIAGA: { version: "1", files: [], header: "X" }, addEventListener: (name, handler) => (seen.handlers[name] = handler),
    registration: { showNotification: async (title, options) => seen.shown.push({ title, ...options }) },
    clients: { matchAll: async () => windows, openWindow: async (link) => seen.opened.push(link) },
  };
  const fetch = async (path, options) => {
    seen.sent.push({ path, ...JSON.parse(options.body), credentials: options.credentials });
    const status = answers.length > 1 ? answers.shift() : answers[0];
    if (!status) throw new TypeError("no network");
    return { status };
  };
  vm.runInNewContext(source, { self, fetch, URL, location: new URL("https://112.example.go.id/sw.js"), caches: {}, Request, setTimeout: (run) => run(), console });
  const run = async (name, event) => {
    let work;
    seen.handlers[name]({ ...event, waitUntil: (promise) => (work = promise) });
    await work;
  };
  const push = (data) => run("push", { data: { json: () => (typeof data === "string" ? JSON.parse(data) : data) } });
  const tap = (data) => run("notificationclick", { notification: { data, close: () => undefined } });
  return { ...seen, push, tap };
}

const plain = (value) => JSON.parse(JSON.stringify(value));

test("a push is shown and its arrival reported with its own token, without anybody's session", async () => {
  const it = worker();
  await it.push(TOLD);
  assert.equal(it.shown[0].title, TOLD.title);
  assert.equal(it.shown[0].tag, TOLD.link);
  assert.equal(it.shown[0].requireInteraction, true);
  assert.deepEqual(plain(it.sent), [{ path: "/api/v1/push/receipts/", delivery: "d1", token: "t1", what: "delivered", credentials: "omit" }]);
});

test("a report goes out again while there is no network yet, and not after an answer", async () => {
  const it = worker({ answers: [0, 503, 200] });
  await it.push(TOLD);
  assert.equal(it.sent.length, 3);
  const refused = worker({ answers: [404] });
  await refused.push(TOLD);
  assert.equal(refused.sent.length, 1);
});

test("what cannot be read is shown as a task, for a worker that shows nothing loses its subscription", async () => {
  const it = worker();
  await it.push("no json");
  assert.deepEqual([it.shown[0].title, it.shown[0].body, it.sent.length], ["Siaga 112", "Tugas baru", 0]);
});

test("a tap opens the task in the desk that is open, else in a new one, and says that it was read", async () => {
  const told = [];
  const client = { url: "https://112.example.go.id/dinas/", postMessage: (message) => told.push(plain(message)), focus: async () => client };
  const open = worker({ windows: [client] });
  await open.tap(TOLD);
  assert.deepEqual(told, [{ open: TOLD.link }]);
  assert.deepEqual([open.opened, open.sent.map((one) => one.what)], [[], ["read"]]);
  const closed = worker({ windows: [{ ...client, url: "https://112.example.go.id/hp/" }] });
  await closed.tap(TOLD);
  assert.deepEqual(closed.opened, [TOLD.link]);
});

test("a link to elsewhere leads to the desk", async () => {
  const it = worker();
  await it.push({ ...TOLD, link: "https://evil.example/" });
  assert.equal(it.shown[0].data.link, "/dinas/");
});

test("the task of an address is an id or nothing", () => {
  assert.equal(taskOf("https://x/dinas/?wilayah=35.77&tugas=01a20835-1658-7351-8870-bf8d04138047"), "01a20835-1658-7351-8870-bf8d04138047");
  for (const query of ["", "?tugas=", "?tugas=../x", "?tugas=1"]) assert.equal(taskOf(`https://x/dinas/${query}`), null);
});
