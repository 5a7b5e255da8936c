// What is known of a caller's number before anybody answers: a badge for a marked number, earlier calls, last incidents.
// A marked number waits behind the others and is never hidden: a real call may follow.
import { get } from "../live/api.js";
import { h, said } from "../ui/dom.js";
import { moment } from "../ui/format.js";
import { _, ngettext } from "../ui/lang.js";
import { happening } from "../ui/words.js";

export const isNuisance = (history) => Boolean(history?.mark || history?.likely_nuisance);

// Calls in the order in which they are answered: unmarked numbers first, then the longest waiting.
export function inOrder(calls, histories) {
  const at = (call) => String(call.offered_at ?? "");
  return [...calls].sort((a, b) => Number(isNuisance(histories.get(a.id))) - Number(isNuisance(histories.get(b.id))) || at(a).localeCompare(at(b)));
}

// "4 panggilan 90 hari ini: 2 prank, 1 ghost, 1 darurat"
export function countsText({ calls, pranks, ghosts, emergencies }) {
  if (!calls) return _("Belum pernah menelepon dalam 90 hari.");
  const parts = [[pranks, _("prank")], [ghosts, _("ghost")], [emergencies, _("darurat")]].filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return ngettext("{n} panggilan dalam 90 hari", "{n} panggilan dalam 90 hari", calls) + (parts.length ? `: ${parts.join(", ")}` : "");
}

export class CallHistories {
  // `painted`: something has become known.
  constructor(painted) {
    this.known = new Map();
    this.painted = painted;
  }

  // Asked once per call; a call without an answer is answered as any other.
  async ask(call) {
    if (this.known.has(call.id)) return;
    this.known.set(call.id, null);
    const history = await get(`/api/v1/calls/${call.id}/history/`, { timeout: 5000 }).catch(() => null);
    if (history) this.known.set(call.id, history);
    else this.known.delete(call.id);
    this.painted();
  }

  of = (call) => this.known.get(call?.id) ?? null;
}

export function historyLine(history, { typeNames, open }) {
  if (!history) return null;
  return h("div", { class: "caller-history" },
    history.mark && h("span", { class: "chip alarm", title: _("Ditandai: {reason}, sampai {until}", { reason: history.mark.reason, until: moment(history.mark.until) }) }, _("Nomor ditandai")),
    !history.mark && history.likely_nuisance && h("span", { class: "chip alarm" }, _("Sering iseng")),
    history.number || history.calls ? h("span", {}, countsText(history)) : h("span", {}, _("Nomor tidak tampil: riwayat tidak diketahui.")),
    history.incidents.map((one) => h("button", { class: "btn quiet small", type: "button", data: { key: `history-${one.id}` }, onclick: () => open(one.id) },
      `${one.number.slice(-4)} `, happening(one, typeNames), one.area?.name && [" · ", said(one.area.name)], ` · ${moment(one.created_at, Date.now(), { seconds: false })}`)),
    history.warnings.map((one) => h("strong", {}, one.message)));
}
