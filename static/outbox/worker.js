// The service worker of the pages: registered quietly, its new versions told quietly. No page is reloaded by itself.
import { byId, h } from "../ui/dom.js";

export function registerWorker(config) {
  if (!navigator.serviceWorker) return;
  const start = () => void register(config).catch((error) => console.warn("offline pages are not available:", error));
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}

async function register(config) {
  const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  watchUpdates(registration);
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
  if (byId("update-strip")) return;
  const reload = () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage({ take_over: true });
  };
  const node = h("div", { class: "update-strip", id: "update-strip", role: "status" }, "Versi baru layar ini siap. Isian tetap ada.",
    h("button", { class: "btn small", type: "button", onclick: reload }, "Muat ulang"), h("button", { class: "btn quiet small", type: "button", onclick: () => node.remove() }, "Nanti"));
  byId("link-banner")?.before(node);
}
