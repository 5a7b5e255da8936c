// The wall: figures, the eight most urgent open incidents, the map, the clock. Board rows at wall level carry no
// personal data; the screen has no buttons.
import { byId, empty, h, replace } from "../ui/dom.js";
import { ASSIGNMENT_SHORT, PRIORITIES, clock, priorityRank, typeName } from "../ui/format.js";
import { Bursts } from "../ui/bursts.js";
import { areaName } from "../ui/list.js";
import { RegionMap } from "../ui/map.js";
import { priorityMark } from "../ui/priority.js";
import { makeFeed, paintClock, startPage } from "../ui/shell.js";
import { isLate, nextDue, tickEverySecond, timer } from "../ui/timers.js";
import { subtypeName } from "../ui/words.js";

const ROWS = 8;
const STALE_SECONDS = 15;
const config = startPage();
const feed = makeFeed(config);
const map = new RegionMap(byId("map"), { region: config.region, places: false, interactive: false });
const bursts = new Bursts(byId("bursts"), { region: config.region, numberOf: (id) => named(feed.state.incidents.get(id)) });
let loaded = false;
let staleSince = null;
let lateShown = -1;

// One word that can be read from five metres.
const SHORT = {
  medical: "Medis", fire: "Kebakaran", disaster: "Bencana", public_order: "Ketertiban", traffic: "Lalu lintas",
  accident: "Kecelakaan", building_fire: "Kebakaran", vehicle_fire: "Kebakaran mobil", unconscious: "Tidak sadar",
  traffic_light_out: "Lampu lalin mati", ambulance_request: "Ambulans", violence_women_children: "Kejadian khusus", public_facility: "Fasilitas", other_non_emergency: "Lain-lain",
};

const title = (row) => SHORT[row.subtype] || subtypeName(row.subtype) || SHORT[row.type] || typeName(row.type, config.types);
const named = (row) => row && `${title(row)} · ${areaName(row)}`;
const open = () => [...feed.state.incidents.values()].filter((row) => row.status === "open");
const late = (rows) => rows.filter((row) => isLate(row)).length;

function urgency(a, b) {
  return priorityRank(a.priority) - priorityRank(b.priority) || Number(isLate(b)) - Number(isLate(a)) || a.created_at.localeCompare(b.created_at);
}

function paint() {
  const rows = open();
  lateShown = late(rows);
  replace(byId("figures"), figure(rows.length, "terbuka"), figure(lateShown, "lewat", "late"),
    Object.keys(PRIORITIES).map((code) => figure(rows.filter((row) => row.priority === code).length, priorityMark(code))));
  const shown = rows.sort(urgency).slice(0, rows.length > ROWS ? ROWS - 1 : ROWS);
  replace(byId("rows"), shown.map(line), rows.length > shown.length && h("li", { class: "wall-more" }, `dan ${rows.length - shown.length} kejadian lain`));
  replace(byId("rows-state"), loaded ? (rows.length ? "" : empty("Tidak ada kejadian terbuka")) : empty("Memuat…"));
  map.incidents(rows);
}

function figure(count, label, kind = "") {
  return h("div", { class: `figure ${kind}`, data: { any: String(count > 0) } }, h("b", {}, loaded ? count : "–"), h("span", {}, label));
}

function line(row) {
  return h("li", { class: "wall-row", data: { incident: row.id } }, priorityMark(row.priority),
    h("span", {}, h("span", { class: "title" }, row.exercise ? "LATIHAN · " : "", (row.confidential && "Kejadian khusus") || title(row)), h("span", { class: "place" }, ` · ${areaName(row)}`)),
    h("span", { class: "state" }, slowest(row)), timer(nextDue(row), row.created_at) ?? h("span"));
}

// How far the whole incident is: as far as the agency that is behind the others.
const STEPS = ["assigned", "acknowledged", "dispatched", "arrived", "completed"];
function slowest(row) {
  const steps = (row.assignments ?? []).map((one) => STEPS.indexOf(one.status)).filter((step) => step >= 0);
  return steps.length ? ASSIGNMENT_SHORT[STEPS[Math.min(...steps)]] : "tanpa dinas";
}

function paintStale(now) {
  const seconds = feed.age();
  const stale = feed.mode === "denied" || seconds > STALE_SECONDS;
  if (!stale) staleSince = null;
  else staleSince ??= now - seconds * 1000;
  byId("stale").hidden = !stale;
  byId("main").toggleAttribute("data-stale", stale);
  if (stale) byId("stale").textContent = feed.mode === "denied" ? "LAYAR INI TIDAK BERHAK — masuk lagi" : `DATA TERPUTUS sejak ${clock(staleSince)}`;
  if (loaded) byId("updated").textContent = `Data ${clock(now - seconds * 1000)}`;
}

feed.addEventListener("board", () => {
  loaded = true;
  paint();
  bursts.load();
});
feed.addEventListener("change", paint);
feed.addEventListener("change", ({ detail: { frame } }) => bursts.take(frame));
tickEverySecond((now) => {
  paintClock(byId("clock"));
  paintStale(now);
  if (late(open()) !== lateShown && loaded) paint();
  byId("wall").dataset.shift = String(Math.floor(now / 60_000) % 4);
});
paint();
feed.start();
