// Entries of a procedure: moved, added, taken away; nothing is lost on the way, and a key counts only when it is known.
import assert from "node:assert/strict";
import { test } from "node:test";

import { inserted, lines, moved, procedureOf, question, without } from "../../static/agencies/entries.js";

test("an entry moves to where it was put and no other changes its order", () => {
  assert.deepEqual(moved(["a", "b", "c", "d"], 0, 2), ["b", "c", "a", "d"]);
  assert.deepEqual(moved(["a", "b", "c", "d"], 3, 1), ["a", "d", "b", "c"]);
});

test("beyond the ends nothing moves", () => {
  const list = ["a", "b"];
  assert.equal(moved(list, 0, -1), list);
  assert.equal(moved(list, 1, 2), list);
});

test("moving there and back gives the same list, whatever is moved", () => {
  const list = ["a", "b", "c", "d", "e"];
  for (const from of list.keys()) for (const to of list.keys()) {
    assert.deepEqual(moved(moved(list, from, to), to, from), list);
    assert.deepEqual([...moved(list, from, to)].sort(), list);
  }
});

test("empty lines are no entries", () => {
  assert.deepEqual(lines(" a \n\n  b\n"), ["a", "b"]);
  assert.deepEqual(inserted(["a", "b"], 1, "x"), ["a", "x", "b"]);
  assert.deepEqual(without(["a", "b"], 0), ["b"]);
});

test("a known key becomes buttons, an unknown one stays in the text", () => {
  assert.deepEqual(question("Apakah sadar? {conscious}", ["conscious"]), { text: "Apakah sadar?", key: "conscious" });
  assert.deepEqual(question("Apakah sadar? {awake}", ["conscious"]), { text: "Apakah sadar? {awake}", key: "" });
});

test("the preview has what the operator gets", () => {
  const given = { title: "T", questions: ["Sadar? {conscious}", "Di mana?"], steps: ["s"], tellCaller: ["t"] };
  assert.deepEqual(procedureOf(given, ["conscious"]), {
    title: "T", questions: ["Sadar?", "Di mana?"], keys: ["conscious", ""], steps: ["s"], tell_caller: ["t"],
  });
});
