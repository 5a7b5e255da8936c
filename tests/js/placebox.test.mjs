import assert from "node:assert/strict";
import test from "node:test";
import { sentOf, sentence } from "../../static/dispatch/placebox.js";

test("an area that is all that is known is sent as an area, never as a point", () => {
  assert.deepEqual(sentOf({ precision: "area_centre", area: "35.77.03.1006", lat: -7.6, lon: 111.5 }), { area: "35.77.03.1006" });
});

test("a landmark is sent with its point and how precise that is", () => {
  assert.deepEqual(sentOf({ precision: "poi", lat: -7.6, lon: 111.5, area: "35.77.03" }), { lat: -7.6, lon: 111.5, precision: "poi" });
  assert.deepEqual(sentOf({ precision: "street", lat: -7.6, lon: 111.5 }), { lat: -7.6, lon: 111.5, precision: "street" });
});

test("a click or the caller's own position is a plain point", () => {
  assert.deepEqual(sentOf({ precision: "point", lat: -7.6, lon: 111.5 }), { lat: -7.6, lon: 111.5 });
  assert.deepEqual(sentOf(null), {});
});

test("the line under the box says how precisely the place is known", () => {
  assert.match(sentence({ precision: "area_centre", label: "Kel. Manisrejo, Kec. Taman" }), /Baru diketahui wilayahnya: Kel\. Manisrejo/);
  assert.match(sentence({ precision: "poi", label: "Pasar Besar", lat: 1, lon: 2, radius_m: 100 }), /patokan Pasar Besar, ± 100 m/);
  assert.match(sentence({ precision: "point", lat: -7.6298, lon: 111.5239, note: "di luar wilayah: Kota Surabaya" }), /Titik -7\.62980, 111\.52390 \(di luar wilayah/);
});
