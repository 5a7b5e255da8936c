// The call-taker's screen: queue, form, map and case, put together. The parts live in report.js, calls.js and ui/.
import { get, serverNow } from "../live/api.js";
import { Detail } from "../ui/detail.js";
import { byId, debounce, empty, h, notice, replace } from "../ui/dom.js";
import { PRIORITIES, typeName } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { IncidentList, areaName, byUrgency, waiting } from "../ui/list.js";
import { Hazards } from "../ui/hazards.js";
import { RegionMap } from "../ui/map.js";
import { arrowKeys, makeFeed, paintClock, startPage, watchLink } from "../ui/shell.js";
import { tickEverySecond } from "../ui/timers.js";
import { happening } from "../ui/words.js";
import { Whereabouts } from "../ui/whereabouts.js";
import { Bursts } from "../ui/bursts.js";
import { Badge } from "../outbox/badge.js";
import { keepUnsent } from "../outbox/page.js";
import { KeptWrites } from "../outbox/writes.js";
import { offerFullPage } from "../outbox/worker.js";
import { CallStrip } from "./calls.js";
import { AsOf } from "./asof.js";
import { Desk } from "./desk.js";
import { Handovers } from "./handovers.js";
import { ReportForm } from "./report.js";

const config = startPage();
const feed = makeFeed(config);
const outbox = await keepUnsent(config);
const mayReport = Boolean(byId("report"));
let ended = [];
let boardLoaded = false;
let desk = null;

const context = {
  region: config.region,
  user: config.user,
  typeNames: config.types,
  agencies: config.agencies,
  agencyNames: config.agency_names, agencyPhones: config.agency_phones ?? {},
  neighbours: config.neighbours,
  units: () => [...feed.state.units.values()],
  incidents: () => [...feed.state.incidents.values()],
  open: (id) => open(id),
  typing: (id) => feed.tell({ open: id, typing: true }),
  after: (answer, action) => {
    desk?.acts.after(answer, action);
    if (byId("which").value === "ended") loadEnded();
  },
};
const connected = () => ["starting", "live", "polling"].includes(feed.mode);
context.writes = new KeptWrites({ outbox, connected, changed: (id) => id === detail?.id && detail.data && detail.render(), arrived: (id) => id === detail.id && detail.load() });
const detail = new Detail(byId("detail"), context);
const list = new IncidentList(byId("queue"), { onOpen: open, typeNames: config.types });
const map = new RegionMap(byId("map"), { region: config.region, onOpen: open, onPick: mayReport ? (lat, lon) => report.setPoint(lat, lon) : null });
new Hazards(map, { region: config.region, feed });
const calls = mayReport ? new CallStrip({ config, form: () => report, outbox }) : null;
const regionName = (code) => config.neighbours.find((one) => one.code === code)?.name ?? code;
const bursts = new Bursts(byId("bursts"), { region: config.region, numberOf: (id) => feed.state.incidents.get(id)?.number, open, announce: say });
const handovers = mayReport ? new Handovers(byId("handovers"), { region: config.region, open, typeNames: config.types, regionName, announce: say }) : null;
const where = mayReport ? null : new Whereabouts(map, config.region);
const report = mayReport ? new ReportForm({ config, map, calls, open, outbox, writes: context.writes, connected, rowOf: (id) => feed.state.incidents.get(id) }) : null;

let asOf = null;
function past() {
  asOf ??= new AsOf({ region: config.region, context });
  asOf.show(detail.id);
}
byId("as-of").addEventListener("click", past);

async function open(id) {
  list.select(id);
  map.select(id);
  feed.say({ open: id });
  showWhere(feed.state.incidents.get(id));
  await detail.open(id);
}

function showWhere(row) {
  if (report?.places.place) return; // the form's own place stays drawn while a report is written
  (where ?? report.places.where).show(row && { area: row.area?.code, lat: row.lat, lon: row.lon, precision: row.precision });
}

const matches = (row, words) => {
  const hay = [row.number, row.label, happening(row, config.types), typeName(row.type, config.types), areaName(row), PRIORITIES[row.priority]?.code,
    ...(row.assignments ?? []).map((line) => line.agency?.code)].join(" ").toLowerCase();
  return words.every((word) => hay.includes(word));
};

function paintQueue(fresh = new Set()) {
  const openRows = context.incidents().filter((row) => row.status === "open");
  const source = byId("which").value === "open" ? openRows.sort(byUrgency) : ended;
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = source.filter((row) => matches(row, words));
  list.update(rows, { fresh });
  map.incidents(openRows);
  paintCounts(openRows);
  const state = byId("queue-state");
  if (!boardLoaded) replace(state, empty(_("Memuat…")));
  else if (!rows.length && words.length) replace(state, empty(_("Tidak ditemukan"), _("Ubah kata pencarian.")));
  else if (!rows.length) replace(state, empty(_("Tidak ada kejadian"), _("Kejadian baru muncul di sini dengan sendirinya.")));
  else replace(state);
}

function paintCounts(openRows) {
  const open_ = String(openRows.length);
  const count = byId("queue-count");
  if (count.textContent !== open_) count.textContent = open_;
  const waits = openRows.filter(waiting).length;
  const chip = byId("waiting-count");
  chip.hidden = !waits;
  chip.textContent = _("{n} belum diterima", { n: waits });
  document.title = `${waits ? `(${waits}) ` : ""}${_("Konsol")} — Siaga 112`;
}

async function loadEnded() {
  try {
    const query = new URLSearchParams({ region: config.region, status: "closed,cancelled,merged,handed_over" });
    ended = (await get(`/api/v1/incidents/?${query}`)).results;
    paintQueue();
  } catch {
    replace(byId("queue-state"), notice("error", _("Daftar tidak dapat dimuat."), h("button", { class: "btn small", type: "button", onclick: loadEnded }, _("Coba lagi"))));
  }
}

feed.addEventListener("board", () => {
  boardLoaded = true;
  bursts.load();
  paintQueue();
  map.drawUnits(feed.state.units.values());
  detail.load();
  handovers?.load();
});
feed.addEventListener("presence", (event) => detail.meet(event.detail.people));
feed.addEventListener("change", ({ detail: { ids, frame } }) => {
  const created = frame.kind === "incident.created" ? new Set(ids) : undefined;
  paintQueue(created);
  calls?.take(frame);
  bursts.take(frame);
  handovers?.take(frame);
  if (frame.data?.unit || frame.kind === "unit.moved") map.drawUnits(feed.state.units.values());
  const id = frame.data?.incident?.id;
  if (id && id === detail.id) detail.load();
  if (created) announce(frame.data.incident);
});

function announce(row) {
  if (row?.priority !== "critical") return;
  say(_("Kejadian kritis baru {number}, {what}, {where}", { number: row.number, what: happening(row, config.types), where: areaName(row) }));
}

function say(words) {
  byId("alarm").textContent = words;
}

byId("search").addEventListener("input", debounce(80, () => paintQueue()));
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") {
    list.focus();
    event.preventDefault();
  }
});
byId("which").addEventListener("change", () => (byId("which").value === "ended" ? loadEnded() : paintQueue()));
arrowKeys(byId("queue"));

desk = new Desk({ config, outbox, context, detail, list, calls, report, past, ended: () => ended, repaint: () => paintQueue() });
offerFullPage(config, feed);
watchLink(feed);
tickEverySecond(() => {
  paintClock(byId("clock"));
  calls?.tick(serverNow());
});
new Badge({ outbox, drafts: report?.draft, correct: (row) => report.correctRow(row), restore: (draft) => report.restoreDraft(draft) });
paintQueue();
await report?.start();
outbox.start();
feed.start();
