// The wall: what is going on, in turns of 20 s, readable from across the room; no buttons, no keyboard. It runs for
// weeks: it reconnects, loads itself anew when the installation has a new version, and keeps nothing that has ended.
import { get, serverNow } from "../live/api.js";
import { withoutEnded } from "../live/state.js";
import { Bursts } from "../ui/bursts.js";
import { byId, empty, h, replace, said } from "../ui/dom.js";
import { ASSIGNMENT_SHORT, PRIORITIES, clock, priorityRank, typeName } from "../ui/format.js";
import { _, ngettext } from "../ui/lang.js";
import { areaName } from "../ui/list.js";
import { Hazards } from "../ui/hazards.js";
import { RegionMap } from "../ui/map.js";
import { priorityMark } from "../ui/priority.js";
import { makeFeed, paintClock, startPage } from "../ui/shell.js";
import { isLate, nextDue, tickEverySecond, timer } from "../ui/timers.js";
import { subtypeName } from "../ui/words.js";
import { figure, noticesPanel, pacePanel, todayPanel, unitsPanel } from "./panels.js";
import { MOST_ROWS, Rotation, letterSize, panelTime, rowsThatFit, setOf } from "./rotation.js";

const STALE_SECONDS = 15;
const FIGURES_MS = 15_000;
const FIGURES_OLD_MS = 300_000;
const AGAIN_MS = 60_000;
const config = startPage();
const feed = makeFeed(config);
const map = new RegionMap(byId("map"), { region: config.region, places: false, interactive: false });
new Hazards(map, { region: config.region, feed });
const bursts = new Bursts(byId("bursts"), { region: config.region, numberOf: (id) => named(seen(feed.state.incidents.get(id))) });
const rotation = new Rotation(performance.now(), panelTime(location.search));
const panels = Object.fromEntries([...document.querySelectorAll("[data-panel]")].map((node) => [node.dataset.panel, node]));
let loaded = false;
let dirty = true;
let staleSince = null;
let figures = null;
let figuresAt = -Infinity;
let fitted = null;
let shownLarge = null;

// One word that can be read from five metres.
const SHORT = {
  medical: _("Medis"), fire: _("Kebakaran"), disaster: _("Bencana"), public_order: _("Ketertiban"), traffic: _("Lalu lintas"),
  accident: _("Kecelakaan"), building_fire: _("Kebakaran"), vehicle_fire: _("Kebakaran mobil"), unconscious: _("Tidak sadar"),
  traffic_light_out: _("Lampu lalin mati"), ambulance_request: _("Ambulans"), public_facility: _("Fasilitas"),
  other_non_emergency: _("Lain-lain"), mental_crisis: _("Kejadian khusus"),
};
const title = (row) => SHORT[row.subtype] || subtypeName(row.subtype) || SHORT[row.type] || typeName(row.type, config.types);
const named = (row) => row && `${areaName(row)} · ${title(row)}`;

// Whoever has opened this page: a confidential case is not for a room.
const seen = (row) => (row && !row.confidential ? row : undefined);
const open = () => [...feed.state.incidents.values()].filter((row) => row.status === "open" && seen(row));
const late = (rows) => rows.filter((row) => isLate(row)).length;
const TAKEN = new Set(["acknowledged", "dispatched", "arrived", "completed"]);
const untaken = (row) => row.priority === "critical" && !(row.assignments ?? []).some((line) => TAKEN.has(line.status));

// Where every agency is done only the desk has something left to do.
const ENDED = new Set(["completed", "declined", "withdrawn"]);
const finished = (row) => Boolean(row.assignments?.length) && row.assignments.every((line) => ENDED.has(line.status));

function urgency(a, b) {
  return Number(finished(a)) - Number(finished(b)) || priorityRank(a.priority) - priorityRank(b.priority) || Number(isLate(b)) - Number(isLate(a)) || a.created_at.localeCompare(b.created_at);
}

function setSize() {
  const size = letterSize(config.screen);
  byId("wall").style.setProperty("--wall-text", `${size}vh`);
  byId("wall").dataset.large = String(size > 5.2);
  byId("wall").dataset.huge = String(size > 7);
}

// How many rows there is room for now; a banner or larger letters leave fewer.
const letters = () => parseFloat(getComputedStyle(byId("wall")).fontSize);
const room = (node, count) => rowsThatFit(node.clientHeight, letters() * 1.5, count);
const STRIP_AND_HEAD = 2.7 + 1.5; // em above the rows of a table
const tableRows = () => Math.min(MOST_ROWS - 1, Math.max(2, Math.floor((byId("main").clientHeight / letters() - STRIP_AND_HEAD) / 1.5)));

function paint() {
  dirty = false;
  const rows = open();
  paintActive(rows);
  const rest = tableRows();
  if (!panels.units.hidden) unitsPanel(panels.units, feed.state.units.values(), rest, config.agency_names);
  if (!figures) return;
  if (!panels.today.hidden && figures.calls) todayPanel(panels.today, { ...figures, open: rows.length, late: late(rows) }, Number(clock(serverNow()).slice(0, 2)));
  for (const stage of ["acknowledge", "arrive"]) if (!panels[stage].hidden) pacePanel(panels[stage], stage, figures.agencies[stage], rest);
  if (!panels.notices.hidden) noticesPanel(panels.notices, figures, rest);
}

function paintActive(rows) {
  const count = (n) => (loaded ? n : "–");
  replace(byId("figures"), figure(count(rows.length), _("terbuka")), figure(count(late(rows)), _("lewat"), "late"),
    Object.keys(PRIORITIES).map((code) => figure(count(rows.filter((row) => row.priority === code).length), priorityMark(code))));
  const shown = rows.sort(urgency).slice(0, room(byId("list-box"), rows.length));
  replace(byId("rows"), shown.map(line), rows.length > shown.length && h("li", { class: "wall-more" }, ngettext("dan {n} kejadian lain", "dan {n} kejadian lain", rows.length - shown.length)));
  replace(byId("rows-state"), loaded ? (rows.length ? "" : empty(_("Tidak ada kejadian terbuka"))) : empty(_("Memuat…")));
  map.incidents(rows);
  const set = setOf(rows);
  if (loaded && set !== fitted && map.fitTo(rows)) fitted = set;
}

function line(row) {
  return h("li", { class: "wall-row", data: { incident: row.id } }, priorityMark(row.priority),
    h("span", {}, h("span", { class: "place" }, said(areaName(row))), h("span", { class: "what" }, ` · ${row.exercise ? `${_("LATIHAN")} · ` : ""}${title(row)}`)),
    h("span", { class: "state" }, slowest(row)), timer(nextDue(row), row.created_at) ?? h("span"));
}

// How far the whole incident is: as far as the agency that is behind the others.
const STEPS = ["assigned", "acknowledged", "dispatched", "arrived", "completed"];
function slowest(row) {
  const steps = (row.assignments ?? []).map((one) => STEPS.indexOf(one.status)).filter((step) => step >= 0);
  return steps.length ? ASSIGNMENT_SHORT[STEPS[Math.min(...steps)]] : _("tanpa dinas");
}

// A new critical case, large: where, what, who has been sent, how long it has waited.
function paintTakeover(id) {
  const row = feed.state.incidents.get(id);
  const sign = row ? `${id} ${row.version}` : null;
  if (sign === shownLarge) return;
  shownLarge = sign;
  byId("takeover").hidden = !row;
  if (!row) return replace(byId("takeover"));
  replace(byId("takeover"), priorityMark(row.priority, { word: true }), timer(nextDue(row), row.created_at) ?? h("span"),
    h("p", { class: "where" }, said(areaName(row)), h("span", { class: "what" }, `${row.exercise ? `${_("LATIHAN")} · ` : ""}${title(row)}`)),
    h("p", { class: "parts" }, (row.assignments ?? []).map((one) => h("span", {}, h("strong", {}, config.agency_names[one.agency.code] ?? one.agency.code), ` ${ASSIGNMENT_SHORT[one.status] ?? one.status}`))));
}

function available() {
  const names = ["active"];
  if (feed.state.units.size) names.push("units");
  if (!figures || performance.now() - figuresAt > FIGURES_OLD_MS) return names;
  if (figures.calls) names.push("today");
  names.push(...["acknowledge", "arrive"].filter((stage) => figures.agencies[stage].ranked.length));
  if (figures.notices.length || figures.paused.length) names.push("notices");
  return names;
}

function turn() {
  const held = loaded && open().some(untaken);
  const stands = (id) => seen(feed.state.incidents.get(id))?.status === "open";
  const now = rotation.tick(performance.now(), { panels: available(), held, stands });
  for (const [name, node] of Object.entries(panels)) {
    if (node.hidden === (name === now.panel)) {
      node.hidden = name !== now.panel;
      dirty = true;
    }
  }
  byId("progress").dataset.held = String(held);
  byId("progress").firstElementChild.style.setProperty("--part", Math.min(1, now.part).toFixed(3));
  paintTakeover(now.takeover);
  if (dirty) paint();
}

function paintStale(now) {
  const seconds = feed.age();
  const denied = feed.mode === "denied";
  const stale = denied || seconds > STALE_SECONDS;
  if (!stale) staleSince = null;
  else staleSince ??= now - seconds * 1000;
  byId("stale").hidden = !stale;
  byId("wall").toggleAttribute("inert", stale);
  if (stale) byId("stale").firstElementChild.textContent = denied ? _("LAYAR INI TIDAK BERHAK LAGI. Minta tautan baru kepada admin.") : _("DATA TERPUTUS sejak {time}", { time: clock(staleSince) });
  if (loaded) byId("updated").textContent = _("Data {time}", { time: clock(now - seconds * 1000) });
}

async function loadFigures() {
  try {
    figures = await get(`/api/v1/figures/?${new URLSearchParams({ region: config.region })}`);
    figuresAt = performance.now();
    dirty = true;
    if (figures.release !== config.release) reloadSoon();
  } catch {
    // panels without figures are left out; the stale sign tells of the link
  }
}

// Not all screens of a house in the same second, and only when the page is there: an error page has no script.
let reloading = false;
function reloadSoon() {
  if (reloading) return;
  reloading = true;
  setTimeout(async () => {
    reloading = false;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok && !answer.redirected) location.reload();
  }, 2000 + Math.random() * 20_000);
}

feed.addEventListener("board", () => {
  loaded = dirty = true;
  fitted = null;
  bursts.load();
});
feed.addEventListener("change", ({ detail: { frame } }) => {
  feed.state = withoutEnded(feed.state);
  dirty = true;
  bursts.take(frame);
  const row = seen(frame.data?.incident);
  if (frame.kind === "incident.created" && row?.priority === "critical") rotation.announce(row.id);
});
feed.addEventListener("denied", () => setInterval(reloadSoon, AGAIN_MS));
let lateShown = 0;
tickEverySecond((now) => {
  paintClock(byId("clock"));
  paintStale(now);
  const lateNow = late(open());
  if (lateNow !== lateShown) dirty = true;
  lateShown = lateNow;
  byId("wall").dataset.shift = String(Math.floor(now / 60_000) % 4);
});
addEventListener("resize", () => (dirty = true));
setSize();
turn();
setInterval(turn, 250);
setInterval(loadFigures, FIGURES_MS);
loadFigures();
feed.start();
