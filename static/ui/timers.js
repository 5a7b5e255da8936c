// One tick a second for all timers of a page, by the server's clock.
import { serverNow } from "../live/api.js";
import { h } from "./dom.js";
import { STAGES, timerStep } from "./format.js";

export function timer(due, start) {
  if (!due) return null;
  const node = h("span", { class: "timer", role: "timer", "aria-live": "off" },
    h("span", { class: "stage" }, STAGES[due.stage] ?? due.stage),
    h("span", { class: "icon", "aria-hidden": "true" }), h("span", { class: "left" }),
    h("span", { class: "track" }, h("span", { class: "fill" })));
  node.dataset.due = Date.parse(due.due_at);
  node.dataset.start = Date.parse(due.started_at ?? start);
  paint(node, serverNow());
  return node;
}

function paint(node, now) {
  const { step, part, icon, text } = timerStep(Number(node.dataset.start), Number(node.dataset.due), now);
  node.dataset.step = step;
  node.style.setProperty("--part", part.toFixed(3));
  node.querySelector(".icon").textContent = icon;
  node.querySelector(".left").textContent = text;
}

// The next limit of an incident: the earliest among its assignments that are still under way.
export function nextDue(row) {
  let best = null;
  for (const line of row.assignments ?? []) {
    if (line.next_due && (!best || line.next_due.due_at < best.due_at)) best = line.next_due;
  }
  return row.status === "open" ? best : null;
}

export const isLate = (row, now = serverNow()) => {
  const due = nextDue(row);
  return Boolean(due) && Date.parse(due.due_at) <= now;
};

export function tickEverySecond(more) {
  const tick = () => {
    const now = serverNow();
    for (const node of document.querySelectorAll(".timer[data-due]")) paint(node, now);
    more?.(now);
  };
  tick();
  setInterval(tick, 1000);
}
