// Siaga 112 on a phone: install it, allow it to ring, hear it ring. The browser asks only after a tap, and what counts is
// what the phone itself has reported to the server.
import { configure, get, post, Problem } from "../live/api.js";
import { byId, h, notice, readConfig, replace, said } from "../ui/dom.js";
import { moment, setZone } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { registerWorker } from "../outbox/worker.js";
import { DEVICES, hindrance, isInstalled, isIphone, register } from "./pushdevice.js";

const [LOOK_MS, PATIENCE_MS] = [1500, 45_000];
const WHY = {
  insecure: _("Halaman harus dibuka lewat https://."), iphone: _("Di iPhone: pasang dulu di Layar Utama (langkah 1), lalu buka dari sana."),
  unsupported: _("Pakai Chrome, Edge, Firefox, atau Safari terbaru."), no_key: _("Server ini belum diatur untuk pemberitahuan; hubungi admin."),
};
const config = readConfig();
configure(config);
setZone(config.zone);
registerWorker({ ...config, offline: true }); // keeps no page of its own
let known = { key: "", devices: [] };
let installing = null;

const show = (step, when, state) => {
  for (const node of byId(step).querySelectorAll("[data-when]")) node.hidden = node.dataset.when !== when;
  byId(step).dataset.state = state;
};
const own = () => known.devices.find((one) => one.current);
const permission = () => globalThis.Notification?.permission ?? "default";

function paint() {
  const installed = isInstalled();
  show("step-install", installed ? "installed" : isIphone() ? "iphone" : installing ? "android" : "other", installed ? "done" : "open");
  const hindered = hindrance() || (known.loaded && !known.key ? "no_key" : "");
  if (hindered) {
    show("step-allow", "unsupported", "bad");
    replace(byId("why-not"), WHY[hindered]);
  } else {
    const granted = permission() === "granted" && own();
    show("step-allow", permission() === "denied" ? "denied" : granted ? "granted" : "default", permission() === "denied" ? "bad" : granted ? "done" : "open");
  }
  const device = own();
  byId("test").disabled = Boolean(hindered) || !device;
  byId("step-test").dataset.state = device?.proved_at ? "done" : "open";
  replace(byId("proof"), device?.proved_at ? _("Bukti terakhir: {time}", { time: moment(device.proved_at) }) : _("Belum pernah terbukti."));
  replace(byId("devices"), known.devices.length ? known.devices.map(line) : h("li", { class: "hint" }, known.loaded ? _("Belum ada.") : _("Memuat…")));
}

const line = (device) => h("li", {},
  h("span", {}, said(device.label), device.current && h("strong", {}, ` · ${_("HP ini")}`), h("span", { class: "who" }, ` · ${device.proved_at ? _("terbukti {time}", { time: moment(device.proved_at) }) : _("belum terbukti")}`)),
  h("button", { class: "btn small", type: "button", "aria-label": _("Lepas {name}", { name: device.label }), onclick: () => void remove(device) }, _("Lepas")));

async function load() {
  known = { ...(await get(DEVICES)), loaded: true };
  paint();
}

// What a tap does; a fault is said where it can be read and the page stays as it was.
async function attempt(button, work) {
  button?.setAttribute("aria-busy", "true");
  replace(byId("phone-problem"));
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    replace(byId("phone-problem"), notice("error", error instanceof Problem ? error.message : _("HP ini menolak: {why}", { why: error.message ?? error.name })));
  } finally {
    button?.removeAttribute("aria-busy");
    paint();
  }
}

const allow = () => attempt(byId("allow"), async () => {
  if ((await Notification.requestPermission()) !== "granted") return;
  await register(known.key);
  await load();
});

const remove = (device) => attempt(null, async () => {
  await post(`${DEVICES}${device.id}/remove/`, {});
  if (device.current) {
    const registration = await navigator.serviceWorker?.getRegistration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  }
  await load();
});

const test = () => attempt(byId("test"), async () => {
  const { id } = own();
  const began = Date.now();
  await post(`${DEVICES}${id}/test/`, {});
  replace(byId("test-state"), _("Dikirim. Menunggu HP melapor…"));
  while (Date.now() - began < PATIENCE_MS) {
    await load();
    const { test: fate } = known.devices.find((one) => one.id === id) ?? {};
    if (["delivered", "read"].includes(fate?.state)) return replace(byId("test-state"), h("strong", {}, _("Sampai: HP ini melapor {time}.", { time: moment(fate.at) })), ` ${_("Tidak terdengar? Naikkan volume notifikasi dan matikan mode senyap.")}`);
    if (fate?.state === "dead") return replace(byId("test-state"), notice("error", _("Tidak sampai: {why}", { why: fate.error ?? "" })));
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  replace(byId("test-state"), notice("warn", _("Belum ada laporan dari HP. Periksa internet, hemat baterai, dan setelan notifikasi, lalu uji lagi.")));
});

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault(); // asked by our own button, when somebody has read what it is for
  installing = event;
  paint();
});
addEventListener("appinstalled", () => ((installing = null), paint()));
byId("install").addEventListener("click", () => void installing?.prompt());
byId("allow").addEventListener("click", () => void allow());
byId("test").addEventListener("click", () => void test());
paint();
await attempt(null, async () => {
  await load();
  if (known.key && !hindrance() && permission() === "granted" && !own() && (await (await navigator.serviceWorker.ready).pushManager.getSubscription())) {
    await register(known.key);
    await load();
  }
});
