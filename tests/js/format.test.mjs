import assert from "node:assert/strict";
import test from "node:test";
import { reasonWords } from "../../static/ui/words.js";
import { clock, duration, moment, phone, rungText, setZone, timerStep } from "../../static/ui/format.js";

test("times are written with dots in the zone of the centre", () => {
  setZone({ name: "Asia/Jakarta", label: "WIB" });
  assert.equal(clock("2026-11-22T07:05:22Z"), "14.05.22");
  setZone({ name: "Asia/Makassar", label: "WITA" });
  assert.equal(clock("2026-11-22T07:05:22Z"), "15.05.22");
});

test("another day is named", () => {
  setZone({ name: "Asia/Jakarta", label: "WIB" });
  assert.equal(moment("2026-11-22T07:05:22Z", Date.parse("2026-11-23T07:00:00Z")), "22/11 14.05");
});

test("durations are minutes and seconds, from an hour with hours", () => {
  assert.equal(duration(135), "02.15");
  assert.equal(duration(3735), "1.02.15");
  assert.equal(duration(-3), "00.00");
});

test("telephone numbers are written the national way", () => {
  assert.equal(phone("+6281234567890"), "0812-3456-7890");
  assert.equal(phone("081234567890"), "0812-3456-7890");
  assert.equal(phone("+62215220111"), "(021) 522-0111");
  assert.equal(phone(null), "nomor tidak tampil");
});

test("a time limit steps at 50, 80 and 100 percent and then counts up", () => {
  const step = (now) => timerStep(0, 100_000, now);
  assert.equal(step(10_000).step, "early");
  assert.equal(step(50_000).step, "half");
  assert.equal(step(80_000).step, "near");
  assert.equal(step(100_000).step, "late");
  assert.equal(step(235_000).text, "+02.15");
});

test("a reason says what the card is about, not its code", () => {
  assert.equal(reasonWords("kartu tugas disaster/fallen_tree", {}), "kartu tugas Pohon tumbang");
  assert.equal(reasonWords("kartu tugas fire; memimpin karena instansi utama dirujuk", { fire: "Kebakaran" }),
    "kartu tugas Kebakaran; memimpin karena instansi utama dirujuk");
});

test("a rung of the ladder is named with its place", () => {
  assert.equal(rungText({ hop: 4, of: 6, step: "head" }), "eskalasi 4/6: kepala dinas");
});
