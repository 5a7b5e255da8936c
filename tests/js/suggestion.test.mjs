import assert from "node:assert/strict";
import test from "node:test";
import { marked, normalise } from "../../static/dispatch/suggestion.js";

const plain = (pieces) => pieces.map((piece) => (piece.rule ? `[${piece.text}]` : piece.text)).join("");

test("the words that a rule found are marked", () => {
  assert.equal(plain(marked("ada pohon tumbang", [{ rule: "r", text: "pohon tumbang", start: 4, end: 17 }])), "ada [pohon tumbang]");
});

test("offsets count code points, not UTF-16 units", () => {
  assert.equal(plain(marked("🔥🔥 api besar", [{ rule: "r", text: "api", start: 3, end: 6 }])), "🔥🔥 [api] besar");
});

test("offsets of the cleaned text are found again in the typed text", () => {
  assert.equal(plain(marked("   ada api", [{ rule: "r", text: "api", start: 4, end: 7 }])), "   ada [api]");
});

test("overlapping and impossible spans are passed over", () => {
  const reasons = [{ rule: "a", text: "", start: 0, end: 5 }, { rule: "b", text: "", start: 3, end: 8 }, { rule: "c", text: "", start: 90, end: 99 }];
  assert.equal(plain(marked("kebakaran", reasons)), "[kebak]aran");
});

test("both shapes of the proposal are read", () => {
  const nested = normalise({ type: "fire", classification: { type: "fire", reasons: [{}] }, assignments: [{ agency: { code: "damkar" }, role: "lead" }] });
  assert.deepEqual(nested.agencies, [{ code: "damkar", role: "lead" }]);
  assert.equal(normalise({ type: "fire", agencies: [{ code: "damkar", role: "lead" }] }).agencies[0].code, "damkar");
});
