// "BELUM TERKIRIM 3" in the bar, and the list behind it: one's own rows with their words and what can be done, of
// colleagues only how many and how old, with a button to send them. Logging out deletes nothing and says so first.
import { serverNow } from "../live/api.js";
import { byId, h, notice, replace, said } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { age, byPerson, isHeld } from "./rules.js";

const KINDS = { report: _("Laporan"), paper: _("Laporan kertas"), step: _("Langkah"), disposition: _("Golongan panggilan"), call_end: _("Akhir panggilan"), note: _("Catatan"), sop: _("Langkah SOP"), caller: _("Pelapor tambahan"), act: _("Langkah kejadian") };
const STATES = { waiting: _("menunggu"), review: _("perlu diperiksa"), denied: _("ditolak: tidak berhak") };
const LINKS = {
  offline: _("Server tidak menjawab; dicoba lagi sendiri."),
  signed_out: _("Anda tidak (lagi) masuk. Tidak ada yang hilang: masuk lagi, lalu terkirim sendiri."),
};

export class Badge {
  // `correct(row)`: take a refused report back into the form; resolves to a reason why not, or "". `restore(draft)`.
  constructor({ outbox, drafts = null, corrects = "report", correct = null, restore = null }) {
    Object.assign(this, { outbox, drafts, corrects, correct, restore });
    this.rows = [];
    this.orphans = [];
    this.count = h("b", {});
    this.button = h("button", { class: "unsent", type: "button", id: "unsent", hidden: true, "aria-expanded": "false", "aria-controls": "unsent-list", onclick: () => this.toggle() }, `${_("BELUM TERKIRIM")} `, this.count);
    this.panel = h("section", { class: "unsent-list", id: "unsent-list", hidden: true, "aria-label": _("Belum terkirim") });
    this.live = h("span", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    document.querySelector(".bar-end")?.prepend(this.button);
    document.body.append(this.panel, this.live);
    outbox.addEventListener("change", ({ detail }) => this.show(detail.rows.filter((row) => !isHeld(row, serverNow()))));
    outbox.addEventListener("link", () => this.paint());
    document.addEventListener("keydown", (event) => event.key === "Escape" && !this.panel.hidden && this.toggle(false));
    setInterval(() => !this.panel.hidden && this.paintAges(), 1000);
    this.warnWhereNothingIsSafe();
    this.guardLogout();
  }

  show(rows) {
    const before = this.rows.length;
    this.rows = rows;
    this.paint();
    if (rows.length !== before) this.live.textContent = rows.length ? _("{n} belum terkirim", { n: rows.length }) : _("Semua terkirim");
  }

  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) void this.paint();
    else this.button.focus();
  }

  async paint() {
    const orphans = (await this.drafts?.orphans().catch(() => [])) ?? [];
    this.orphans = orphans;
    const own = orphans.filter((one) => one.user.id === this.outbox.user.id);
    this.count.textContent = String(this.rows.length);
    this.button.hidden = !this.rows.length && !own.length;
    this.button.dataset.empty = String(!this.rows.length);
    replace(this.button, this.rows.length ? `${_("BELUM TERKIRIM")} ` : `${_("Konsep")} `, this.rows.length ? this.count : own.length);
    if (this.panel.hidden) return;
    const people = byPerson(this.rows);
    const parts = await Promise.all(people.map((one) => (this.isOwn(one.user) ? this.ownRows(one) : this.rowsOfColleague(one))));
    replace(this.panel,
      h("div", { class: "detail-head" }, h("h2", {}, _("Belum terkirim")), h("button", { class: "btn quiet small", type: "button", data: { key: "close" }, onclick: () => this.toggle(false) }, _("Tutup"))),
      this.link(), parts,
      own.map((draft) => this.draft(draft)),
      !this.outbox.store.durable && notice("warn", _("Hanya di memori tab ini: jangan menutup tab sebelum semua terkirim.")));
  }

  paintAges() {
    for (const node of this.panel.querySelectorAll("time[datetime]")) node.textContent = age(node.dateTime, serverNow());
  }

  isOwn = (user) => !user.id || user.id === this.outbox.user.id;

  link() {
    const words = LINKS[this.outbox.state];
    const signIn = this.outbox.state === "signed_out" && h("a", { class: "btn small", href: "/masuk/", target: "_blank", rel: "noopener" }, _("Masuk lagi"));
    const other = this.outbox.signedIn && this.outbox.user.id && this.outbox.signedIn.id !== this.outbox.user.id;
    return [words && notice("warn", words, signIn), other && notice("warn", _("Yang masuk di komputer ini sekarang {now}, bukan {before}. Muat ulang halaman.", { now: this.outbox.signedIn.label, before: this.outbox.user.label }))];
  }

  when = (at) => h("time", { datetime: at }, age(at, serverNow()));

  async ownRows({ user, rows }) {
    const lines = await Promise.all(rows.map((row) => this.ownRow(row)));
    const waiting = rows.filter((row) => row.state === "waiting");
    return h("div", { class: "unsent-person", data: { own: "" } },
      h("h3", {}, said(user.label || _("Tanpa nama")), ` · ${rows.length}`,
        waiting.length > 0 && h("button", { class: "btn small", type: "button", data: { key: "send-own" }, onclick: () => void this.outbox.release(waiting.map((row) => row.key)) }, _("Kirim sekarang"))),
      h("ol", {}, lines));
  }

  async ownRow(row) {
    const content = await this.outbox.read(row).catch(() => null);
    const words = content?.body?.narrative || content?.body?.text || content?.body?.location?.text || content?.kept?.title || "";
    const trouble = await this.outbox.trouble(row);
    const stuck = row.state !== "waiting";
    return h("li", { data: { row: row.key, state: row.state } },
      h("span", {}, `${KINDS[row.kind] ?? row.kind} · ${STATES[row.state]} · `, this.when(row.created_at), row.attempts > 0 && ` · ${_("{n}× dicoba", { n: row.attempts })}`),
      words && h("p", { class: "hint" }, said(words.length > 90 ? `${words.slice(0, 90)}…` : words)),
      trouble && h("p", { class: "error" }, trouble),
      stuck && h("div", { class: "btn-row" },
        this.correct && row.kind === this.corrects && h("button", { class: "btn small", type: "button", data: { key: `fix-${row.key}` }, onclick: (event) => void this.fix(row, event.currentTarget) }, _("Perbaiki")),
        h("button", { class: "btn small", type: "button", data: { key: `again-${row.key}` }, onclick: () => void this.outbox.release([row.key]) }, _("Kirim lagi")),
        h("button", { class: "btn small danger", type: "button", data: { key: `drop-${row.key}` }, onclick: (event) => this.drop(row, event.currentTarget) }, _("Buang"))));
  }

  async fix(row, button) {
    const why = await this.correct(row);
    if (why) button.closest("li").append(notice("warn", why));
    else this.toggle(false);
  }

  // Twice, because this is the one thing here that cannot be undone.
  drop(row, button) {
    if (button.dataset.sure) return void this.outbox.takeBack(row.key);
    button.dataset.sure = "1";
    button.textContent = _("Ya, buang untuk selamanya");
  }

  rowsOfColleague({ user, rows }) {
    return h("div", { class: "unsent-person" },
      h("h3", {}, said(user.label), ` · ${rows.length} · `, this.when(rows[0].created_at),
        h("button", { class: "btn small", type: "button", data: { key: `send-${user.id}` }, onclick: () => void this.outbox.release(rows.map((row) => row.key)) }, _("Kirim"))),
      h("p", { class: "hint" }, _("Isinya tidak ditampilkan; yang mengirim tercatat.")));
  }

  draft(draft) {
    return h("div", { class: "unsent-person" }, h("h3", {}, `${_("Konsep dari tab yang tertutup")} · `, this.when(draft.saved_at),
      this.restore && h("button", { class: "btn small", type: "button", data: { key: `draft-${draft.id}` }, onclick: async (event) => {
        const button = event.currentTarget;
        const why = await this.restore(draft);
        if (why) button.after(notice("warn", why));
        else this.toggle(false);
      } }, _("Pulihkan"))));
  }

  // In a page that came without HTTPS the browser has no WebCrypto: said once, loudly, and before anything is lost.
  warnWhereNothingIsSafe() {
    if (this.outbox.store.durable) return;
    byId("link-banner")?.after(h("div", { class: "link-banner", id: "unsafe-banner", role: "alert", data: { level: "amber" } },
      globalThis.isSecureContext === false
        ? _("Alamat ini tanpa HTTPS: isian yang belum terkirim hanya ada di tab ini dan hilang bila tab ditutup. Buka lewat https://")
        : _("Penyimpanan peramban tidak dapat dipakai: isian yang belum terkirim hanya ada di tab ini dan hilang bila tab ditutup.")));
    addEventListener("beforeunload", (event) => this.rows.length && event.preventDefault());
  }

  guardLogout() {
    const form = document.querySelector('form[action$="/keluar/"]');
    form?.addEventListener("submit", (event) => {
      if (!this.rows.length || form.dataset.sure) return;
      event.preventDefault();
      this.askBeforeLogout(form);
    });
  }

  askBeforeLogout(form) {
    document.querySelector(".unsent-ask")?.close();
    const leave = () => {
      form.dataset.sure = "1";
      form.requestSubmit();
    };
    const dialog = h("dialog", { class: "unsent-ask", "aria-label": _("Belum terkirim"), onclose: () => dialog.remove() },
      h("p", {}, h("strong", {}, `${_("{n} belum terkirim.", { n: this.rows.length })} `), _("Semuanya tetap tersimpan di komputer ini setelah Anda keluar; rekan yang masuk di sini dapat mengirimnya tanpa membacanya.")),
      h("div", { class: "btn-row" },
        h("button", { class: "btn primary", type: "button", onclick: async () => { await this.outbox.flush(); if (!this.rows.length) leave(); else dialog.close(); } }, _("Kirim dulu")),
        h("button", { class: "btn", type: "button", onclick: leave }, _("Tetap keluar")),
        h("button", { class: "btn quiet", type: "button", onclick: () => dialog.close() }, _("Batal"))));
    document.body.append(dialog);
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close());
    dialog.show(); // nothing on this page stops for a question
    dialog.querySelector("button").focus();
  }
}
