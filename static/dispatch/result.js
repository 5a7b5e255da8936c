// The answer to a saved report: its number, who has been told and until when, to whom the caller must be referred.
import { newKey, post } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { h, notice, replace, said } from "../ui/dom.js";
import { ROLES, clock } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { areaName } from "../ui/list.js";
import { priorityMark } from "../ui/priority.js";
import { referral } from "../ui/referral.js";
import { timer } from "../ui/timers.js";
import { happening } from "../ui/words.js";

export function resultCard(answer, config, { open, close }) {
  const lines = answer.assignments ?? [];
  return h("section", { class: "result-card", id: "saved", data: { incident: answer.id }, "aria-label": _("Laporan tersimpan") },
    h("div", { class: "detail-head" }, h("strong", {}, _("Tersimpan")), h("span", { class: "detail-number" }, answer.number),
      priorityMark(answer.priority, { word: true }), answer.confidential && h("span", { class: "chip secret" }, _("Kasus terbatas")),
      h("button", { class: "btn quiet small", type: "button", onclick: close }, _("Tutup"))),
    h("p", { class: "who" }, happening(answer, config.types), " · ", said(areaName(answer))),
    lines.length
      ? h("ul", { class: "result-lines" }, lines.map((one) => line(one, config.agency_names)))
      : h("p", { class: "hint" }, _("Tidak ada dinas yang ditugaskan.")),
    (answer.referrals ?? []).map(referral),
    (answer.duplicates ?? []).length > 0 && notice("warn", _("Mungkin laporan yang sama:"),
      answer.duplicates.slice(0, 3).map((one) => h("button", { class: "btn small", type: "button", onclick: () => open(one.id) }, one.number))),
    (answer.warnings ?? []).filter((one) => one.region).map((one) => otherRegion(one, answer, open)),
    (answer.warnings ?? []).some((one) => !one.region) && h("p", { class: "hint" }, answer.warnings.filter((one) => !one.region).map((one) => one.message ?? one).join(" ")));
}

// The point lies in another region, or near its border: one press gives the case to it (it can be taken back).
function otherRegion(warning, answer, open) {
  const problem = h("div", { "aria-live": "assertive" });
  const key = newKey();
  const give = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await post(`/api/v1/incidents/${answer.id}/hand_over/`, { version: answer.version, to_region: warning.region }, { key });
      replace(box, notice("info", _("Dialihkan ke {name}; keadaannya tampak di rincian kejadian.", { name: warning.name })));
      open(answer.id);
    } catch (error) {
      button.disabled = false;
      replace(problem, explain(error));
    }
  };
  const text = [warning.message, warning.phone ? _("Telepon: {phone}", { phone: warning.phone }) : ""].filter(Boolean).join(" ");
  const box = h("div", { class: "other-region", data: { region: warning.region } },
    notice("warn", text, h("button", { class: "btn small", type: "button", onclick: give }, _("Alihkan ke {name}", { name: warning.name }))), problem);
  return box;
}

function line(one, names) {
  const due = (one.deadlines ?? [])[0];
  return h("li", {}, h("strong", { title: one.agency?.name }, names[one.agency?.code] ?? one.agency?.name ?? ""), h("span", { class: "who" }, `${ROLES[one.role] ?? one.role}${due ? ` · ${_("terima sebelum {time}", { time: clock(due.due_at) })}` : ""}`),
    timer(due, new Date().toISOString()));
}
