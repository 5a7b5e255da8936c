// Who else called about this incident, with their words; and taking off one who was added by mistake.
import { newKey, post } from "../live/api.js";
import { explain } from "./actions.js";
import { h, replace, said } from "./dom.js";
import { moment, phone } from "./format.js";
import { _ } from "./lang.js";

export function furtherCallers(data, { open, slot, done }) {
  const words = new Map((data.texts ?? []).filter((one) => one.kind === "caller_words").map((one) => [one.id, one.text]));
  const list = (data.calls ?? []).filter((one) => words.has(one.words) || one.detached_at || one.may_detach);
  const untold = [...words].filter(([id]) => !list.some((one) => one.words === id)); // handed over: words without a call
  if (!list.length && !untold.length) return null;
  return h("section", { class: "stack tight", data: { callers: String(list.length) } }, h("h3", {}, _("Pelapor lain")),
    list.map((one) => caller(data, one, words.get(one.words), { open, slot, done })),
    untold.map(([, text]) => h("p", { class: "story small" }, said(text))));
}

function caller(data, one, text, { open, slot, done }) {
  return h("div", { class: "story small", data: { caller: one.id } },
    h("span", { class: "who" }, moment(one.at), one.name && [" · ", said(one.name)], one.number && [" · ", phone(one.number)], "\n"),
    text && said(text),
    one.detached_at && h("span", { class: "hint" }, text ? "\n" : "", `${_("Dilepas")} `, moment(one.detached_at), one.detached_to && [" → ", link(one.detached_to, open)]),
    one.may_detach && h("div", { class: "btn-row" },
      h("button", { class: "btn quiet small", type: "button", onclick: () => form(data, one, slot, done) }, _("Lepaskan"))));
}

const link = (one, open) => (open ? h("button", { class: "btn quiet small", type: "button", onclick: () => open(one.id) }, one.number) : one.number);

function form(data, one, slot, done) {
  const problem = h("div", { "aria-live": "assertive" });
  const key = newKey();
  const choice = (value, label, checked) => h("label", { class: "check" }, h("input", { type: "radio", name: "into", value, checked }), h("span", {}, label));
  const node = h("form", {
    class: "inline-form", "aria-label": _("Lepaskan pelapor"),
    onsubmit: async (event) => {
      event.preventDefault();
      const filled = new FormData(node);
      const body = { new_incident: filled.get("into") === "new", reason: String(filled.get("reason") ?? "").trim() };
      try {
        const answer = await post(`/api/v1/incidents/${data.id}/calls/${one.id}/detach/`, body, { key });
        slot.replaceChildren();
        done(answer, "detach");
      } catch (error) {
        replace(problem, explain(error));
      }
    },
  }, h("h2", {}, _("Lepaskan pelapor")),
  h("fieldset", { class: "plain" }, h("legend", { class: "label" }, _("Kata, nomor, dan lokasinya")),
    choice("new", _("menjadi kejadian baru"), true), choice("mark", _("tidak berguna: tandai saja"), false)),
  h("div", { class: "field" }, h("label", { for: "detach-reason" }, _("Alasan")), h("input", { id: "detach-reason", name: "reason", maxlength: 300 })),
  problem,
  h("div", { class: "btn-row" }, h("button", { class: "btn danger", type: "submit" }, _("Lepaskan")),
    h("button", { class: "btn quiet", type: "button", onclick: () => slot.replaceChildren() }, _("Batal"))));
  slot.replaceChildren(node);
  node.querySelector("input")?.focus();
  node.scrollIntoView({ block: "nearest" });
}
