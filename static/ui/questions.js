// Questions of the SOP that count, answered after the report was saved: the last answer to each, and one press for a new one.
import { newKey, post } from "../live/api.js";
import { explain } from "./actions.js";
import { h, replace, said } from "./dom.js";
import { moment } from "./format.js";
import { _ } from "./lang.js";

export function questions(data, { slot, done }) {
  const given = new Map((data.answers ?? []).map((one) => [one.key, one]));
  const asked = new Map();
  for (const one of data.procedures ?? []) one.keys?.forEach((key, n) => key && !asked.has(key) && asked.set(key, one.questions[n]));
  for (const one of data.answers ?? []) if (!asked.has(one.key)) asked.set(one.key, one.question || one.key);
  const open = (data.actions ?? []).includes("update");
  const shown = [...asked].filter(([key]) => open || given.has(key));
  if (!shown.length) return null;
  return h("section", { class: "stack tight", data: { questions: String(shown.length) } }, h("h3", {}, _("Pertanyaan SOP")),
    h("ul", { class: "plain" }, shown.map(([key, text]) => h("li", {}, text,
      open ? buttons(data, key, text, given.get(key), { slot, done }) : ` ${spoken(given.get(key)?.answer)}`,
      given.has(key) && h("span", { class: "who" }, ` ${spoken(given.get(key).answer)} · ${moment(given.get(key).at)} `, said(given.get(key).by))))));
}

const spoken = (answer) => (answer === true ? _("Ya") : answer === false ? _("Tidak") : String(answer ?? ""));

function buttons(data, key, text, given, { slot, done }) {
  const button = (value, label) => h("button", {
    class: "pick-chip small", type: "button", "aria-pressed": String(given?.answer === value), "aria-label": `${label}: ${text}`, data: { key: `asked-${key}-${value}` },
    onclick: async (event) => {
      const node = event.currentTarget;
      node.disabled = true;
      try {
        done(await post(`/api/v1/incidents/${data.id}/update/`, { version: data.version, answers: { [key]: value } }, { key: newKey() }), "update");
      } catch (error) {
        node.disabled = false;
        replace(slot, explain(error));
        done(null, "update");
      }
    },
  }, label);
  return h("span", { class: "answers" }, " ", button(true, _("Ya")), " ", button(false, _("Tidak")));
}
