// The agency's desk: what waits to be accepted stays on top, loud and visible until somebody takes it; then one big
// button at a time leads through the job.
import { get, newKey, post } from "../live/api.js";
import { Badge } from "../outbox/badge.js";
import { keepUnsent } from "../outbox/page.js";
import { offerFullPage } from "../outbox/worker.js";
import { KeptSteps } from "../outbox/steps.js";
import { KeptWrites } from "../outbox/writes.js";
import { openPushed } from "./pushed.js";
import { renew } from "./pushdevice.js";
import { Detail } from "../ui/detail.js";
import { byId, empty, h, notice, replace, said } from "../ui/dom.js";
import { assignmentEnded, priorityRank } from "../ui/format.js";
import { _, ngettext } from "../ui/lang.js";
import { IncidentList, areaName, ladderChips, marks, progressLine, stepChip } from "../ui/list.js";
import { Hazards } from "../ui/hazards.js";
import { RegionMap } from "../ui/map.js";
import { arrowKeys, bindKeys, keyHelp, makeFeed, paintClock, startPage, watchLink } from "../ui/shell.js";
import { Alarm } from "../ui/sound.js";
import { tickEverySecond } from "../ui/timers.js";
import { happening } from "../ui/words.js";
import { PositionShare } from "./position.js";

// Outdoors on a phone dark screens cannot be read; the desk in the office follows the console.
if (matchMedia("(max-width: 719px)").matches) document.documentElement.dataset.theme = "light";

const config = startPage();
const feed = makeFeed(config);
const outbox = await keepUnsent(config);
const alarm = new Alarm();
let loaded = false;
let ended = [];
let wantsSound = false;

const own = (row) => (row.assignments ?? []).find((line) => line.agency?.code === config.agency && !assignmentEnded(line.status))
  ?? (row.assignments ?? []).find((line) => line.agency?.code === config.agency);
const describe = {
  line: progressLine,
  chips: (row) => {
    const line = own(row);
    return [marks(row), line && stepChip(line), line && ladderChips(line)];
  },
};

const context = {
  region: config.region, agency: config.agency, typeNames: config.types, agencyNames: config.agency_names, agencies: [], neighbours: [],
  units: () => [...feed.state.units.values()],
  incidents: () => [...feed.state.incidents.values()],
  hint: _("Pilih tugas dari daftar atau dari peta."),
};
const kept = new KeptSteps({ outbox, connected: () => ["live", "polling"].includes(feed.mode), incident: () => detail.id, changed: () => detail?.data && detail.render(), arrived: (id) => id === detail.id && detail.load() });
const writes = new KeptWrites({ outbox, connected: () => ["live", "polling"].includes(feed.mode), changed: (id) => id === detail?.id && detail.data && detail.render(), arrived: (id) => id === detail.id && detail.load() });
Object.assign(context, { writes, keepStep: kept.keepStep, keepUnit: kept.keepUnit, ahead: kept.ahead, keptSteps: kept.lines });
const share = new PositionShare(byId("share"), { agency: config.agency, units: context.units });
const detail = new Detail(byId("detail"), context);
const list = new IncidentList(byId("inbox"), { onOpen: open, describe, typeNames: config.types });
const map = new RegionMap(byId("map"), { region: config.region, onOpen: open });
new Hazards(map, { region: config.region, feed });

async function open(id) {
  byId("main").classList.add("case-open");
  list.select(id);
  map.select(id);
  await detail.open(id);
  void seen(id);
}

// The centre is told that the messages about this case have been read; without it they count as unread, nothing more.
async function seen(id) {
  const line = own(context.incidents().find((row) => row.id === id) ?? {});
  if (line?.status !== "assigned") return;
  await post(`/api/v1/incidents/${id}/seen/`, {}, { key: newKey() }).catch(() => undefined);
}

const ORDER = ["assigned", "acknowledged", "dispatched", "arrived", "completed", "declined", "withdrawn"];
function byStep(a, b) {
  const [one, other] = [own(a).status, own(b).status];
  return Number(other === "assigned") - Number(one === "assigned")
    || (one === "assigned" ? priorityRank(a.priority) - priorityRank(b.priority) || b.created_at.localeCompare(a.created_at) : 0)
    || ORDER.indexOf(one) - ORDER.indexOf(other) || a.created_at.localeCompare(b.created_at);
}

function current() {
  return context.incidents().filter((row) => row.status === "open" && own(row));
}

// Only the agency's own limit is shown: the other agencies' clocks are not its business.
const narrowed = (row) => ({ ...row, assignments: [own(row)] });
const views = new Map(); // a row keeps its narrowed copy, so that the list sees what did not change
function view(row) {
  const known = views.get(row.id);
  if (known?.row === row) return known.copy;
  const copy = narrowed(row);
  views.set(row.id, { row, copy });
  return copy;
}

function paint(fresh = new Set()) {
  const now = current();
  const running = now.filter((row) => !assignmentEnded(own(row).status));
  const source = byId("which").value === "now" ? running.sort(byStep) : ended.filter(own);
  list.update(source.map(view), { fresh });
  map.incidents(running);
  const waits = running.filter((row) => own(row).status === "assigned");
  byId("inbox-count").textContent = String(running.length);
  byId("desk-summary").textContent = loaded ? _("{waits} belum diterima · {running} sedang ditangani", { waits: waits.length, running: running.length - waits.length }) : _("Memuat…");
  document.title = `${waits.length ? `(${waits.length}) ` : ""}${_("Meja dinas")} — Siaga 112`;
  const state = byId("inbox-state");
  if (!loaded) replace(state, empty(_("Memuat…")));
  else if (!source.length) replace(state, empty(_("Tidak ada tugas"), _("Tugas baru muncul di sini dengan sendirinya dan berbunyi.")));
  else replace(state);
  paintWaiting(waits.sort(byStep));
}

function paintWaiting(waits) {
  const box = byId("unaccepted");
  const first = waits[0];
  const sign = first ? `${first.id} ${waits.length} ${first.version}` : "";
  if (box.dataset.sign === sign) return;
  box.dataset.sign = sign;
  box.hidden = !first;
  if (!first) return;
  box.dataset.critical = String(waits.some((row) => row.priority === "critical"));
  replace(box, h("span", {}, `${ngettext("{n} tugas menunggu diterima:", "{n} tugas menunggu diterima:", waits.length)} ${first.number} · `, happening(first, config.types), " · ", said(areaName(first))),
    h("button", { class: "btn small", type: "button", data: { key: "open-first" }, onclick: () => open(first.id) }, _("Buka")));
}

// Sound and picture go on until somebody has accepted, at most every 15 seconds.
function ringWhileWaiting() {
  const waits = current().filter((row) => own(row).status === "assigned");
  if (waits.length && wantsSound) alarm.ring(waits.some((row) => row.priority === "critical"));
  const state = byId("sound-state");
  const off = wantsSound && !alarm.ready;
  state.dataset.state = off ? "off" : "";
  state.textContent = off ? _("SUARA MATI — tekan Uji suara") : wantsSound ? _("Suara aktif") : _("Suara belum aktif");
}

byId("start-shift").addEventListener("click", async (event) => {
  wantsSound = true;
  const button = event.currentTarget;
  button.textContent = _("Uji suara");
  button.classList.remove("primary");
  await alarm.unlock().catch(() => undefined);
  ringWhileWaiting();
});
byId("back").addEventListener("click", () => byId("main").classList.remove("case-open"));
byId("which").addEventListener("change", () => (byId("which").value === "ended" ? loadEnded() : paint()));

async function loadEnded() {
  try {
    const query = new URLSearchParams({ region: config.region, status: "open,closed,cancelled,merged,handed_over" });
    const rows = (await get(`/api/v1/incidents/?${query}`)).results;
    ended = rows.filter((row) => own(row) && (row.status !== "open" || assignmentEnded(own(row).status)));
    paint();
  } catch {
    replace(byId("inbox-state"), notice("error", _("Daftar tidak dapat dimuat."), h("button", { class: "btn small", type: "button", onclick: loadEnded }, _("Coba lagi"))));
  }
}

feed.addEventListener("board", () => {
  loaded = true;
  paint();
  map.drawUnits(feed.state.units.values());
  share.update();
  detail.load();
});
feed.addEventListener("change", ({ detail: { ids, frame } }) => {
  const fresh = ["incident.created", "incident.shown", "assignment.created"].includes(frame.kind) ? new Set(ids) : undefined;
  paint(fresh);
  if (frame.data?.unit || frame.kind === "unit.moved") map.drawUnits(feed.state.units.values());
  if (frame.data?.unit) share.update();
  const id = frame.data?.incident?.id;
  if (id && id === detail.id) detail.load();
  if (fresh) ringWhileWaiting();
});

arrowKeys(byId("inbox"));
const help = keyHelp([["F2", _("Ke daftar tugas (panah memilih, Enter membuka)")], ["Ctrl+Enter", _("Kirim isian")], ["Esc", _("Batalkan isian")], ["?", _("Bantuan ini")]]);
bindKeys({ F2: () => list.focus(), "?": help });
watchLink(feed, { losing: _("langkah tetap dapat dicatat dan terkirim sendiri nanti") });
offerFullPage(config, feed);
tickEverySecond(() => {
  paintClock(byId("clock"));
  ringWhileWaiting();
  share.paint();
});
new Badge({ outbox });
if (!config.offline) void renew().catch((error) => console.warn("pushes:", error.message));
openPushed({ open, loaded: () => loaded, feed });
paint();
outbox.start();
feed.start();
