// The worker behind all pages: without a server it serves the screens' own files, the empty console, the empty desk,
// the telephone list and the paper form. It never stores an answer of the API or a page with anybody's data: only
// what stands in SIAGA.files, and pages that carry SIAGA.header. What has not been sent lies in IndexedDB (outbox.js).
// A push says that there is a task, not whose; that it was shown, and tapped, is reported back with its own token.
const { version, files, header } = self.SIAGA;
const FILES = `siaga112-files-${version}`;
const PAGES = `siaga112-pages-${version}`; // the empty console and the empty desk of the region, renewed by each visit online
const SHELLS = { "/konsol/": "/luring/konsol/", "/dinas/": "/luring/dinas/" };
const DOORS = { "/": true, "/masuk/": true };
const PATIENCE_MS = 6000;
const [REPORT_TRIES, REPORT_MS] = [3, 2000]; // a telephone that wakes up may not have its network yet
const STATIC = new Set(files.filter((path) => !path.endsWith("/")));
const offlineClients = new Set(); // windows that were given a kept page: their files come from the same version

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOld()));
self.addEventListener("message", (event) => {
  if (event.data?.take_over) self.skipWaiting();
  if (event.data?.keep) event.waitUntil(keepPage(event.data.keep));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (STATIC.has(url.pathname)) event.respondWith(file(event, url));
}); // everything else, the API above all, goes its way untouched

// All files of one version or none: a half kept screen is worse than the one before.
async function keepFiles() {
  const cache = await caches.open(FILES);
  await cache.addAll(files.map((path) => new Request(path, { cache: "no-cache", credentials: "same-origin" })));
}

// The version before goes; the pages that were kept with it are fetched anew, and taken along when nobody answers.
async function forgetOld() {
  for (const name of await caches.keys()) {
    if (!name.startsWith("siaga112-") || name === FILES || name === PAGES) continue;
    if (name.startsWith("siaga112-pages")) await takeAlong(await caches.open(name));
    await caches.delete(name);
  }
  await self.clients.claim();
}

async function takeAlong(old) {
  for (const request of await old.keys()) {
    if (!(await keepPage(request.url))) await store(request.url, await old.match(request));
  }
}

// Whether the page is one that may be kept, of this very version: files and pages of two versions do not fit together.
async function keepPage(address) {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin) return false;
  const answer = await fetch(url, { cache: "no-store", credentials: "same-origin", redirect: "error" }).catch(() => null);
  if (!answer?.ok || answer.headers.get(header) !== url.pathname || answer.headers.get("Siaga-Version") !== version) return false;
  return store(url.href, answer).then(() => true, () => false);
}

// One of each: whoever worked here last, of whatever region. The one before goes when the new one is there, whole: the
// link may be cut in the middle of it.
async function store(address, answer) {
  const cache = await caches.open(PAGES);
  const { pathname } = new URL(address);
  const before = (await cache.keys()).filter((request) => new URL(request.url).pathname === pathname && request.url !== String(address));
  await cache.put(address, answer);
  for (const request of before) await cache.delete(request, { ignoreVary: true });
}

// From the network; when that fails, is too slow or only a proxy answers: what is kept. Only the screens that people
// work at are impatient: an export may take its time.
async function page(event, url) {
  const asked = fetch(event.request).catch(() => null);
  const answer = await (url.pathname in SHELLS || url.pathname in DOORS ? Promise.race([asked, pause(PATIENCE_MS)]) : asked);
  if (answer && ![502, 503, 504].includes(answer.status)) return answer;
  const kept = await keptPage(url);
  if (!kept) return answer ?? Response.error();
  offlineClients.add(event.resultingClientId);
  return kept;
}

async function keptPage(url) {
  const shell = SHELLS[url.pathname] ?? url.pathname;
  return (await match(shell)) ?? (url.pathname in DOORS ? await anyShell() : undefined) ?? match("/luring/");
}

// Signing in and the front door lead to where this workstation works.
const anyShell = async () => (await match("/luring/konsol/")) ?? match("/luring/dinas/");

async function file(event, url) {
  const kept = await (await caches.open(FILES)).match(url.pathname);
  if (kept && offlineClients.has(event.clientId)) return kept;
  const asked = fetch(event.request).catch(() => null);
  const answer = await (kept ? Promise.race([asked, pause(PATIENCE_MS)]) : asked);
  if (answer && (answer.ok || !kept)) return answer;
  return kept ?? Response.error();
}

self.addEventListener("push", (event) => event.waitUntil(showPush(pushOf(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openTask(event.notification.data ?? {}));
});

// Browsers end the subscription of a worker that shows nothing: what cannot be read is shown as a task, too.
function pushOf(data) {
  try {
    return data.json();
  } catch {
    return { title: "Siaga 112", body: "Tugas baru", link: "/dinas/" };
  }
}

// A second message about one task takes the place of the first, with sound again.
async function showPush(told) {
  const link = ownLink(told.link);
  await self.registration.showNotification(told.title || "Siaga 112", {
    body: told.body || "Tugas baru", tag: link, renotify: true, requireInteraction: told.kind === "task", lang: "id",
    icon: "/static/design/icon-192.png", badge: "/static/design/badge-96.png", vibrate: [400, 150, 400, 150, 400], data: { ...told, link },
  });
  await report(told, "delivered");
  for (const client of await windows()) client.postMessage({ push: told.kind, link });
}

async function openTask(told) {
  const open = await windows();
  const desk = open.find((client) => new URL(client.url).pathname === new URL(told.link, location.origin).pathname) ?? null;
  const shown = desk ? await desk.focus().catch(() => null) : null;
  if (shown) shown.postMessage({ open: told.link });
  else await self.clients.openWindow(told.link);
  await report(told, "read");
}

async function report({ delivery, token }, what) {
  if (!delivery || !token) return;
  for (let n = 0; n < REPORT_TRIES; n += 1) {
    if (n) await pause(REPORT_MS * n);
    const answer = await fetch("/api/v1/push/receipts/", {
      method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ delivery, token, what }),
    }).catch(() => null);
    if (answer && answer.status < 500) return;
  }
}

const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

// Only pages of this site: a message says where to look, not where to go in the world.
function ownLink(link) {
  const url = new URL(link ?? "/dinas/", location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/dinas/";
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms, null));
const match = (path) => caches.match(path, { ignoreSearch: true, ignoreVary: true });
