// What each chart looks like, from the rows of its table: pure, so that what is drawn can be tested without a canvas.
// Colours come with patterns (ECharts' decals), for those who do not tell colours apart and for black-and-white paper.
import { _ } from "../ui/lang.js";

const label = (look, more = {}) => ({ color: look.muted, fontFamily: look.font, fontSize: 12, ...more });
const line = (look) => ({ lineStyle: { color: look.line } });

function frame(look, title, description) {
  return {
    animation: false,
    textStyle: { fontFamily: look.font, color: look.text },
    aria: { enabled: true, label: { description: description ?? title }, decal: { show: true } },
    color: [look.accent, look.warn, look.muted, look.danger],
    // drawn on the canvas: a tooltip of HTML would need inline styles
    tooltip: { renderMode: "richText", trigger: "axis", confine: true, backgroundColor: look.panel, borderColor: look.line, valueFormatter: said, textStyle: { color: look.text, fontFamily: look.font } },
    grid: { left: 48, right: 20, top: 40, bottom: 40, containLabel: false },
  };
}

const legend = (look, data) => ({ data, top: 4, itemWidth: 22, textStyle: label(look) });
const x = (look, data, more = {}) => ({ type: "category", data, axisLabel: label(look), axisLine: line(look), axisTick: { show: false }, ...more });
// Numbers as they are written here: 1.234,5.
const said = (value) => (typeof value === "number" ? value.toLocaleString("id-ID") : "–");
const y = (look, more = {}) => ({ type: "value", minInterval: 1, axisLabel: label(look, { formatter: said }), splitLine: line(look), ...more });
const column = (rows, n) => rows.map((row) => row[n]);

// Today's bars over the band of the seven days before: the band is drawn from its low edge upwards.
function hours({ title, head, rows }, look) {
  const [, today, , middle] = head;
  const band = _("Pita 7 hari");
  return {
    ...frame(look, title), legend: legend(look, [today, band, middle]), xAxis: x(look, column(rows, 0), { axisLabel: label(look, { interval: 2 }) }), yAxis: y(look),
    series: [
      { name: "low", type: "line", stack: "band", data: column(rows, 2), symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } },
      { name: band, type: "line", stack: "band", data: rows.map((row) => (row[4] === null ? null : row[4] - row[2])), z: 1, symbol: "none", silent: true, lineStyle: { opacity: 0 }, itemStyle: { color: look.line }, areaStyle: { color: look.line, opacity: 0.75 }, tooltip: { show: false } },
      { name: middle, type: "line", data: column(rows, 3), symbol: "none", z: 3, lineStyle: { color: look.text, type: "dashed", width: 2 }, itemStyle: { color: look.text } },
      { name: today, type: "bar", data: column(rows, 1), itemStyle: { color: look.accent }, barMaxWidth: 18, z: 2 },
    ],
  };
}

function heat({ title, head, rows }, look) {
  const cells = rows.flatMap((row, day) => row.slice(1).map((count, hour) => [hour, day, count]));
  const most = Math.max(1, ...cells.map((cell) => cell[2]));
  return {
    ...frame(look, title), aria: { enabled: true, label: { description: title }, decal: { show: false } }, // the lightness alone says it, in grey too
    grid: { left: 64, right: 20, top: 12, bottom: 72 },
    tooltip: { ...frame(look, title).tooltip, trigger: "item", formatter: ({ value: [hour, day, count] }) => `${rows[day][0]} ${head[hour + 1]}.00: ${count}` },
    xAxis: x(look, head.slice(1), { axisLabel: label(look, { interval: 2 }), splitArea: { show: false } }), yAxis: { ...x(look, column(rows, 0)), inverse: true },
    visualMap: { min: 0, max: most, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 160, text: [String(most), "0"], textStyle: label(look), inRange: { color: [look.panel, look.accent, look.text] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: look.line, borderWidth: 1 } }],
  };
}

// Bars rather than a tapering drawing: lengths can be compared, and calls and cases are two patterns.
function funnel({ title, rows }, look) {
  const units = [...new Set(column(rows, 2))];
  const amount = (value) => (typeof value === "number" ? value : null);
  return {
    ...frame(look, title), legend: legend(look, units), grid: { left: 80, right: 60, top: 40, bottom: 28 },
    xAxis: y(look), yAxis: { ...x(look, column(rows, 0)), inverse: true },
    series: units.map((unit, n) => ({
      name: unit, type: "bar", stack: "all", barMaxWidth: 30, itemStyle: { color: [look.accent, look.warn][n] },
      data: rows.map((row) => (row[2] === unit ? { value: amount(row[1]) ?? 0, label: { formatter: typeof row[1] === "number" ? said(row[1]) : row[1] } } : null)),
      label: { show: true, position: "right", ...label(look, { color: look.text, fontWeight: 600 }) },
    })),
  };
}

function pranks({ title, head, rows }, look) {
  const series = (n, colour, type) => ({ name: head[n].replace(" (%)", ""), type: "line", data: column(rows, n), connectNulls: false, symbolSize: 6, symbol: type, lineStyle: { color: colour, width: 2, type: n === 3 ? "dashed" : "solid" }, itemStyle: { color: colour } });
  return {
    ...frame(look, title), legend: legend(look, [head[2], head[3]].map((name) => name.replace(" (%)", ""))),
    xAxis: x(look, column(rows, 0).map((day) => day.slice(0, 5))), yAxis: y(look, { min: 0, max: 100, axisLabel: label(look, { formatter: "{value} %" }) }),
    series: [series(2, look.danger, "circle"), series(3, look.accent, "triangle")],
  };
}

export const minutes = (seconds) => `${String(Math.floor(seconds / 60)).padStart(2, "0")}.${String(Math.round(seconds) % 60).padStart(2, "0")}`;

// Steps of a time axis that a person counts in, at most six of them.
export const interval = (most) => [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400].find((step) => most / step <= 6) ?? 604800;

// Bullet bars: p90 wide and light, p50 narrow and dark on it, the target an upright line; n stands beside the name.
// Each width has an axis of its own: bars of one axis would stand beside each other.
function bullets({ title, rows }, look) {
  const target = _("Target");
  const names = { ...x(look, rows.map((row) => `${row[0]} (n ${row[1]})`)), inverse: true };
  const bar = (name, n, width, colour, axis) => ({ name, type: "bar", data: column(rows, n), barWidth: width, yAxisIndex: axis, z: axis + 1, itemStyle: { color: colour } });
  return {
    ...frame(look, title), legend: legend(look, ["p90", "p50", target]), grid: { left: 120, right: 28, top: 40, bottom: 28 },
    tooltip: { ...frame(look, title).tooltip, valueFormatter: (value) => (value === null ? "–" : minutes(Array.isArray(value) ? value[0] : value)) },
    xAxis: y(look, { interval: interval(Math.max(...rows.flatMap((row) => [row[3], row[4]]))), axisLabel: label(look, { formatter: minutes, hideOverlap: true }) }), yAxis: [names, { ...names, show: false }],
    series: [
      bar("p90", 3, 22, look.line, 0), bar("p50", 2, 10, look.accent, 1),
      { name: target, type: "scatter", data: rows.map((row, n) => [row[4], n]), symbol: "rect", symbolSize: [3, 28], z: 3, itemStyle: { color: look.danger } },
    ],
  };
}

const KINDS = { jam: hours, panas: heat, corong: funnel, prank: pranks };

export function options(key, figure, look) {
  return (KINDS[key] ?? bullets)(figure, look);
}
