import assert from "node:assert/strict";
import { test } from "node:test";

import { localInput, withOffset } from "../../static/dispatch/asof.js";

test("a time is that of the region's wall clock", () => {
  assert.equal(Date.parse(withOffset("2026-11-22T14:03", "WIB")), Date.parse("2026-11-22T07:03:00Z"));
  assert.equal(Date.parse(withOffset("2026-11-22T14:03:30", "WITA")), Date.parse("2026-11-22T06:03:30Z"));
});

test("what is shown in the box is read back as the same moment", () => {
  const ms = Date.parse("2026-11-22T23:59:58Z");
  for (const label of ["WIB", "WITA", "WIT"]) assert.equal(Date.parse(withOffset(localInput(ms, label), label)), ms);
});
