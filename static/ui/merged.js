// One event that was told more than once: what was merged into it, and what may still be the same.
import { h, said } from "./dom.js";
import { moment, phone } from "./format.js";
import { _, ngettext } from "./lang.js";

const link = (one, open) => (open ? h("button", { class: "btn quiet small", type: "button", onclick: () => open(one.id) }, one.number) : one.number);

// Every caller of the merged incidents, with their words and place.
export function mergedParts(data, open) {
  const into = data.merged_into && h("p", { class: "notice", data: { kind: "info" } }, h("span", {}, `${_("Digabung ke")} `), link(data.merged_into, open));
  const parts = data.merged ?? [];
  if (!into && !parts.length) return null;
  return h("section", { class: "stack tight", data: { merged: String(parts.length) } }, into,
    parts.length > 0 && h("h3", {}, ngettext("{n} laporan lain tentang kejadian ini", "{n} laporan lain tentang kejadian ini", parts.length)),
    parts.map((part) => h("div", { class: "story small" },
      h("span", { class: "who" }, link(part, open), ` ${moment(part.created_at)}`, part.location?.text && [" · ", said(part.location.text)], "\n"),
      said(part.narrative), callers(part))));
}

const callers = (part) => (part.people ?? []).filter((one) => one.name || one.number)
  .map((one) => h("span", { class: "who" }, "\n", said(one.name ?? ""), one.name && one.number ? " · " : "", phone(one.number)));

export function similar(data, open) {
  const list = data.duplicates ?? [];
  if (!list.length || data.status !== "open") return null;
  return h("section", { class: "stack tight", data: { similar: String(list.length) } }, h("h3", {}, _("Mungkin kejadian yang sama")),
    list.map((one) => h("p", { class: "hint" }, link(one, open), ` ${Math.round(one.score * 100)} % · `, (one.reasons ?? []).map((why) => why.text).join(" · "))));
}

// Candidates for "Gabung": the likely ones first, with how likely.
export function byLikeness(rows, duplicates) {
  const scores = new Map((duplicates ?? []).map((one) => [one.id, one.score]));
  return [...rows].sort((a, b) => (scores.get(b.id) ?? 0) - (scores.get(a.id) ?? 0))
    .map((row) => ({ row, hint: scores.has(row.id) ? ` · ${_("mirip {n} %", { n: Math.round(scores.get(row.id) * 100) })}` : "" }));
}
