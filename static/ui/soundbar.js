// Sound on a console: which alarms are waiting comes from what the screen knows, ui/alarms.js decides what is heard.
// A part of its own beside the page's script; the feed is the one that the page has made.
import { serverNow } from "../live/api.js";
import { alarmLevel } from "../live/state.js";
import { Alarms, alarmsOf } from "./alarms.js";
import { h } from "./dom.js";
import { Flood } from "./flood.js";
import { icon } from "./icons.js";
import { _ } from "./lang.js";
import { waiting } from "./list.js";
import { feedOfPage } from "./shell.js";
import { Alarm } from "./sound.js";
import { nextDue } from "./timers.js";

const feed = feedOfPage();
const alarm = new Alarm({ onChange: (ready) => (test.hidden = !ready) });
const alarms = new Alarms();
const opened = new Set();
const calls = new Set();
let loaded = false;
let first = true;

const test = h("button", { class: "btn quiet small", type: "button", id: "sound-test", hidden: true, onclick: () => alarm.unlock() }, icon("volume-up"), _("Uji suara"));
const flood = new Flood();
const state = h("button", { class: "btn small", id: "flood", type: "button", hidden: true, title: _("Lebih dari 10 alarm dalam 10 menit atau 10 kejadian dalam 5 menit. Tekan untuk mengakhiri."), onclick: () => endFlood() }, icon("volume-mute"), _("Banjir laporan: hanya P1 berbunyi"));
document.querySelector(".bar-end")?.prepend(state, test);

// A person may end it, here or in another window of the same desk (the board passes it on).
export function endFlood({ told = true } = {}) {
  flood.end(performance.now());
  alarms.raised = [];
  paintFlood();
  if (told) document.dispatchEvent(new CustomEvent("siaga:flood-ended"));
}
document.addEventListener("siaga:end-flood", () => endFlood());

let shown = null;
function paintFlood() {
  alarms.flooded = flood.on;
  if (shown === flood.on) return;
  shown = flood.on;
  state.hidden = !flood.on;
  document.dispatchEvent(new CustomEvent("siaga:flood", { detail: { on: flood.on } }));
}

const dueAt = (row) => Date.parse(nextDue(row)?.due_at ?? "") || 0;

// Opening a case is accepting its alarms: of its limit the one that has passed by now, not the next one.
function acceptOpened() {
  const id = feed.said?.open;
  const row = id && feed.state.incidents.get(id);
  if (!row) return;
  opened.add(`critical:${id}`);
  if (dueAt(row)) opened.add(`late:${id}:${dueAt(row)}`);
}

function tick() {
  if (!loaded) return;
  acceptOpened();
  const rows = [...feed.state.incidents.values()];
  const linkDown = alarmLevel(feed.age()) !== null || feed.mode === "denied";
  const active = alarmsOf({ rows, calls, linkDown, opened, now: serverNow(), isWaiting: waiting, dueAt });
  const kind = alarms.sync(active, performance.now(), { old: first });
  first = false;
  flood.now(performance.now(), alarms.raised);
  paintFlood();
  if (kind) alarm.play(kind);
  document.body.dataset.alarms = [...active.keys()].join(" ");
}

feed.addEventListener("board", () => (loaded = true));
feed.addEventListener("change", ({ detail: { frame } }) => {
  if (frame.kind === "incident.created") flood.arrived(performance.now());
  const id = frame.data?.call?.id;
  if (!id || !frame.kind.startsWith("call.")) return;
  if (frame.kind === "call.offered") calls.add(id);
  else calls.delete(id);
});
setInterval(tick, 500);
alarm.open();
