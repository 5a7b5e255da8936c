// The units of an assignment: each with where it stands, since when, and one button for each step it may tell next.
import { newKey, post } from "../live/api.js";
import { explain } from "./actions.js";
import { h, replace } from "./dom.js";
import { clock } from "./format.js";

export const UNIT_STATUS = {
  diverted: "dialihkan", available: "siap", assigned: "ditugaskan", en_route: "menuju lokasi", on_scene: "di lokasi",
  transporting: "mengantar", at_hospital: "di rumah sakit", out_of_service: "tidak bertugas",
};
const STEPS = {
  en_route: "Jalan", on_scene: "Tiba", transporting: "Mengantar", at_hospital: "Di RS", available: "Siap lagi",
  out_of_service: "Tidak bertugas",
};
const TIMES = [
  ["dikirim", "sent_at"], ["jalan", "en_route_at"], ["tiba", "on_scene_at"], ["mengantar", "transporting_at"],
  ["di RS", "at_hospital_at"], ["lepas", "released_at"],
];

// `slot`: where a refusal is told. `done`: after a step, told or refused. `keep`: a phone keeps taps before it sends them.
export function unitLines(line, { slot, done, keep }) {
  const units = line.units ?? [];
  if (!units.length) return null;
  return h("ul", { class: "plain units" }, units.map((unit) => h("li", { class: "stack tight", data: { unit: unit.code, status: unit.status ?? "" } },
    h("div", {}, h("strong", {}, unit.code), " ",
      unit.status ? h("span", { class: "chip" }, UNIT_STATUS[unit.status] ?? unit.status) : h("span", { class: "chip", data: { done: "" } }, "lepas"),
      h("span", { class: "who" }, ` ${times(unit)}`)),
    (unit.actions ?? []).length > 0 && h("div", { class: "btn-row" }, unit.actions.map((status) => step(unit, status, line, { slot, done, keep }))))));
}

const times = (unit) => TIMES.filter(([, name]) => unit[name]).map(([word, name]) => `${word} ${clock(unit[name])}`).join(" · ");

function step(unit, status, line, { slot, done, keep }) {
  return h("button", {
    class: "btn small", type: "button", "data-status": status, data: { key: `${unit.id}-${status}` },
    onclick: async (event) => {
      event.currentTarget.disabled = true;
      let answer = null;
      try {
        const body = { status, assignment: line.id };
        answer = keep ? await keep(unit, line, body) : await post(`/api/v1/units/${unit.id}/status/`, body, { key: newKey() });
        slot.replaceChildren();
      } catch (error) {
        replace(slot, explain(error));
      }
      done(answer?.queued ? answer : null, status);
    },
  }, STEPS[status] ?? status);
}
