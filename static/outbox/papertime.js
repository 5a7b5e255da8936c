// The hour on a sheet of paper, as a moment. Pure: tested in node.
import { _ } from "../ui/lang.js";

// "14.05", "1405", "14:05", "9.30" → [hours, minutes], or null.
export function readTime(text) {
  const found = /^(\d{1,2})[.:]?(\d{2})$/.exec(text.trim());
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2])];
  return hours < 24 && minutes < 60 ? [hours, minutes] : null;
}

// A day ("2026-11-23") and an hour by the clock of a zone → milliseconds since 1970. Indonesia has no summer time: the
// offset at the guess is the offset at the hour.
export function momentIn(zone, day, [hours, minutes]) {
  const [year, month, date] = day.split("-").map(Number);
  const guess = Date.UTC(year, month - 1, date, hours, minutes);
  return guess - offsetOf(zone, guess);
}

function offsetOf(zone, at) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const p = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000;
}

// Today by the clock of a zone, for a date field.
export function dayIn(zone, at) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

// The moment of a sheet, or what is wrong with its time.
export function sheetMoment(zone, day, time, now) {
  const clock = readTime(time);
  if (!day || !clock) return { problem: _("Isi tanggal dan jam di kertas, misalnya 14.05.") };
  const at = momentIn(zone, day, clock);
  if (at > now) return { problem: _("Jam itu belum lewat: periksa tanggalnya.") };
  return { at };
}
