// Which units leave: the server's own recommendation with its reasons, chosen by the keys 1–5, several at once; below
// it what is missing, and all other units of the agency. Without an answer the list of the agency's units stays.
import { get, newKey, post, Problem } from "../live/api.js";
import { h, notice, replace } from "./dom.js";
import { _, pgettext } from "./lang.js";

const MOST = 5;

export function unitForm({ target, context, slot, done }) {
  const own = context.units().filter((unit) => (unit.agency?.code ?? unit.agency) === target.agency?.code);
  const offers = h("div", { class: "unit-list", data: { offers: "" } }, h("p", { class: "hint" }, _("Mencari unit terdekat…")));
  const others = h("details", { class: "stack tight" });
  const missing = h("div", { "aria-live": "polite" });
  const set = h("fieldset", { class: "plain stack tight", onkeydown: pickByKey }, h("legend", { class: "label" }, `${_("Unit yang berangkat")} `, h("kbd", {}, "1"), "–", h("kbd", {}, "5")),
    missing, offers, others);
  fill({ target, own, offers, others, missing, moved: (answer) => { slot.replaceChildren(); done(answer, "divert"); } });
  return { fields: own.length ? set : h("p", { class: "hint" }, _("Belum ada unit terdaftar; berangkat tanpa nama unit.")), read: (form) => ({ units: form.getAll("units") }) };
}

async function fill({ target, own, offers, others, missing, moved }) {
  let found;
  try {
    found = await get(`/api/v1/assignments/${target.id}/units/`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    replace(offers, h("p", { class: "hint" }, _("Perkiraan waktu tidak tersedia; pilih dari semua unit.")), own.map((unit) => plainBox(unit)));
    return;
  }
  replace(missing, found.shortfalls.map((sentence) => notice("warn", sentence)),
    found.movable.map((unit) => notice("warn", unit.incident
      ? _("{unit} lebih cepat ({reason}), sedang ke {incident}; dapat dialihkan.", { unit: unit.code, reason: unit.reasons[0], incident: unit.incident })
      : _("{unit} lebih cepat ({reason}); dapat dialihkan.", { unit: unit.code, reason: unit.reasons[0] }), divertButton(unit, target, moved))));
  const keep = new Set(chosenIn(offers, others));
  const offered = new Set(found.units.map((unit) => unit.id));
  replace(offers, found.units.map((unit, n) => offerBox(unit, n, keep)), !found.units.length && h("p", { class: "hint" }, _("Tidak ada unit yang siap.")));
  const rest = own.filter((unit) => !offered.has(unit.id));
  replace(others, rest.length > 0 && [h("summary", {}, `${_("Unit lain")} (${rest.length})`), h("div", { class: "unit-list" }, rest.map((unit) => [plainBox(unit, keep), MOVABLE.includes(unit.status) && divertButton(unit, target, moved)]))]);
  others.hidden = !rest.length;
  offers.querySelector("input")?.focus();
}

const MOVABLE = ["assigned", "en_route", "on_scene"];

// Takes a unit from where it is. To what is not more urgent only with a reason, which stays with the other event.
function divertButton(unit, target, moved) {
  const box = h("span", { class: "btn-row" });
  const send = async (reason) => {
    try {
      moved(await post(`/api/v1/units/${unit.id}/divert/`, { assignment: target.id, ...(reason ? { reason } : {}) }, { key: newKey() }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.body.type !== "/problems/not-more-urgent") return replace(box, notice("error", error.message));
      const why = h("input", { class: "input", "aria-label": _("Alasan mengalihkan"), placeholder: _("Alasan mengalihkan"), maxlength: 500 });
      replace(box, notice("warn", error.message), why, h("button", { class: "btn small", type: "button", onclick: () => why.value.trim() && send(why.value.trim()) }, pgettext("unit", "Alihkan")));
      why.focus();
    }
  };
  replace(box, h("button", { class: "btn small", type: "button", data: { divert: unit.code }, onclick: () => send("") }, _("Alihkan {unit}", { unit: unit.code })));
  return box;
}

const chosenIn = (...nodes) => nodes.flatMap((node) => [...node.querySelectorAll("input:checked")].map((box) => box.value));

function offerBox(unit, n, keep) {
  return h("label", { class: "check unit-offer", data: { fits: String(unit.fits) } },
    h("input", { type: "checkbox", name: "units", value: unit.id, checked: keep.has(unit.id), "data-pick": String(n + 1) }),
    h("span", {}, n < MOST && h("kbd", {}, String(n + 1)), " ", h("strong", {}, unit.code), unit.minutes !== null && ` ± ${_("{n} menit", { n: Math.max(1, Math.round(unit.minutes)) })}`,
      h("span", { class: "who" }, ` ${unit.reasons.join(" · ")}`)));
}

function plainBox(unit, keep = new Set()) {
  const free = ["available", undefined].includes(unit.status);
  return h("label", { class: "check" },
    h("input", { type: "checkbox", name: "units", value: unit.id, disabled: !free, checked: keep.has(unit.id) }),
    h("span", {}, unit.code ?? unit.name, free ? "" : unit.status === "out_of_service" ? ` · ${_("tidak bertugas")}` : ` · ${_("sedang bertugas")}`));
}

// The keys tick and untick, so that several units are chosen without the mouse.
function pickByKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-5]$/.test(event.key)) return;
  const box = event.currentTarget.querySelector(`input[data-pick="${event.key}"]`);
  if (!box) return;
  box.checked = !box.checked;
  box.focus();
  event.preventDefault();
}
