// One incident with its agencies, their next steps and what happened so far. Used by the console and the agency desk.
import { get, newKey, post, Problem, serverNow } from "../live/api.js";
import { actionButtons } from "./actions.js";
import { empty, h, notice, replace, said } from "./dom.js";
import { ASSIGNMENT_STATUS, DECLINES, INCIDENT_STATUS, OUTCOMES, ROLES, STAGES, assignmentEnded, clock, duration, moment, phone, rungText, typeName } from "./format.js";
import { _, pgettext } from "./lang.js";
import { areaName, ladderChips } from "./list.js";
import { NoteForm } from "./notes.js";
import { priorityMark } from "./priority.js";
import { furtherCallers } from "./callers.js";
import { questions } from "./questions.js";
import { mergedParts, similar } from "./merged.js";
import { referral } from "./referral.js";
import { askButton, openRequests, supportText } from "./support.js";
import { timer } from "./timers.js";
import { CARRIERS, lookIn, unaccepted } from "./unaccepted.js";
import { UNIT_STATUS, unitLines } from "./units.js";
import { happening, reasonWords, subtypeName } from "./words.js";

const CHANNELS = { phone: _("telepon"), radio: _("radio"), walk_in: _("datang langsung"), panic: _("tombol darurat"), sms: "SMS", web: _("web"), agency: _("dinas"), paper: _("formulir kertas") };

export class Detail {
  constructor(node, context) {
    this.context = { current: () => this.id, ...context };
    this.id = null;
    this.data = null;
    this.slot = h("div", { class: "form-slot" });
    this.top = h("div", { class: "stack" });
    this.rest = h("div", { class: "stack" });
    this.first = h("div", { class: "stack" });
    this.company = h("p", { class: "hint", hidden: true });
    this.note = new NoteForm({ typing: (id) => this.context.typing?.(id), writes: () => this.context.writes, done: () => this.load() });
    node.append(this.company, this.top, this.first, this.slot, this.note.node, this.rest);
    this.node = node;
    this.clear();
  }

  clear() {
    this.id = this.data = null;
    this.note.show(null, false);
    this.slot.replaceChildren();
    replace(this.top, empty(_("Belum ada kejadian dipilih"), this.context.hint ?? _("Pilih dari daftar atau dari peta.")));
    replace(this.first);
    replace(this.rest);
  }

  async open(id) {
    if (id !== this.id) {
      this.slot.replaceChildren();
      this.data = null;
      replace(this.top, empty(_("Memuat…")));
      replace(this.first);
      replace(this.rest);
    }
    if (id !== this.id) this.note.show(id, false);
    this.id = id;
    this.meet(this.people ?? []);
    await this.load();
  }

  // A push about the open incident: fetch again, so that rights and wording always come from one place.
  async load() {
    const id = this.id;
    if (!id) return;
    try {
      const data = await get(`/api/v1/incidents/${id}/${this.context.at ? `?${new URLSearchParams({ at: this.context.at })}` : ""}`);
      if (id !== this.id) return;
      this.data = data;
      this.render();
    } catch (error) {
      if (id !== this.id) return;
      if (error instanceof Problem && [403, 404].includes(error.status)) {
        replace(this.top, empty(_("Tidak dapat dilihat"), _("Kejadian ini tidak (lagi) terbuka untuk Anda.")));
        replace(this.first);
        replace(this.rest);
        this.slot.replaceChildren();
      } else {
        if (!(error instanceof Problem)) console.error(error); // a fault of this page, not of the network
        const again = h("button", { class: "btn small", type: "button", onclick: () => this.load() }, _("Coba lagi"));
        if (this.data) replace(this.slot, notice("warn", _("Keadaan terbaru belum dapat dimuat."), again));
        else replace(this.top, notice("error", _("Kejadian tidak dapat dimuat."), again));
      }
    }
  }

  render() {
    const data = this.data;
    const own = this.context.agency;
    const lines = [...(data.assignments ?? [])].sort((a, b) => Number(b.agency?.code === own) - Number(a.agency?.code === own));
    this.note.show(data.id, Boolean(data.may_note));
    void this.note.showKept();
    this.lookAgain(data);
    replace(this.top, this.head(data));
    replace(this.first, own ? lines.filter((l) => l.agency?.code === own).map((l) => this.task(l, true)) : this.incidentActions(data));
    replace(this.rest,
      openRequests(data, { mayAnswer: (data.actions ?? []).includes("assign"), short: (agency) => this.short(agency), slot: this.slot, done: this.done }),
      own ? null : similar(data, this.context.open),
      this.story(data),
      mergedParts(data, this.context.open),
      furtherCallers(data, { open: this.context.open, slot: this.slot, done: this.done }),
      own ? lines.filter((l) => l.agency?.code !== own).map((l) => this.task(l)) : lines.map((l) => this.task(l)),
      this.referrals(data), own ? null : questions(data, { slot: this.slot, done: this.done }), this.checklists(data), attachments(data), this.words(data), this.reasons(data), this.timeline(data));
  }

  // Nobody accepts: that falls due without an event, and so does what became of the messages.
  lookAgain(data) {
    clearTimeout(this.later);
    const wait = this.context.agency || this.context.at || data.status !== "open" ? null : lookIn(data.assignments ?? [], serverNow());
    if (wait !== null) this.later = setTimeout(() => data.id === this.id && void this.load(), wait);
  }

  // Colleagues who have the same case open: two people do not change one thing unaware of each other.
  meet(people) {
    this.people = people;
    const others = people.filter((one) => one.incident === this.id && one.user !== this.context.user);
    const names = (list) => list.map((one, n) => [n ? ", " : "", said(one.user)]);
    const [writing, reading] = [others.filter((one) => one.typing), others.filter((one) => !one.typing)];
    this.company.hidden = !others.length;
    replace(this.company, reading.length > 0 && [`${_("Juga sedang dibuka oleh")} `, names(reading)], reading.length && writing.length ? " · " : "",
      writing.length > 0 && h("strong", { class: "typing" }, names(writing), ` ${_("sedang mengetik…")}`));
  }

  head(data) {
    return [
      h("div", { class: "detail-head" }, priorityMark(data.priority, { word: true }),
        h("span", { class: "detail-number" }, data.number),
        data.status !== "open" && h("span", { class: "chip" }, INCIDENT_STATUS[data.status] ?? data.status),
        data.confidential && h("span", { class: "chip secret" }, _("Kasus terbatas")),
        data.exercise && h("span", { class: "chip secret" }, _("LATIHAN"))),
      h("div", {}, h("strong", {}, happening(data, this.context.typeNames)),
        subtypeName(data.subtype) && h("span", { class: "who" }, ` · ${typeName(data.type, this.context.typeNames)}`)),
      (data.hazards ?? []).map((one) => notice("warn", _("Di dalam kawasan bahaya: {name} (sampai {at})", { name: one.name, at: moment(one.expires_at) }))),
      h("dl", { class: "facts" }, this.facts(data)),
    ];
  }

  facts(data) {
    const place = data.location?.text;
    const named = Boolean(place && data.area?.name && place.includes(data.area.name)); // not the same name twice
    const caller = data.caller ?? (data.people ?? []).find((one) => one.role === "caller");
    const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, ...value)];
    return [
      (place || data.area) && fact(_("Lokasi"), place ? said(place) : "", place && !named ? " · " : "", named ? "" : said(areaName(data)), precision(data)),
      data.created_at && fact(_("Dibuat"), `${moment(data.created_at)} · ${CHANNELS[data.channel] ?? data.channel ?? ""}`.replace(/ · $/, "")),
      caller && (caller.number || caller.name) && fact(_("Pelapor"), said(caller.name ?? ""), caller.name ? " · " : "", phone(caller.number)),
      caller?.safe_to_call_back === false && fact(_("Telepon balik"), h("strong", {}, _("JANGAN — pelapor tidak aman dihubungi"))),
      handoverFacts(data, (code) => this.regionName(code)).map((words) => fact(_("Pengalihan"), ...words)),
      data.alarm > 1 && fact(_("Alarm"), _("tingkat {n}", { n: data.alarm })),
      data.outcome && fact(_("Hasil akhir"), OUTCOMES[data.outcome] ?? data.outcome),
    ];
  }

  short(agency) {
    return this.context.agencyNames[agency?.code] ?? agency?.name ?? "";
  }

  regionName(code) {
    return this.context.neighbours.find((region) => region.code === code)?.name ?? code;
  }

  incidentActions(data) {
    const buttons = actionButtons({ kind: "incidents", target: data, context: this.context, slot: this.slot, done: this.done });
    return buttons.length ? h("div", { class: "btn-row", role: "group", "aria-label": _("Langkah kejadian") }, buttons) : null;
  }

  done = (answer, action) => {
    if (answer) this.slot.replaceChildren();
    if (answer?.queued) return this.render();
    this.load();
    this.context.after?.(answer, action);
  };

  task(told, big = false) {
    const line = this.context.ahead?.(told) ?? told; // with the steps that this phone has not sent yet
    const due = line.next_due ?? (line.deadlines ?? []).find((one) => !one.done_at);
    const buttons = actionButtons({ kind: "assignments", target: line, context: this.context, slot: this.slot, done: this.done, big });
    const ended = assignmentEnded(line.status);
    const own = Boolean(this.context.agency); // an agency is not told to telephone itself
    return h("article", { class: "task", data: { assignment: line.id, status: line.status } },
      h("div", { class: "task-head" },
        h("strong", { title: line.agency?.name }, this.short(line.agency), h("span", { class: "who" }, ` · ${ROLES[line.role] ?? line.role ?? ""}`)),
        h("span", { class: "chip", data: ended ? { done: "" } : {} }, ASSIGNMENT_STATUS[line.status] ?? line.status),
        ladderChips(line),
        line.paused && h("span", { class: "chip" }, _("dijeda sejak {time}: {reason}", { time: clock(line.paused.since), reason: PAUSES[line.paused.reason] ?? line.paused.reason })),
        !ended && !line.paused && this.data.status === "open" && timer(due, line.created_at ?? this.data.created_at)),
      steps(line),
      this.context.keptSteps?.(line),
      (!own && this.data.status === "open" && unaccepted(line, { number: this.context.agencyPhones?.[line.agency?.code] })) || messages(line),
      unitLines(line, { slot: this.slot, done: this.done, keep: this.context.keepUnit }),
      line.reason && h("p", { class: "hint" }, `${_("Sebab:")} `, said(reasonWords(line.reason, this.context.typeNames))),
      report(line),
      line.decline_code && h("p", { class: "hint" }, _("Ditolak: {reason}", { reason: DECLINES[line.decline_code] ?? line.decline_code })),
      buttons.length > 0 && h("div", { class: "btn-row" }, buttons, askButton(line, { context: this.context, slot: this.slot, done: this.done })));
  }

  // Notes, reasons and field reports: everything written down after the report itself
  words(data) {
    const list = (data.texts ?? []).filter((one) => !["narrative", "location", "caller_words"].includes(one.kind) && !one.superseded);
    if (!list.length) return null;
    return h("section", { class: "stack tight" }, h("h3", {}, _("Catatan lapangan dan alasan")),
      list.map((one) => h("p", { class: "story small" }, h("span", { class: "who" }, `${WORDS[one.kind] ?? one.kind} · ${moment(one.at)} · `, said(one.by), "\n"), said(one.text))));
  }

  story(data) {
    if (data.narrative === undefined) return null;
    return h("section", { class: "stack tight" }, h("h3", {}, _("Laporan")),
      data.narrative ? h("p", { class: "story" }, said(data.narrative)) : h("p", { class: "hint" }, _("Tanpa cerita.")));
  }

  referrals(data) {
    return (data.referrals ?? []).map(referral);
  }

  reasons(data) {
    const list = data.classification?.reasons ?? [];
    if (!list.length || this.context.agency) return null;
    const words = [...new Set(list.map((one) => one.text).filter(Boolean))];
    return h("p", { class: "hint" }, `${_("Dikenali dari:")} `, words.map((word, n) => [n ? ", " : "", h("mark", {}, word)]));
  }

  // What the SOP asks to be done; a tick is everybody's at once, and the log keeps who set it.
  checklists(data) {
    const list = (data.procedures ?? []).filter((one) => one.steps.length);
    if (!list.length) return null;
    const kept = new Map((this.context.writes?.of(data.id, "sop") ?? []).map(({ tag }) => [`${tag.procedure} ${tag.step}`, tag.done]));
    const isDone = (one, step, n) => kept.get(`${one.id} ${n}`) ?? Boolean(step.done);
    const ticks = list.flatMap((one) => one.steps.map((step, n) => isDone(one, step, n)));
    const [done, all] = [ticks.filter(Boolean).length, ticks.length];
    return h("details", { class: "stack tight", open: this.sopOpen ?? false, ontoggle: (event) => (this.sopOpen = event.target.open) },
      h("summary", {}, h("strong", {}, `${_("Langkah SOP")} `), h("span", { class: "count" }, `${done}/${all}`)),
      list.map((one) => h("div", {}, h("h4", {}, one.title), h("ol", { class: "plain" }, one.steps.map((step, n) => h("li", {},
        h("label", { class: "check" },
          h("input", { type: "checkbox", checked: isDone(one, step, n), data: { key: `sop-${one.id}-${n}` }, onchange: (event) => void this.tick(one.id, n, event.target) }),
          h("span", {}, step.text, kept.has(`${one.id} ${n}`) ? h("span", { class: "kept-here" }, ` ${_("belum terkirim")}`)
            : step.done && h("span", { class: "who" }, ` ${moment(step.done.at)} · `, said(step.done.by))))))))));
  }

  async tick(procedure, step, box) {
    const id = this.id;
    box.disabled = true;
    try {
      const [tick, writes] = [{ procedure, step, done: box.checked }, this.context.writes];
      const answer = await (writes ? writes.tick(id, tick) : post(`/api/v1/incidents/${id}/sop/`, tick, { key: newKey() }));
      if (answer.queued) return;
    } catch (error) {
      box.checked = !box.checked;
      if (!(error instanceof Problem)) throw error;
      replace(this.slot, notice("error", _("Langkah belum tercatat: {message}", { message: error.message })));
    } finally {
      box.disabled = false;
    }
    if (id === this.id) void this.load();
  }

  timeline(data) {
    const list = data.timeline ?? [];
    if (!list.length) return null;
    return h("section", { class: "stack tight" }, h("h3", {}, _("Riwayat")),
      h("ol", { class: "timeline" }, [...list].reverse().map((one) => h("li", {},
        h("time", { title: one.at }, moment(one.at)),
        h("span", {}, eventText(one, this.short(one.agency)), noteWords(one, data), h("span", { class: "who" }, " ", said(one.by ?? ""), origin(one)))))));
  }
}

const MEDIA = { "image/jpeg": _("Foto"), "image/png": _("Foto"), "image/webp": _("Foto"), "audio/ogg": _("Rekaman suara"), "audio/mp4": _("Rekaman suara"), "application/pdf": _("Dokumen") };

function attachments(data) {
  const list = data.attachments ?? [];
  if (!list.length) return null;
  const link = (one) => h("a", { href: `/api/v1/incidents/${data.id}/attachments/${one.id}/`, target: "_blank", rel: "noopener" },
    MEDIA[one.media_type] ?? _("Berkas"), one.name && [" ", said(one.name)]);
  return h("section", { class: "stack tight" }, h("h3", {}, _("Lampiran")),
    h("ul", { class: "plain" }, list.map((one) => h("li", {}, link(one), h("span", { class: "who" }, ` · ${moment(one.at)}`)))));
}

// Where it went and what was answered; where it came from and until when to answer.
function handoverFacts(data, name) {
  const it = data.handover;
  if (!it) return [];
  const state = it.unanswered ? _("tidak dijawab") : HANDOVER[it.state] ?? it.state;
  const due = it.due_at && timer({ stage: "accept", due_at: it.due_at }, it.created_at ?? new Date(Date.parse(it.due_at) - 60_000).toISOString());
  const out = it.to_region && [`${_("ke {name}", { name: name(it.to_region) })} · ${state}`, it.answer && [": ", said(it.answer)], due];
  const came = it.from && [_("dari {name}", { name: name(it.from_region) }), !it.to_region && [` · ${state}`, due]];
  return [out, came].filter(Boolean);
}

const PAUSES = {
  waiting_police: _("menunggu polisi"), waiting_utility: _("menunggu PLN, PDAM, atau gas"), scene_unsafe: _("lokasi belum aman"),
  access_blocked: _("akses jalan tertutup"), weather: _("cuaca atau gelombang"), waiting_caller: _("menunggu pelapor atau pemilik"),
};
const HANDOVER = { offered: _("ditawarkan"), accepted: pgettext("handover", "diterima"), refused: _("ditolak"), by_phone: _("lewat telepon") };
const WORDS = { note: _("Catatan"), report: _("Laporan lapangan"), reason: _("Alasan"), handover: _("Pengalihan") };

const precision = (data) => {
  const word = { area_centre: _("perkiraan, titik tengah wilayah"), district: _("perkiraan kecamatan"), poi: _("titik patokan"), street: _("sekitar jalan ini") }[data.area?.precision ?? data.precision];
  return word ? h("span", { class: "who" }, ` (${word})`) : "";
};

function steps(line) {
  const list = [[_("Terima"), line.acknowledged_at], [_("Berangkat"), line.dispatched_at], [_("Tiba"), line.arrived_at], [_("Selesai"), line.completed_at]];
  if (["declined", "withdrawn"].includes(line.status)) return null;
  const order = ["assigned", "acknowledged", "dispatched", "arrived", "completed"].indexOf(line.status);
  return h("ol", { class: "steps" }, list.map(([label, at], n) => h("li", { data: at || n < order ? { done: "" } : {} }, label, at && h("time", {}, clock(at)))));
}

function report(line) {
  if (!line.outcome) return null;
  const victims = line.victims;
  return h("p", {}, h("strong", {}, OUTCOMES[line.outcome] ?? line.outcome), victims ? ` · ${_("meninggal {dead}, luka {injured}, dievakuasi {evacuated}", { dead: victims.dead ?? 0, injured: victims.injured ?? 0, evacuated: victims.evacuated ?? 0 })}` : "");
}

const EVENTS = {
  "incident.created": _("Laporan dicatat"), "incident.updated": _("Laporan diubah"), "incident.closed": _("Kejadian ditutup"),
  "incident.cancelled": _("Kejadian dibatalkan"), "incident.reopened": _("Kejadian dibuka lagi"), "incident.merged": _("Digabung"),
  "incident.unmerged": _("Dipisahkan"), "incident.handed_over": _("Dialihkan ke wilayah lain"), "note.added": _("Catatan"),
  "assignment.created": _("Ditugaskan"), "assignment.acknowledged": _("Diterima"), "assignment.declined": _("Ditolak"),
  "assignment.dispatched": _("Berangkat"), "assignment.arrived": _("Tiba di lokasi"), "assignment.completed": _("Selesai"),
  "assignment.withdrawn": _("Ditarik"), "assignment.updated": _("Penugasan"), "support.requested": _("Minta bantuan"), "support.answered": _("Permintaan bantuan dijawab"),
  "assignment.paused": _("Batas waktu dijeda"), "assignment.resumed": _("Batas waktu berjalan lagi"), "assignment.escalated": _("Belum diterima"),
  "delivery.dead": _("Pesan tidak sampai, telepon dinas"),
  "deadline.warning": _("Batas waktu hampir habis"), "deadline.breached": _("Batas waktu terlewati"), "unit.status": _("Keadaan unit"),
  "call.offered": _("Panggilan masuk"), "call.answered": _("Panggilan dijawab"), "call.disposed": _("Panggilan digolongkan"),
  "call.abandoned": _("Panggilan terputus"), "call.ended": _("Panggilan diakhiri"),
  "attachment.added": _("Lampiran"),
  "assignment.late": _("Langkah terlambat, hanya dicatat"), "incident.late": _("Langkah terlambat, hanya dicatat"),
  "handover.offered": _("Diserahkan wilayah lain"), "handover.accepted": _("Alihan diterima"), "handover.refused": _("Alihan ditolak"),
  "handover.unanswered": _("Alihan tidak dijawab"), "handover.confirmed": _("Diterima lewat telepon"), "handover.taken_back": _("Alihan ditarik kembali"), "incident.shown": _("Dibuka bagi dinas"), "incident.hidden": _("Ditutup bagi dinas"),
};
// From which screen; and what was written down elsewhere and brought here later: from where, and when.
const SOURCES = { paper: _("dari kertas"), offline: _("dari luring"), telephony: _("dari telepon") };
const SCREENS = { console: _("konsol"), board: _("papan"), agency: _("meja dinas"), wall: _("dinding"), manage: _("administrasi") };
const LATE_MS = 60_000;
function afterwards(one) {
  const late = Date.parse(one.recorded_at) - Date.parse(one.at) > LATE_MS;
  if (!late && !SOURCES[one.source]) return "";
  return h("span", { class: "chip", data: { source: one.source } }, [SOURCES[one.source], late && _("dicatat {time}", { time: moment(one.recorded_at) })].filter(Boolean).join(" · "));
}
const origin = (one) => (SCREENS[one.screen] ? ` · ${SCREENS[one.screen]}` : "");
function noteWords(one, data) {
  const words = one.note && (data.texts ?? []).find((text) => text.id === one.note.id);
  return words ? h("span", { class: "story small" }, " ", said(words.text)) : "";
}

const unitStep = (step) => (step?.unit ? ` · ${step.unit} ${UNIT_STATUS[step.status] ?? step.status}` : "");
const FATES = { queued: _("menunggu"), sent: _("terkirim"), delivered: _("sampai"), read: _("dibaca"), failed: _("gagal, dicoba lagi"), dead: _("gagal") };
function messages(line) {
  const list = line.notices ?? [];
  if (!list.length) return null;
  return h("p", { class: "hint" }, `${_("Pesan:")} `, list.map((one, n) => [n ? " · " : "",
    `${one.to} (${CARRIERS[one.channel] ?? one.channel}) ${FATES[one.state] ?? one.state} ${clock(one.at)}${one.state === "dead" && one.error ? `: ${one.error}` : ""}`]));
}

// What had become of the messages before, so that nobody has to believe that they were sent.
function proof(it) {
  if (!it?.messages) return "";
  return ` (${_("pesan {messages}: {through} terkirim, {read} dibaca, {dead} gagal", it)})`;
}

function eventText(one, agency) {
  const name = one.alarm ? _("Alarm dinaikkan ke tingkat {n}", { n: one.alarm.level }) : one.detached ? _("Pelapor dilepas") : one.detached_from ? _("Pelapor ini semula tercatat di kejadian lain") : EVENTS[one.kind] ?? one.kind;
  const stage = one.deadline?.stage ? ` (${STAGES[one.deadline.stage] ?? one.deadline.stage})` : "";
  const other = one.into ?? one.merged ?? one.unmerged ?? one.detached?.to ?? one.detached_from;
  return [name, stage, other ? ` · ${other.number}` : "", agency ? ` · ${agency}` : "", one.units?.length ? ` · ${one.units.join(", ")}` : "", unitStep(one.unit_step ?? one.late),
    one.decline ? ` · ${DECLINES[one.decline] ?? one.decline}` : "", supportText(one.support),
    one.diverted_to ? ` · ${_("ke {name}", { name: one.diverted_to.number })}` : "", one.diverted_from ? ` · ${_("dari {name}", { name: one.diverted_from.number })}` : "",
    one.escalation ? ` · ${rungText(one.escalation)} — ${one.escalation.reason}${proof(one.escalation.proof)}` : "",
    one.delivery ? ` · ${one.delivery.to}: ${one.delivery.error}` : "",
    one.pause ? ` · ${PAUSES[one.pause.reason] ?? one.pause.reason}${one.pause.seconds ? ` · ${duration(one.pause.seconds)}` : ""}` : "",
    one.outcome ? ` · ${OUTCOMES[one.outcome] ?? one.outcome}` : "", one.late ? h("span", { class: "chip" }, _("terlambat")) : "", afterwards(one)];
}
