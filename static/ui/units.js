// The units of an assignment: each with where it stands, since when, and one button for each step it may tell next.
import { newKey, post } from "../live/api.js";
import { explain } from "./actions.js";
import { h, replace } from "./dom.js";
import { clock } from "./format.js";
import { _, pgettext } from "./lang.js";

export const UNIT_STATUS = {
  diverted: _("dialihkan"), available: _("siap"), assigned: _("ditugaskan"), en_route: _("menuju lokasi"), on_scene: _("di lokasi"),
  transporting: _("mengantar"), at_hospital: _("di rumah sakit"), out_of_service: _("tidak bertugas"),
};
const STEPS = {
  en_route: _("Jalan"), on_scene: _("Tiba"), transporting: _("Mengantar"), at_hospital: _("Di RS"), available: _("Siap lagi"),
  out_of_service: _("Tidak bertugas"),
};
const TIMES = [
  [_("dikirim"), "sent_at"], [pgettext("unit", "jalan"), "en_route_at"], [_("tiba"), "on_scene_at"], [_("mengantar"), "transporting_at"],
  [_("di RS"), "at_hospital_at"], [_("lepas"), "released_at"],
];

// `slot`: where a refusal is told. `done`: after a step, told or refused. `keep`: a phone keeps taps before it sends them.
export function unitLines(line, { slot, done, keep }) {
  const units = line.units ?? [];
  if (!units.length) return null;
  return h("ul", { class: "plain units" }, units.map((unit) => h("li", { class: "stack tight", data: { unit: unit.code, status: unit.status ?? "" } },
    h("div", {}, h("strong", {}, unit.code), " ",
      unit.status ? h("span", { class: "chip" }, UNIT_STATUS[unit.status] ?? unit.status) : h("span", { class: "chip", data: { done: "" } }, _("lepas")),
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
