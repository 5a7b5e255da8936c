// What was given to another region and what another region gives to us, until it is answered: a line each with the
// countdown, and an alarm that stays until somebody has read it when a case comes back.
import { get } from "../live/api.js";
import { h, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { priorityMark } from "../ui/priority.js";
import { timer } from "../ui/timers.js";
import { happening } from "../ui/words.js";

const ALARMS = {
  "handover.offered": { in: _("menyerahkan kejadian kepada kita: terima atau tolak") },
  "handover.refused": { out: _("MENOLAK pengalihan: kejadian kembali ke kita"), in: _("ditolak: kejadian kembali ke pengirim") },
  "handover.unanswered": { out: _("TIDAK MENJAWAB pengalihan: kejadian kembali ke kita"), in: _("tidak kita jawab: kejadian kembali ke pengirim") },
  "handover.taken_back": { in: _("menarik kembali kejadiannya") },
};
const LOUD = ["handover.refused", "handover.unanswered"];

export class Handovers {
  constructor(node, { region, open, typeNames, regionName, announce }) {
    Object.assign(this, { node, region, open, typeNames, regionName, announce });
    this.rows = [];
    this.alarms = new Map(); // incident id → notice
  }

  // Every frame of the feed: hand-overs change rarely, so the list is fetched anew.
  take(frame) {
    const told = frame.data?.handover;
    if (!told) return;
    this.load();
    const text = ALARMS[frame.kind]?.[told.direction];
    const row = frame.data.incident;
    if (LOUD.includes(frame.kind) && text) this.alarms.set(row.id, { row, text: this.sentence(told, text) });
    else this.alarms.delete(row.id);
    if (text) this.announce(`${row.number}: ${this.sentence(told, text)}`);
    this.paint();
  }

  sentence = (told, text) => `${this.regionName(told.region)} ${text}`;

  async load() {
    try {
      this.rows = (await get(`/api/v1/handovers/?region=${encodeURIComponent(this.region)}`)).results;
      this.paint();
    } catch {
      // the next frame or board asks again; the queue itself shows the case
    }
  }

  paint() {
    this.node.hidden = !this.rows.length && !this.alarms.size;
    replace(this.node,
      [...this.alarms.values()].map(({ row, text }) => this.alarm(row, text)),
      this.rows.map((one) => this.line(one)));
  }

  alarm(row, text) {
    const read = () => {
      this.alarms.delete(row.id);
      this.paint();
      this.open(row.id);
    };
    return h("li", { class: "handover", data: { alarm: "" } }, h("span", {}, h("strong", {}, row.number), ` · ${text}`),
      h("button", { class: "btn small", type: "button", data: { key: `alarm-${row.id}` }, onclick: read }, _("Buka")));
  }

  line({ direction, region, state, created_at, due_at, incident }) {
    const text = direction === "in" ? _("dari {region}: terima atau tolak", { region: region.name })
      : state === "by_phone" ? _("ke {region}: telepon, lalu catat penerimanya", { region: region.name }) : _("menunggu jawaban {region}", { region: region.name });
    return h("li", { class: "handover", data: { direction } }, priorityMark(incident.priority),
      h("span", { title: incident.number }, h("strong", {}, happening(incident, this.typeNames)), ` · ${text}`),
      due_at && timer({ stage: "accept", due_at }, created_at),
      h("button", { class: "btn small", type: "button", data: { key: `handover-${incident.id}` }, onclick: () => this.open(incident.id) }, _("Buka")));
  }
}
