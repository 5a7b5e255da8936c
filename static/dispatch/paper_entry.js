// Paper forms into the system, sheet after sheet, by keyboard: each keeps the hour that stands on it. They go through
// the outbox like every report.
import { newKey, serverNow } from "../live/api.js";
import { Badge } from "../outbox/badge.js";
import { Draft } from "../outbox/draft.js";
import { keepUnsent } from "../outbox/page.js";
import { dayIn, sheetMoment } from "../outbox/papertime.js";
import { byId, h, notice, replace, said } from "../ui/dom.js";
import { clock } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { startPage } from "../ui/shell.js";

const FIELDS = ["day", "time", "sheet", "place", "narrative", "victims", "number", "name", "safe", "told"];
const config = startPage();
const outbox = await keepUnsent(config);
const form = byId("entry");
const value = (name) => byId(name).value.trim();
const isEmpty = () => FIELDS.every((name) => ["day", "safe"].includes(name) || !value(name));
const snapshot = () => Object.fromEntries(FIELDS.map((name) => [name, byId(name).value]));
const lines = new Map(); // key → the cell that says what became of the sheet
let key = newKey();

const draft = new Draft({
  ...outbox, page: "paper", read: () => (isEmpty() ? null : snapshot()),
  kept: (some) => replace(byId("draft-state"), some ? _("Konsep tersimpan di komputer ini") : ""),
  failed: () => replace(byId("draft-state"), _("Konsep TIDAK dapat disimpan")),
});

function body(at) {
  const victims = value("victims");
  const answers = { ...(victims ? { victims: Number(victims) } : {}), ...(value("sheet") ? { "formulir kertas": value("sheet") } : {}), ...(value("told") ? { "sudah diberi tahu": value("told") } : {}) };
  const caller = { ...(value("number") ? { number: value("number") } : {}), ...(value("name") ? { name: value("name") } : {}), ...(value("safe") ? { safe_to_call_back: value("safe") === "yes" } : {}) };
  return {
    region: config.region, narrative: byId("narrative").value, location: value("place") ? { text: value("place") } : {}, caller, answers,
    channel: "paper", source: "paper", occurred_at: new Date(at).toISOString(),
  };
}

async function save() {
  const { at, problem } = sheetMoment(config.zone.name, value("day"), value("time"), serverNow());
  if (problem) return refuse(problem, "time");
  if (!value("place") && !value("narrative")) return refuse(_("Isi lokasi atau kejadian."), "place");
  const row = { key, kind: "paper", url: "/api/v1/incidents/", region: config.region, body: body(at), kept: snapshot(), draftId: key };
  addLine(row.key, at);
  next();
  try {
    await outbox.add(row);
    await outbox.flush();
  } catch {
    fill(row.kept, row.key);
    refuse(_("Komputer ini tidak dapat menyimpan; lembar ini BELUM tersimpan."), "narrative");
  }
}

function refuse(words, name) {
  replace(byId("problem"), notice("warn", words));
  byId(name).focus();
}

function addLine(id, at) {
  const state = h("span", { class: "who" }, _("menunggu"));
  lines.set(id, state);
  byId("entered").prepend(h("li", { data: { row: id } }, h("strong", {}, clock(at, { seconds: false })), said((value("narrative") || value("place")).slice(0, 80)), state));
  byId("entered-count").textContent = String(lines.size);
}

// The next sheet of the pile: usually of the same day.
function next() {
  const day = byId("day").value;
  form.reset();
  byId("day").value = day;
  key = newKey();
  draft.begin(key, { drop: false });
  replace(byId("problem"));
  replace(byId("draft-state"));
  byId("time").focus();
}

function fill(kept, id) {
  for (const name of FIELDS) byId(name).value = kept[name] ?? "";
  key = id;
  if (draft.id !== id) draft.begin(id);
}

outbox.addEventListener("outcome", ({ detail }) => {
  const state = lines.get(detail.key);
  if (!state) return;
  if (detail.verdict === "done") replace(state, h("a", { href: `/konsol/`, title: _("Buka konsol") }, detail.answer.number), detail.answer.confidential && ` · ${_("terbatas")}`);
  else if (["review", "denied"].includes(detail.verdict)) replace(state, h("span", { class: "kept-here" }, _("perlu diperiksa")));
  else replace(state, h("span", { class: "kept-here" }, _("belum terkirim")));
});
form.addEventListener("input", () => draft.touch());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void save();
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  if (event.ctrlKey) {
    event.preventDefault();
    return void save();
  }
  if (event.target.tagName !== "INPUT" && event.target.tagName !== "SELECT") return;
  event.preventDefault();
  const fields = [...form.elements].filter((one) => one.matches("input, textarea, select"));
  fields[fields.indexOf(event.target) + 1]?.focus();
});

async function restore(found) {
  if (!isEmpty()) return _("Simpan atau kosongkan lembar ini dulu.");
  const content = await draft.take(found);
  if (!content) return _("Konsep ini sedang dibuka di tab lain.");
  fill(content, found.id);
  return "";
}

// A refused sheet back into the form, with a new key.
async function correct(row) {
  if (!isEmpty()) return _("Simpan atau kosongkan lembar ini dulu.");
  const { kept } = await outbox.read(row);
  const again = newKey();
  const why = await outbox.trouble(row);
  await outbox.takeBack(row.key, await draft.row(again, kept));
  fill(kept, again);
  if (why) refuse(why, "narrative");
  return "";
}

new Badge({ outbox, drafts: draft, corrects: "paper", correct, restore });
byId("day").value = dayIn(config.zone.name, serverNow());
const found = await draft.adopt();
if (found) fill(found.content, found.id);
else draft.begin(key);
outbox.start();
byId("time").focus();
