// Arrow keys in the matrix of run cards: always a cell of the table, never beyond its ends.
import assert from "node:assert/strict";
import { test } from "node:test";

import { step } from "../../static/agencies/grid.js";

test("arrows go to the next cell and stop at the ends", () => {
  assert.deepEqual(step("ArrowDown", 0, 2, 5, 7), [1, 2]);
  assert.deepEqual(step("ArrowUp", 0, 2, 5, 7), [0, 2]);
  assert.deepEqual(step("ArrowRight", 4, 6, 5, 7), [4, 6]);
  assert.deepEqual(step("Home", 3, 4, 5, 7), [3, 0]);
  assert.deepEqual(step("End", 3, 4, 5, 7), [3, 6]);
  assert.deepEqual(step("PageDown", 3, 4, 5, 7), [4, 4]);
});

test("other keys are left to the browser", () => {
  assert.equal(step("Enter", 0, 0, 5, 7), undefined);
  assert.equal(step("a", 0, 0, 5, 7), undefined);
});
