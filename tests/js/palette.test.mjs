import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const css = read("static/design/tokens.css");
const block = (selector) => Object.fromEntries([...css.slice(css.indexOf(`${selector} {`)).split("\n}")[0].matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
const DARK = block(":root");
const LIGHT = { ...DARK, ...block('[data-theme="light"]') };

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
const luminance = (hex) => channels(hex).reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

// CIELAB of linear RGB, D65
function lab(rgb) {
  const [x, y, z] = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    .map((row) => row.reduce((sum, weight, n) => sum + weight * rgb[n], 0)).map((value, n) => value / [0.9505, 1, 1.089][n])
    .map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const distance = (one, other) => Math.hypot(...lab(one).map((value, n) => value - lab(other)[n]));
// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
const SEEN = {
  everybody: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const seen = (hex, matrix) => matrix.map((row) => Math.min(1, Math.max(0, row.reduce((sum, weight, n) => sum + weight * channels(hex)[n], 0))));
const PRIORITIES = ["--p1", "--p2", "--p3", "--p4"];

test("each priority is legible as text on both grounds of both themes, and black on each dark one", () => {
  for (const [name, theme, least] of [["dark", DARK, 5.4], ["light", LIGHT, 5]]) {
    for (const priority of PRIORITIES) {
      for (const ground of ["--ground", "--panel"]) assert.ok(contrast(theme[priority], theme[ground]) >= least, `${name} ${priority} on ${ground}: ${contrast(theme[priority], theme[ground])}`);
    }
  }
  for (const priority of PRIORITIES) assert.ok(contrast(DARK[priority], "#000000") >= 6.9, priority);
});

test("body, muted and faint text keep 4.5 on every ground that they stand on", () => {
  for (const theme of [DARK, LIGHT]) {
    for (const text of ["--text", "--muted", "--faint"]) {
      for (const ground of ["--ground", "--panel", "--raised"]) assert.ok(contrast(theme[text], theme[ground]) >= 4.5, `${text} ${theme[text]} on ${ground}: ${contrast(theme[text], theme[ground])}`);
    }
  }
});

for (const [who, matrix] of Object.entries(SEEN)) {
  test(`no two priorities come closer than dE 25 for ${who}`, () => {
    for (const [n, one] of PRIORITIES.entries()) {
      for (const other of PRIORITIES.slice(n + 1)) {
        const apart = distance(seen(DARK[one], matrix), seen(DARK[other], matrix));
        assert.ok(apart >= 25, `${one} ${other}: ${apart.toFixed(1)}`);
      }
    }
  });
}

test("a page of the server and a script draw the same four shapes", () => {
  const script = read("static/ui/priority.js");
  const page = read("templates/ui/priority.html");
  for (const outline of ["M8 2h8l6 6v8l-6 6H8l-6-6V8z", "M12 2.5 22.5 21.5h-21z"]) {
    assert.ok(script.includes(outline) && page.includes(outline), outline);
  }
  assert.match(page, /<rect class="shape" x="3" y="3" width="18" height="18"\/>/);
  assert.match(script, /"rect", \{ class: "shape", x: 3, y: 3, width: 18, height: 18 \}/);
  assert.match(page, /cx="12" cy="12" r="9"/);
  assert.match(script, /cx: 12, cy: 12, r: 9/);
});
