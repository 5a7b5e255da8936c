// What a person has to decide: kinds of which the rules were not sure, and numbers that are a nuisance.
import { get, newKey, post, Problem } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { debounce, empty, h, replace, said } from "../ui/dom.js";
import { moment, typeName } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { areaName } from "../ui/list.js";
import { priorityMark } from "../ui/priority.js";
import { happening } from "../ui/words.js";

const DAYS = 7;
const MOST = 50; // more than that nobody decides in one go; the tab tells how many there are

export class ReviewQueue {
  constructor(node, { typeNames, open }) {
    Object.assign(this, { node, typeNames, open });
    this.problem = h("div", { "aria-live": "assertive" });
    this.rows = h("ul", { class: "plain stack tight" });
    node.append(this.problem, this.rows);
  }

  paint(rows) {
    replace(this.rows, rows.slice(0, MOST).map((row) => h("li", { class: "queue-item", data: { review: row.id } }, priorityMark(row.priority),
      h("div", {}, h("strong", {}, happening(row, this.typeNames)), h("span", { class: "who" }, ` · ${typeName(row.type, this.typeNames)}`), h("div", { class: "hint" }, said(areaName(row)), ` · ${row.number.slice(-4)} · ${moment(row.created_at)}`)),
      h("div", { class: "btn-row" },
        h("button", { class: "btn small", type: "button", data: { key: `right-${row.id}` }, onclick: (event) => void this.confirm(row, event.currentTarget) }, _("Jenis benar")),
        h("button", { class: "btn small", type: "button", data: { key: `check-${row.id}` }, onclick: () => this.open(row.id, `${row.id}-update`) }, _("Ubah jenis…"))))));
    if (!rows.length) replace(this.rows, h("li", {}, empty(_("Tidak ada yang meragukan"), _("Laporan yang jenisnya tidak pasti muncul di sini."))));
  }

  async confirm(row, button) {
    button.disabled = true;
    try {
      await post(`/api/v1/incidents/${row.id}/update/`, { version: row.version, type: row.type }, { key: newKey() });
      replace(this.problem);
    } catch (error) {
      button.disabled = false;
      replace(this.problem, explain(error));
    }
  }
}

export class NumberQueue {
  constructor(node, { region, mayFlag, onCount }) {
    Object.assign(this, { node, region, mayFlag, onCount });
    this.soon = debounce(800, () => this.load());
  }

  take(frame) {
    if (frame.kind === "call.disposed") this.soon();
  }

  async load() {
    try {
      this.data = await get(`/api/v1/numbers/?${new URLSearchParams({ region: this.region })}`);
      this.paint();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(this.node, explain(error));
    }
  }

  paint(problem = null) {
    const { proposed, flags } = this.data;
    this.onCount(proposed.length);
    const act = (run) => async (event) => {
      event.currentTarget.disabled = true;
      try {
        await run();
        await this.load();
      } catch (error) {
        this.paint(explain(error));
      }
    };
    const mark = (one) => act(() => post("/api/v1/numbers/", { call: one.call, reason: _("{n} panggilan iseng atau hantu dalam 24 jam", { n: one.calls }), days: DAYS }, { key: newKey() }));
    replace(this.node, problem, h("h3", {}, _("Menunggu keputusan")),
      h("ul", { class: "plain stack tight" }, proposed.map((one) => h("li", { class: "queue-item", data: { number: one.hint } }, h("div", {}, h("strong", {}, one.hint), h("div", { class: "hint" }, _("{n} panggilan iseng atau hantu, terakhir {at}", { n: one.calls, at: moment(one.last_at) }))),
        this.mayFlag && h("button", { class: "btn small", type: "button", data: { key: `mark-${one.call}` }, onclick: mark(one) }, _("Tandai {n} hari", { n: DAYS }))))),
      !proposed.length && h("p", { class: "hint" }, _("Tidak ada nomor yang sering iseng dalam 24 jam.")),
      h("h3", {}, _("Ditandai")),
      h("ul", { class: "plain stack tight" }, flags.map((one) => h("li", { class: "queue-item" }, h("div", {}, h("strong", {}, one.hint), h("div", { class: "hint" }, said(one.reason), _(" · sampai {at}", { at: moment(one.until) }), one.by ? ` · ${one.by}` : "")),
        this.mayFlag && h("button", { class: "btn small", type: "button", data: { key: `unmark-${one.id}` }, onclick: act(() => post(`/api/v1/numbers/${one.id}/end/`, {}, { key: newKey() })) }, _("Hapus tanda"))))),
      !flags.length && h("p", { class: "hint" }, _("Belum ada. Nomor yang ditandai tetap berdering dan tetap dijawab.")));
  }
}
