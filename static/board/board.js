// The dispatcher's board: list and map in step, units by agency, the case with its next steps, what has to be decided.
// `?panel=peta|daftar` is a second window of the same board; the windows of one person tell each other what is selected.
import { newKey, post, Problem, get } from "../live/api.js";
import { BoardMap } from "./boardmap.js";
import { Bursts } from "../ui/bursts.js";
import { Detail } from "../ui/detail.js";
import { byId, debounce, empty, h, notice, replace } from "../ui/dom.js";
import { PRIORITIES, assignmentEnded, typeName } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { actionLabel } from "../ui/actions.js";
import { Hazards } from "../ui/hazards.js";
import { areaName } from "../ui/list.js";
import { noMenu, openMenu, placeOf } from "./menu.js";
import { bindKeys, inField, keyHelp, makeFeed, paintClock, startPage, watchLink } from "../ui/shell.js";
import { tickEverySecond } from "../ui/timers.js";
import { Whereabouts } from "../ui/whereabouts.js";
import { happening } from "../ui/words.js";
import { Badge } from "../outbox/badge.js";
import { keepUnsent } from "../outbox/page.js";
import { KeptWrites } from "../outbox/writes.js";
import { Filters } from "./boardfilters.js";
import { BoardList } from "./boardlist.js";
import { NumberQueue, ReviewQueue } from "./boardqueues.js";
import { grouped, ordered, passes, unassigned } from "./boardrules.js";
import { HazardPanel } from "./hazarddraw.js";
import { UnitPanel } from "./boardunits.js";
import { Windows } from "./windows.js";

const config = startPage();
const feed = makeFeed(config);
const has = { list: config.panel !== "peta", map: config.panel !== "daftar", detail: !config.panel };
let loaded = false;
let flooded = false;
let selected = null;

const rows = () => [...feed.state.incidents.values()];
const rowOf = (id) => feed.state.incidents.get(id);
const short = (code) => config.agency_names[code] ?? code;
const say = (words) => (byId("alarm").textContent = words);
const context = {
  region: config.region, user: config.user, typeNames: config.types, agencies: config.agencies, agencyNames: config.agency_names, agencyPhones: config.agency_phones ?? {}, neighbours: config.neighbours,
  units: () => [...feed.state.units.values()], incidents: rows, open: (id) => open(id), typing: (id) => feed.tell({ open: id, typing: true }),
  after: () => filters.now.mine && filters.loadOwn(), hint: _("Pilih dari daftar atau peta: panah memilih, Enter membuka."),
};

const windows = new Windows(`siaga.papan.${config.region}.${config.user_id}`, {
  select: (id) => select(id, { told: false }), open: (id) => has.detail && open(id, { told: false }),
  act: ([id, key]) => has.detail && act(id, key, { told: false }), filters: (now) => has.list && filters.take(now), calm: () => endFlood({ told: false }),
});
const outbox = has.detail ? await keepUnsent(config) : null; // a second window writes nothing
if (outbox) {
  const connected = () => ["starting", "live", "polling"].includes(feed.mode);
  context.writes = new KeptWrites({ outbox, connected, changed: (id) => id === detail?.id && detail.data && detail.render(), arrived: (id) => id === detail.id && detail.load() });
}
const detail = has.detail ? new Detail(byId("detail"), context) : null;
const list = has.list ? new BoardList(byId("sections"), { onOpen: open, onSelect: select, onMenu: menu, typeNames: config.types }) : null;
const filters = new Filters(byId("filters"), { config, changed: ({ told }) => {
  paint();
  if (told) windows.tell("filters", filters.now);
} });
const map = has.map ? new BoardMap(byId("map"), { region: config.region, onOpen: open, onMenu: menu, onCluster: (ids) => filters.showOnly(ids), onUnit: (id) => units?.toggle(id) }) : null;
const where = map && new Whereabouts(map, config.region);
const bursts = new Bursts(byId("bursts"), { region: config.region, numberOf: (id) => rowOf(id)?.number, open, announce: say });
const units = has.detail ? new UnitPanel({ list: byId("units"), bar: byId("unit-bar"), answers: byId("unit-answers"), units: context.units, target: () => rowOf(selected) ?? null, onMenu: unitMenu, short }) : null;
const review = has.detail ? new ReviewQueue(byId("review"), { typeNames: config.types, open: (id, key) => act(id, key) }) : null;
const numbers = has.detail ? new NumberQueue(byId("numbers"), { region: config.region, mayFlag: config.permissions.includes("number.flag"), onCount: (n) => (byId("numbers-count").textContent = String(n)) }) : null;

const hazards = new Hazards(map, { region: config.region, feed, changed: (found) => {
  drawing?.paint(found);
  if (drawing) byId("hazards-count").textContent = String(found.length);
} });
const drawing = has.detail ? new HazardPanel(byId("hazards"), { region: config.region, map, hazards }) : null;

// --- what is selected, in the list, on the map and in the other windows --------------------------------------------------
function select(id, { told = true } = {}) {
  selected = id;
  list?.select(id, { show: !told });
  map?.select(id);
  const row = rowOf(id);
  void where?.show(row && { area: row.area?.code, lat: row.lat, lon: row.lon, precision: row.precision });
  units?.paintBar();
  if (told) windows.tell("select", id);
}

async function open(id, { told = true } = {}) {
  select(id, { told });
  if (!detail) return windows.tell("open", id);
  showTab("detail");
  feed.say({ open: id });
  await detail.open(id);
}

// A step of the menu is the button of the same step in the case: its form, its refusals and its undo are the same.
async function act(id, key, { told = true } = {}) {
  if (!detail) return windows.tell("act", [id, key]);
  await open(id, { told });
  byId("detail").querySelector(`button[data-key="${CSS.escape(key)}"]`)?.click();
}

async function menu(id, event) {
  event.preventDefault();
  select(id);
  const at = placeOf(event);
  const from = document.activeElement;
  const label = rowOf(id)?.number ?? "";
  try {
    openMenu(steps(await get(`/api/v1/incidents/${id}/`)), { at, from, label });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    openMenu([{ head: error.message }, ...noMenu()], { at, from, label });
  }
}

function steps(data) {
  const chosen = units?.chosen.size ?? 0;
  const item = (target, action) => ({ label: actionLabel(action), key: action, danger: ["cancel", "decline", "withdraw"].includes(action), run: () => void act(data.id, `${target.id}-${action}`) });
  const lines = (data.assignments ?? []).filter((line) => !assignmentEnded(line.status) && (line.actions ?? []).length);
  return [
    { head: `${data.number} · ${happening(data, config.types)}` },
    { label: _("Buka rincian"), key: "open", run: () => void open(data.id) },
    ...(chosen ? [{ label: _("Kirim {n} unit terpilih ke sini", { n: chosen }), key: "send", run: () => void units.send() }] : []),
    ...(data.actions ?? []).map((action) => item(data, action)),
    ...lines.flatMap((line) => [{ head: short(line.agency.code) }, ...line.actions.map((action) => item(line, action))]),
  ];
}

function unitMenu(unit, event) {
  event.preventDefault();
  const status = (next) => async () => {
    try {
      await post(`/api/v1/units/${unit.id}/status/`, { status: next }, { key: newKey() });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(byId("unit-answers"), notice("error", `${unit.code}: ${error.message}`));
    }
  };
  const mayTell = config.permissions.includes("unit.status");
  openMenu([
    { head: `${unit.code} · ${unit.name ?? ""}` },
    { label: units.chosen.has(unit.id) ? _("Batal pilih") : _("Pilih"), key: "pick", run: () => units.toggle(unit.id) },
    ...(typeof unit.lat === "number" ? [{ label: _("Tunjukkan di peta"), key: "show", run: () => map.map.setView([unit.lat, unit.lon], Math.max(map.map.getZoom(), 14), { animate: false }) }] : []),
    ...(mayTell && unit.status === "available" ? [{ label: _("Tidak bertugas"), key: "out", run: status("out_of_service") }] : []),
    ...(mayTell && unit.status === "out_of_service" ? [{ label: _("Siap lagi"), key: "back", run: status("available") }] : []),
  ], { at: placeOf(event), from: document.activeElement, label: unit.code });
}

// --- painting -------------------------------------------------------------------------------------------------------
const hay = (row) => [row.number, row.label, happening(row, config.types), typeName(row.type, config.types), areaName(row), PRIORITIES[row.priority]?.code,
  ...(row.assignments ?? []).map((line) => line.agency?.code)].join(" ").toLowerCase();

function paint(fresh = new Set()) {
  const all = rows().filter((row) => row.status === "open");
  const shown = all.filter((row) => passes(row, filters.now, { own: filters.own, hay }) && (!filters.only || filters.only.has(row.id)));
  map?.incidents(shown);
  list?.update(flooded ? floodSections(shown) : sections(shown), { fresh });
  review?.paint(all.filter((row) => row.needs_review));
  paintCounts(all, shown);
}

function sections(shown) {
  const { unassigned: untaken, active } = ordered(shown);
  return [{ key: "unassigned", title: _("Belum ditangani"), rows: untaken, hollow: true }, { key: "active", title: _("Sedang ditangani"), rows: active, hollow: true }];
}

function floodSections(shown) {
  const groups = grouped(shown);
  const title = (group) => (group.alone ? _("P1 belum ditangani") : `${areaName(group.rows[0])} · ${typeName(group.rows[0].type, config.types)}`);
  return groups.map((group) => ({ key: group.key, title: title(group), rows: ordered(group.rows).unassigned.concat(ordered(group.rows).active), folded: !group.alone && group.rows.length > 3 }));
}

function paintCounts(all, shown) {
  const waits = all.filter(unassigned).length;
  const count = byId("board-count");
  const words = shown.length === all.length ? String(all.length) : _("{n} dari {all}", { n: shown.length, all: all.length });
  if (count && count.textContent !== words) count.textContent = words;
  if (byId("review-count")) byId("review-count").textContent = String(all.filter((row) => row.needs_review).length);
  document.title = `${waits ? `(${waits}) ` : ""}${_("Papan")} — Siaga 112`;
  favicon(waits);
  const state = byId("list-state");
  if (!state) return;
  if (!loaded) replace(state, empty(_("Memuat…")));
  else if (!all.length) replace(state, empty(_("Tidak ada kejadian"), _("Kejadian baru muncul di sini dengan sendirinya.")));
  else if (!shown.length) replace(state, empty(_("Tidak ditemukan"), _("Ubah atau hapus saringan.")));
  else replace(state);
}

// The number of untaken cases in the tab's picture too: a row of narrow tabs shows nothing else.
let pictured = -1;
function favicon(waits) {
  const link = document.querySelector('link[rel="icon"]');
  if (waits === pictured || !link) return;
  pictured = waits;
  const canvas = h("canvas", { width: 32, height: 32 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = waits ? "#ff5d5d" : "#18212b";
  pen.fillRect(0, 0, 32, 32);
  pen.fillStyle = waits ? "#0e141b" : "#edf2f7";
  pen.font = "800 18px sans-serif";
  pen.textAlign = "center";
  pen.fillText(waits > 99 ? "99" : waits ? String(waits) : "112", 16, 22, 30);
  link.type = "image/png";
  link.href = canvas.toDataURL();
}

function showTab(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const on = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !on;
  }
}
for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => showTab(tab.dataset.tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...document.querySelectorAll("[role=tab]")];
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    showTab(next.dataset.tab);
    next.focus();
  });
}

// --- many at once -----------------------------------------------------------------------------------------------------
function endFlood({ told = true } = {}) {
  document.dispatchEvent(new CustomEvent("siaga:end-flood"));
  if (told) windows.tell("calm", true);
}
byId("flood-end").addEventListener("click", () => endFlood());
document.addEventListener("siaga:flood", ({ detail: { on } }) => {
  flooded = on;
  byId("flood-banner").hidden = !on;
  say(on ? _("Banjir laporan: daftar dikelompokkan, hanya P1 berbunyi.") : _("Banjir laporan berakhir."));
  paint();
});

// --- the feed ---------------------------------------------------------------------------------------------------------
const later = debounce(60, (fresh) => paint(fresh)); // a burst of frames is one painting
feed.addEventListener("board", () => {
  loaded = true;
  paint();
  bursts.load();
  map?.drawUnits(feed.state.units.values());
  units?.paint();
  detail?.load();
  numbers?.load();
  if (filters.now.mine) void filters.loadOwn();
});
feed.addEventListener("presence", (event) => detail?.meet(event.detail.people));
feed.addEventListener("change", ({ detail: { ids, frame } }) => {
  if (ids.length) later(frame.kind === "incident.created" ? new Set(ids) : undefined);
  bursts.take(frame);
  numbers?.take(frame);
  if (frame.data?.unit || frame.kind === "unit.moved") {
    map?.drawUnits(feed.state.units.values());
    units?.paint();
  }
  const row = frame.data?.incident;
  if (row?.id && row.id === detail?.id) detail.load();
  if (frame.kind === "incident.created" && row?.priority === "critical") say(_("Kejadian kritis baru {number}, {what}, {where}", { number: row.number, what: happening(row, config.types), where: areaName(row) }));
});

const focusPanel = () => {
  const stops = ["sections", "units", "detail-panel"].map(byId).filter(Boolean);
  const here = stops.findIndex((node) => node.contains(document.activeElement));
  const next = stops[(here + 1) % stops.length];
  (next.id === "sections" ? list : { focus: () => next.querySelector("summary, button:not([tabindex='-1']), input")?.focus() })?.focus();
};
const help = keyHelp([
  ["↑ ↓", _("Memilih kejadian; peta mengikuti")], ["Enter", _("Membuka kejadian terpilih")], ["Shift+F10", _("Langkah berikutnya dari kejadian atau unit (juga klik kanan)")],
  ["F2", _("Cari kejadian")], ["F6", _("Ke panel berikutnya: daftar, unit, rincian")], ["F7", _("Peta di jendela kedua")], ["F8", _("Kirim unit terpilih ke kejadian terpilih")],
  ["?", _("Bantuan ini")],
]);
bindKeys({
  F2: () => byId("search").focus(), F6: focusPanel, F7: () => void window.open("?panel=peta", "siaga-papan-peta", "popup,width=1200,height=800"),
  F8: () => void units?.send(), "?": help,
});
byId("search").addEventListener("keydown", (event) => event.key === "ArrowDown" && inField(event.target) && (list?.focus(), event.preventDefault()));
watchLink(feed, { losing: "" });
tickEverySecond(() => paintClock(byId("clock")));
paint();
if (outbox) new Badge({ outbox });
outbox?.start();
feed.start();
await import("../ui/soundbar.js");
