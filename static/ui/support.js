// What an agency asks the desk for, and the desk's answer. An open request is a task: it stays in sight until answered.
import { newKey, post } from "../live/api.js";
import { explain, field } from "./actions.js";
import { h, notice, replace, said } from "./dom.js";
import { clock } from "./format.js";
import { _ } from "./lang.js";

export const WHAT = {
  units: _("perlu unit tambahan"), agency: _("perlu instansi lain"), no_backup: _("ditolak dan tidak ada cadangan"),
  unit_diverted: _("unit dialihkan; perlu pengganti"),
};
export const ANSWERS = { given: _("dipenuhi"), refused: _("tidak dapat dipenuhi"), lapsed: _("tidak perlu lagi") };

// The requests of an incident; `mayAnswer`: this is the desk.
export function openRequests(data, { mayAnswer, short, slot, done }) {
  const list = data.support ?? [];
  if (!list.length) return null;
  return h("section", { class: "stack tight", "aria-label": _("Permintaan bantuan") }, list.map((one) => notice("warn",
    [h("strong", {}, `${_("Minta bantuan:")} `), `${short(one.agency)} ${WHAT[one.what] ?? one.what}`, one.wanted ? ` — ${short(one.wanted)}` : "", ` · ${clock(one.at)}`],
    mayAnswer && h("div", { class: "btn-row" }, answer(one, "given", _("Sudah dipenuhi"), { slot, done }), answer(one, "refused", _("Tidak dapat"), { slot, done })))));
}

function answer(one, word, label, { slot, done }) {
  return h("button", {
    class: "btn small", type: "button", data: { key: `${one.id}-${word}` },
    onclick: async (event) => {
      event.currentTarget.disabled = true;
      try {
        await post(`/api/v1/support/${one.id}/answer/`, { answer: word }, { key: newKey() });
      } catch (error) {
        replace(slot, explain(error));
      }
      done(null, "support");
    },
  }, label);
}

export function askButton(line, { context, slot, done }) {
  if (!(line.asks ?? []).length) return null;
  return h("button", { class: "btn small", type: "button", data: { key: `${line.id}-ask` }, onclick: () => openAsk(line, { context, slot, done }) }, _("Minta bantuan"));
}

function openAsk(line, { context, slot, done }) {
  const problem = h("div", { "aria-live": "assertive" });
  const close = () => slot.replaceChildren();
  const names = Object.entries(context.agencyNames ?? {}).filter(([code]) => code !== line.agency?.code);
  const wanted = h("select", { name: "agency" }, h("option", { value: "" }, _("Mana saja")), names.map(([code, name]) => h("option", { value: code }, name)));
  const form = h("form", {
    class: "inline-form", "aria-label": _("Minta bantuan"),
    onkeydown: (event) => event.key === "Escape" && close(),
    onsubmit: async (event) => {
      event.preventDefault();
      const given = new FormData(form);
      const body = { what: given.get("what") };
      if (body.what === "agency" && given.get("agency")) body.agency = given.get("agency");
      if (String(given.get("note")).trim()) body.note = String(given.get("note")).trim();
      try {
        await post(`/api/v1/assignments/${line.id}/support/`, body, { key: newKey() });
        close();
        done(null, "support");
      } catch (error) {
        replace(problem, explain(error));
      }
    },
  }, h("h2", {}, _("Minta bantuan")),
  field(_("Yang diperlukan"), h("select", { name: "what" }, line.asks.map((what) => h("option", { value: what }, WHAT[what] ?? what)))),
  field(_("Instansi yang diminta"), wanted), field(_("Keterangan untuk operator"), h("textarea", { name: "note", rows: 2 })), problem,
  h("div", { class: "btn-row" }, h("button", { class: "btn primary", type: "submit" }, _("Kirim permintaan")), h("button", { class: "btn quiet", type: "button", onclick: close }, _("Batal"))));
  slot.replaceChildren(form);
  form.querySelector("select")?.focus();
}

export const supportText = (support) => (support
  ? ` · ${support.answer ? ANSWERS[support.answer] ?? support.answer : WHAT[support.what] ?? support.what}${support.wanted ? ` (${support.wanted})` : ""}` : "");
