// The answer to a saved report: its number, who has been told and until when, to whom the caller must be referred.
import { h, notice, said } from "../ui/dom.js";
import { ROLES, clock } from "../ui/format.js";
import { areaName } from "../ui/list.js";
import { priorityMark } from "../ui/priority.js";
import { referral } from "../ui/referral.js";
import { timer } from "../ui/timers.js";
import { happening } from "../ui/words.js";

export function resultCard(answer, config, { open, close }) {
  const lines = answer.assignments ?? [];
  return h("section", { class: "result-card", id: "saved", data: { incident: answer.id }, "aria-label": "Laporan tersimpan" },
    h("div", { class: "detail-head" }, h("strong", {}, "Tersimpan"), h("span", { class: "detail-number" }, answer.number),
      priorityMark(answer.priority, { word: true }), answer.confidential && h("span", { class: "chip secret" }, "Kasus terbatas"),
      h("button", { class: "btn quiet small", type: "button", onclick: close }, "Tutup")),
    h("p", { class: "who" }, happening(answer, config.types), " · ", said(areaName(answer))),
    lines.length
      ? h("ul", { class: "result-lines" }, lines.map((one) => line(one, config.agency_names)))
      : h("p", { class: "hint" }, "Tidak ada dinas yang ditugaskan."),
    (answer.referrals ?? []).map(referral),
    (answer.duplicates ?? []).length > 0 && notice("warn", "Mungkin laporan yang sama:",
      answer.duplicates.slice(0, 3).map((one) => h("button", { class: "btn small", type: "button", onclick: () => open(one.id) }, one.number))),
    (answer.warnings ?? []).length > 0 && h("p", { class: "hint" }, answer.warnings.map((one) => one.message ?? one).join(" ")));
}

function line(one, names) {
  const due = (one.deadlines ?? [])[0];
  return h("li", {}, h("strong", { title: one.agency?.name }, names[one.agency?.code] ?? one.agency?.name ?? ""), h("span", { class: "who" }, `${ROLES[one.role] ?? one.role}${due ? ` · terima sebelum ${clock(due.due_at)}` : ""}`),
    timer(due, new Date().toISOString()));
}
