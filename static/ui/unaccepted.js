// A part that nobody has accepted for twenty seconds: said in the card, with what was tried, and whom to telephone.
import { serverNow } from "../live/api.js";
import { h, said } from "./dom.js";
import { clock, phone } from "./format.js";
import { _ } from "./lang.js";

export const SILENT_MS = 20_000;
const LOOK_MS = 15_000; // what became of its messages is not told by the feed
export const CARRIERS = { push: _("notifikasi"), email: _("surel"), webhook: _("aplikasi dinas"), gateway: "SMS/WhatsApp" };
const FATES = { queued: _("menunggu"), sent: _("terkirim, belum ada bukti sampai"), delivered: _("sampai"), read: _("dibaca"), failed: _("gagal, dicoba lagi"), dead: _("gagal") };
const BEST = ["read", "delivered", "sent", "queued", "failed", "dead"];

// Milliseconds until the part counts as not accepted; 0 when it does, null when it does not wait.
export function silentIn(line, now) {
  if (line.status !== "assigned" || line.paused) return null;
  return Math.max(0, Date.parse(line.created_at) + SILENT_MS - now) || 0;
}

// How long until the next look at a case: the first part that falls silent, or a look at the messages of those that are.
export function lookIn(lines, now) {
  const waits = lines.map((line) => silentIn(line, now)).filter((ms) => ms !== null);
  return waits.length ? Math.min(...waits.map((ms) => ms || LOOK_MS)) : null;
}

// One line for each way that was tried: by its best result, the newest of them.
export function tried(notices) {
  const ways = new Map();
  for (const one of notices ?? []) {
    const way = `${one.channel} ${one.to}`;
    const known = ways.get(way);
    if (!known || BEST.indexOf(one.state) <= BEST.indexOf(known.state)) ways.set(way, { ...one, times: (known?.times ?? 0) + 1 });
    else known.times += 1;
  }
  return [...ways.values()].sort((a, b) => BEST.indexOf(a.state) - BEST.indexOf(b.state));
}

export function unaccepted(line, { number = "", now = serverNow() } = {}) {
  if (silentIn(line, now) !== 0) return null;
  const ways = tried(line.notices);
  return h("div", { class: "silent-part", data: { silent: line.agency?.code ?? "" } },
    h("p", {}, h("strong", {}, _("BELUM DITERIMA")), ` ${_("sejak {time}", { time: clock(line.created_at) })} · `,
      number ? [`${_("telepon")} `, h("a", { href: `tel:${number.replace(/[^\d+]/g, "")}` }, phone(number))] : _("nomor telepon dinas belum diisi")),
    ways.length
      ? h("ul", { class: "plain" }, ways.map((one) => h("li", { data: { fate: one.state } }, `${CARRIERS[one.channel] ?? one.channel} · `, said(one.to), `: ${FATES[one.state] ?? one.state} ${clock(one.at)}${one.error && ["failed", "dead"].includes(one.state) ? ` (${one.error})` : one.state === "queued" && one.attempts > 1 ? ` (${_("percobaan {n}", { n: one.attempts })})` : ""}`)))
      : h("p", { class: "hint" }, _("Belum ada pesan keluar: dinas ini hanya diberi tahu lewat layar mejanya.")));
}
