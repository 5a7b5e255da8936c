// Buttons from the server's own list of allowed actions, and the inline forms of those that need a body. The table of
// states stays on the server: nothing here decides what is allowed.
import { newKey, post, Problem, upload } from "../live/api.js";
import { h, notice, replace } from "./dom.js";
import { DECLINES, OUTCOMES, PRIORITIES, ROLES, assignmentEnded, baseTypes, typeName } from "./format.js";
import { _ } from "./lang.js";
import { byLikeness } from "./merged.js";
import { unitForm } from "./unitform.js";
import { happening } from "./words.js";

export const ACTIONS = {
  acknowledge: { label: _("Terima"), next: true },
  dispatch: { label: _("Berangkat"), next: true, form: unitForm },
  arrive: { label: _("Tiba"), next: true },
  complete: { label: _("Selesai"), next: true, form: completeForm },
  decline: { label: _("Tolak"), danger: true, form: declineForm },
  withdraw: { label: _("Tarik"), danger: true, form: reasonForm(_("Alasan menarik penugasan"), { required: false }) },
  pause: { label: _("Jeda batas waktu"), form: pauseForm },
  resume: { label: _("Lanjutkan batas waktu") },
  update: { label: _("Ubah"), form: updateForm },
  assign: { label: _("Tugaskan"), form: assignForm },
  raise_alarm: { label: _("Naikkan alarm"), form: reasonForm(_("Alasan menaikkan alarm"), { required: false }) },
  close: { label: _("Tutup"), next: true, form: closeForm },
  cancel: { label: _("Batalkan"), danger: true, form: reasonForm(_("Alasan membatalkan")) },
  reopen: { label: _("Buka lagi"), form: reasonForm(_("Alasan membuka lagi")) },
  merge: { label: _("Gabung"), form: mergeForm },
  unmerge: { label: _("Pisahkan") },
  hand_over: { label: _("Alihkan"), form: handOverForm },
  accept: { label: _("Terima alihan"), next: true },
  refuse: { label: _("Tolak alihan"), danger: true, form: reasonForm(_("Alasan menolak; dibaca wilayah pengirim")) },
  confirm: { label: _("Catat penerima"), next: true, form: takenByForm },
  take_back: { label: _("Tarik kembali"), danger: true, form: reasonForm(_("Alasan menarik kembali")) },
};
const KEPT = ["acknowledge", "decline", "dispatch", "arrive", "complete"];
const WITH_VERSION = ["update", "assign", "raise_alarm", "merge", "hand_over", "close"];

export const actionLabel = (action) => ACTIONS[action]?.label ?? action.replaceAll("_", " ");

// `slot`: where an inline form opens. `target`: the incident or assignment. `done(answer)` after success.
export function actionButtons({ kind, target, context, slot, done, big = false }) {
  const known = (target.actions ?? []).filter((action) => ACTIONS[action]);
  const waiting = (target.assignments ?? []).some((line) => !assignmentEnded(line.status));
  const isNext = (action) => ACTIONS[action].next && !(action === "close" && waiting);
  const button = (action) => {
    const info = ACTIONS[action];
    const next = action === known.findLast(isNext); // "dispatch" stays allowed beside "arrive": to send one more unit
    return h("button", {
      type: "button", "data-action": action, data: { key: `${target.id}-${action}` },
      class: `btn ${next ? "primary" : info.danger ? "danger" : ""} ${next && big ? "big" : ""}`,
      onclick: (event) => start(action, event.currentTarget),
    }, action === "dispatch" && target.status === "dispatched" ? _("Tambah unit") : info.label);
  };
  const keeps = (action) => kind === "assignments" && KEPT.includes(action) && context.keepStep; // a phone keeps its steps first
  const holds = (action) => context.holds?.(kind, action); // cannot be taken back later: it waits on this screen first
  const send = (action, body) => (holds(action) ? context.hold({ kind, target, action, body }) : keeps(action) ? context.keepStep(target, action, body) : sendAction({ kind, target, action, body }));
  const start = async (action, node) => {
    const info = ACTIONS[action];
    if (info.form) return openForm({ action, target, context, slot, send, done });
    node.disabled = true;
    node.setAttribute("aria-busy", "true");
    try {
      done(await send(action, {}), action);
    } catch (error) {
      node.disabled = false;
      node.removeAttribute("aria-busy");
      replace(slot, explain(error));
      done(null, action);
    }
  };
  const first = known.findLast(isNext);
  return [...known].sort((a, b) => Number(b === first) - Number(a === first)).map(button);
}

// One key for each press of a button: a second try of the same form is the same write.
export async function sendAction({ kind, target, action, body, key = newKey() }) {
  const versioned = kind === "incidents" && WITH_VERSION.includes(action) ? { version: target.version } : {};
  return post(`/api/v1/${kind}/${target.id}/${action}/`, { ...versioned, ...body }, { key });
}

export function explain(error) {
  if (!(error instanceof Problem)) return notice("error", _("Terjadi kesalahan di layar ini. Isian tetap ada."));
  if (error.offline) return notice("error", _("Server tidak menjawab. Isian tetap ada; coba kirim lagi."));
  if (error.status === 409 && error.body.kept) {
    return notice("warn", _("Langkah ini terlambat dan dicatat di riwayat. Data terbaru sedang dimuat."));
  }
  if (error.body.type === "/problems/unit-taken") return notice("warn", `${error.message} ${_("Pilih unit lain, atau alihkan unit ini.")}`);
  if (error.status === 409) {
    return notice("warn", `${error.message}. ${_("Data sudah berubah oleh orang lain; periksa keadaan terbaru lalu ulangi.")}`);
  }
  if (error.status === 401) {
    return notice("error", _("Sesi berakhir. Isian tetap ada: masuk lagi di tab baru, lalu kirim lagi dari sini."),
      h("a", { class: "btn small", href: "/masuk/", target: "_blank", rel: "noopener" }, _("Masuk")));
  }
  if (error.status === 403) return notice("error", _("Peran Anda tidak boleh melakukan langkah ini."));
  const fields = error.errors.map((one) => one.message).filter(Boolean).join(" ");
  return notice("error", [error.message, fields].filter(Boolean).join(" — "));
}

function openForm({ action, target, context, slot, send, done }) {
  const info = ACTIONS[action];
  const problem = h("div", { "aria-live": "assertive" });
  const { fields, read, before } = info.form({ target, context, slot, done });
  const submit = h("button", { class: `btn ${info.danger ? "danger" : "primary"}`, type: "submit" }, info.label);
  const close = () => {
    slot.replaceChildren();
    slot.dispatchEvent(new CustomEvent("form-closed", { bubbles: true }));
  };
  const form = h("form", {
    class: "inline-form", "aria-label": info.label,
    onsubmit: async (event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        await before?.();
        const answer = await send(action, read(new FormData(form)));
        close();
        done(answer, action);
      } catch (error) {
        submit.disabled = false;
        replace(problem, explain(error));
        if (error instanceof Problem && error.status === 409) done(null, action);
      }
    },
    onkeydown: (event) => {
      if (event.key === "Escape") close();
      if (event.key === "Enter" && event.ctrlKey) {
        event.stopPropagation();
        event.preventDefault();
        form.requestSubmit();
      }
    },
  }, h("h2", {}, info.label, target.agency ? [" · ", target.agency.name] : ""), fields, problem,
  h("div", { class: "btn-row" }, submit, h("button", { class: "btn quiet", type: "button", onclick: close }, _("Batal"))));
  slot.replaceChildren(form);
  form.querySelector("input, select, textarea, button")?.focus();
  form.scrollIntoView({ block: "nearest" });
}

let serial = 0;
export function field(label, control, hint) {
  const id = `f${++serial}`;
  control.id = id;
  return h("div", { class: "field" }, h("label", { for: id }, label), control, hint && h("span", { class: "hint" }, hint));
}
const select = (name, pairs, chosen) =>
  h("select", { name }, pairs.map(([value, label]) => h("option", { value, selected: value === chosen }, label)));
const text = (name, rows = 2, required = false, value = "") => h("textarea", { name, rows, required, value });
const filled = (form, names) =>
  Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? "").trim()]).filter(([, value]) => value));

function reasonForm(label, { required = true } = {}) {
  return () => ({
    fields: [field(label, text("reason", 2, required))],
    read: (form) => filled(form, ["reason"]),
  });
}

// Only reasons that the region allows; there is no room for words of anybody.
function pauseForm({ target }) {
  const reasons = (target.pause_reasons ?? []).map((one) => [one.code, one.name]);
  return {
    fields: [field(_("Alasan jeda"), select("reason", reasons), _("Tercatat di riwayat. Langkah berikutnya mengakhiri jeda dengan sendirinya."))],
    read: (form) => filled(form, ["reason"]),
  };
}

// A code for the figures and the next step, words for the people; words alone are "other".
function declineForm() {
  const words = text("note", 2, true);
  const codes = h("select", { name: "reason", onchange: () => (words.required = ["", "other"].includes(codes.value)) },
    h("option", { value: "" }, _("Lainnya (tulis di bawah)")), Object.entries(DECLINES).filter(([code]) => code !== "other").map(([value, label]) => h("option", { value }, label)));
  return {
    fields: [field(_("Sebab"), codes), field(_("Alasan menolak"), words, _("Cadangan di kartu tugas dikirim seketika."))],
    read: (form) => {
      const body = filled(form, ["reason", "note"]);
      return body.reason ? body : { reason: body.note };
    },
  };
}

function completeForm({ context }) {
  const photos = h("input", { name: "photos", type: "file", accept: "image/jpeg,image/png,image/webp", capture: "environment", multiple: true });
  const sent = new Set(); // a second try does not send a photo again
  const before = async () => {
    for (const photo of photos.files) {
      if (sent.has(photo)) continue;
      await upload(`/api/v1/incidents/${context.current()}/attachments/`, photo);
      sent.add(photo);
    }
  };
  const count = (name, label) => field(label, h("input", { name, type: "number", min: 0, max: 9999, inputmode: "numeric", placeholder: "0" }));
  return {
    fields: [
      field(_("Hasil di lapangan"), h("select", { name: "outcome", required: true }, h("option", { value: "" }, _("Pilih hasil…")), Object.entries(OUTCOMES).map(([value, label]) => h("option", { value }, label)))),
      field(_("Catatan"), text("note", 3)),
      h("div", { class: "three" }, count("dead", _("Meninggal")), count("injured", _("Luka")), count("evacuated", _("Dievakuasi"))),
      context.current && field(_("Foto"), photos, _("Foto tersimpan pada kejadian; hapus pilihan bila tidak terkirim.")),
    ],
    before,
    read: (form) => {
      const victims = Object.fromEntries(["dead", "injured", "evacuated"].map((name) => [name, Number(form.get(name) || 0)]));
      const any = Object.values(victims).some(Boolean);
      return { report: { ...filled(form, ["outcome", "note"]), ...(any ? { victims } : {}) } };
    },
  };
}

function closeForm() {
  return {
    fields: [field(_("Hasil akhir"), select("outcome", Object.entries(OUTCOMES), "handled")), field(_("Catatan penutup"), text("note"))],
    read: (form) => filled(form, ["outcome", "note"]),
  };
}

function updateForm({ target, context }) {
  const types = Object.keys({ ...baseTypes(), ...context.typeNames }).map((code) => [code, typeName(code, context.typeNames)]);
  const levels = Object.entries(PRIORITIES).map(([value, info]) => [value, `${info.code} ${info.name}`]);
  return {
    fields: [
      h("div", { class: "two" }, field(_("Jenis"), select("type", types, target.type)), field(_("Prioritas"), select("priority", levels, target.priority))),
      field(_("Lokasi"), h("input", { name: "place", value: target.location?.text ?? "", maxlength: 500 })),
      field(_("Laporan"), text("narrative", 4, false, target.narrative), _("Tulisan sebelumnya tetap tersimpan di riwayat.")),
      field(_("Alasan perubahan"), text("reason", 1)),
    ],
    read: (form) => {
      const body = filled(form, ["type", "priority", "narrative", "reason"]);
      for (const name of ["type", "priority", "narrative"]) if (body[name] === target[name]) delete body[name];
      const place = String(form.get("place") ?? "").trim();
      if (place !== (target.location?.text ?? "")) body.location = { text: place, ...(target.precision === "area_centre" ? {} : { lat: target.lat, lon: target.lon }) };
      return body;
    },
  };
}

function assignForm({ target, context }) {
  const busy = new Set((target.assignments ?? []).filter((l) => !["declined", "withdrawn"].includes(l.status)).map((l) => l.agency.code));
  const free = context.agencies.filter((agency) => !busy.has(agency.code));
  return {
    fields: h("div", { class: "two" },
      field(_("Dinas"), select("agency", free.map((agency) => [agency.code, agency.name]))),
      field(_("Peran"), select("role", Object.entries(ROLES), "support"))),
    read: (form) => filled(form, ["agency", "role"]),
  };
}

function mergeForm({ target, context }) {
  const others = context.incidents().filter((row) => row.id !== target.id && row.status === "open");
  return {
    fields: field(_("Gabung ke kejadian"), select("into", byLikeness(others, target.duplicates).map(({ row, hint }) => [row.id, `${row.number} · ${happening(row, context.typeNames)}${hint}`]))),
    read: (form) => filled(form, ["into"]),
  };
}

function takenByForm() {
  return {
    fields: [field(_("Diterima lewat telepon oleh"), h("input", { name: "taken_by", required: true, maxlength: 200, placeholder: _("nama dan instansi") }))],
    read: (form) => filled(form, ["taken_by"]),
  };
}

function handOverForm({ context }) {
  const control = context.neighbours.length
    ? select("to_region", context.neighbours.map((region) => [region.code, region.name]))
    : h("input", { name: "to_region", required: true, placeholder: "35.07" });
  return {
    fields: [field(_("Alihkan ke wilayah"), control), field(_("Catatan"), text("note"))],
    read: (form) => filled(form, ["to_region", "note"]),
  };
}

