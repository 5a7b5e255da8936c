// The service worker of the pages: registered quietly, its new versions told quietly. No page is reloaded by itself.
import { byId, h } from "../ui/dom.js";
import { _ } from "../ui/lang.js";

const SOON_MS = 3000;
const LOOK_MS = 10 * 60_000;

export function registerWorker(config) {
  if (!navigator.serviceWorker) return;
  const start = () => void register(config).catch((error) => console.warn("offline pages are not available:", error));
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}

async function register(config) {
  const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  watchUpdates(registration);
  const look = () => void registration.update().catch(() => undefined); // a console stays open for a whole shift
  setTimeout(look, SOON_MS);
  setInterval(look, LOOK_MS);
  if (config.offline) return; // this is the kept page itself: nothing newer to keep
  const ready = await navigator.serviceWorker.ready;
  ready.active.postMessage({ keep: config.offline_page });
}

function watchUpdates(registration) {
  const tell = () => registration.waiting && navigator.serviceWorker.controller && strip(registration);
  tell();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
}

function strip(registration) {
  offer("update-strip", _("Versi baru layar ini siap. Isian tetap ada."), () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage({ take_over: true });
  });
}

// The kept page works again as soon as the server does, but shows less than the one that the server makes.
export function offerFullPage(config, feed) {
  if (!config.offline) return;
  feed.addEventListener("link", ({ detail }) => detail.mode === "live" && offer("full-page-strip", _("Server kembali. Isian tetap ada."), () => location.reload()));
}

function offer(id, words, reload) {
  if (byId(id)) return;
  const node = h("div", { class: "update-strip", id, role: "status" }, words,
    h("button", { class: "btn small", type: "button", onclick: reload }, _("Muat ulang")), h("button", { class: "btn quiet small", type: "button", onclick: () => node.remove() }, _("Nanti")));
  byId("link-banner")?.before(node);
}
