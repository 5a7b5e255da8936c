// What every screen starts with: configuration, clock, age of the data, loud banner, keyboard help.
import { configure, serverNow } from "../live/api.js";
import { Feed } from "../live/feed.js";
import { alarmLevel } from "../live/state.js";
import { byId, h, readConfig, replace } from "./dom.js";
import { clock, setZone, zoneLabel } from "./format.js";
import { _ } from "./lang.js";

export function startPage() {
  const config = readConfig();
  configure(config);
  setZone(config.zone);
  return config;
}

let made = null;
export function makeFeed(config) {
  made = new Feed({ region: config.region, livePort: config.live_port, liveSameOrigin: config.live_same_origin });
  return made;
}
// For parts of a page that stand beside its script (ui/soundbar.js).
export const feedOfPage = () => made;

export function paintClock(node) {
  replace(node, clock(serverNow()), " ", h("small", {}, zoneLabel()));
}

// `losing` says what still works while the link is cut; a wall has nobody to tell it to.
export function watchLink(feed, { losing = _("laporan tetap dapat disimpan") } = {}) {
  const banner = byId("link-banner");
  const age = byId("age");
  let since = null;
  let shown = "";
  const paint = () => {
    const seconds = feed.age();
    if (age) paintAge(age, feed, seconds);
    if (feed.mode === "denied") return;
    const level = alarmLevel(seconds);
    if (!level) since = null;
    else since ??= serverNow() - seconds * 1000;
    const text = !level ? "" : level === "red"
      ? `${_("DATA TERPUTUS sejak {time}", { time: clock(since) })}${losing ? ` — ${losing}` : ""}`
      : _("Belum ada kabar dari server sejak {time}", { time: clock(since) });
    if (text !== shown) {
      banner.hidden = !level;
      banner.dataset.level = level ?? "";
      replace(banner, text);
      shown = text;
    }
  };
  feed.addEventListener("denied", (event) => deniedBanner(banner, event.detail.status));
  setInterval(paint, 500);
}

function paintAge(node, feed, seconds) {
  const mode = feed.mode === "live" ? "live" : feed.mode;
  node.dataset.link = mode === "denied" ? "down" : mode;
  const data = feed.lastContact ? _("Data {n} dtk lalu", { n: Math.floor(seconds) }) : _("Menghubungkan…");
  node.textContent = mode === "polling" ? `${data} · ${_("jalur cadangan")}` : data;
  node.title = mode === "live" ? _("Tersambung langsung") : _("Tanpa sambungan langsung: data diambil tiap 4 detik");
}

function deniedBanner(banner, status) {
  banner.hidden = false;
  banner.dataset.level = "red";
  const again = h("a", { class: "btn small", href: "/masuk/", target: "_blank", rel: "noopener" }, _("Masuk lagi di tab baru"));
  replace(banner, status === 401
    ? [_("Sesi Anda berakhir. Isian di layar ini tetap ada."), again]
    : [_("Akun ini tidak (lagi) berhak atas data wilayah ini.")]);
  addEventListener("focus", () => status === 401 && location.hash !== "#masuk" && retryOnce(banner), { once: true });
}

async function retryOnce(banner) {
  const answer = await fetch("/api/v1/board/?region=" + readConfig().region, { cache: "no-store" }).catch(() => null);
  if (answer?.ok) {
    replace(banner, _("Sesi tersambung lagi. Muat ulang halaman setelah isian tersimpan."),
      h("button", { class: "btn small", type: "button", onclick: () => location.reload() }, _("Muat ulang")));
  }
}

// Keys that work everywhere on the page. A map entry: "F4" | "Ctrl+Enter" | "Alt+1" → function.
export function bindKeys(map) {
  document.addEventListener("keydown", (event) => {
    const run = map[chord(event)];
    if (!run || (isPlain(event) && inField(event.target))) return;
    if (run(event) !== false) event.preventDefault();
  });
}

export function chord(event) {
  const key = /^Digit\d$/.test(event.code) && (event.altKey || event.ctrlKey) ? event.code.slice(5) : event.key;
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${key}`;
}
const isPlain = (event) => !event.ctrlKey && !event.altKey && !event.metaKey && event.key.length === 1;
export const inField = (node) => Boolean(node.closest?.("input:not([type=checkbox]):not([type=radio]),textarea,select"));

export function keyHelp(entries) {
  const panel = h("section", { class: "keys", id: "keys", hidden: true, "aria-label": _("Tombol pintas") },
    h("div", { class: "detail-head" }, h("h2", {}, _("Tombol pintas")),
      h("button", { class: "btn quiet small", type: "button", onclick: () => (panel.hidden = true) }, _("Tutup"))),
    h("dl", {}, entries.map(([keys, what]) => [h("dt", {}, keys.split(" ").map((key) => [h("kbd", {}, key), " "])), h("dd", {}, what)])));
  document.body.append(panel);
  const toggle = () => {
    panel.hidden = !panel.hidden;
  };
  byId("help-button")?.addEventListener("click", toggle);
  return toggle;
}

// Lists are worked with the arrow keys; Enter is the click of the button under focus.
export function arrowKeys(list) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...list.querySelectorAll("button.row")];
    rows[rows.indexOf(document.activeElement) + step]?.focus();
    event.preventDefault();
  });
}
