// Draws the page's charts on canvases from the rows that stand in the page; follows the width of the window.
import { options } from "./chartoptions.js";

const { echarts } = globalThis;
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const look = {
  text: colour("text"), muted: colour("muted"), line: colour("line"), panel: colour("panel"), accent: colour("accent"),
  warn: colour("warn"), danger: colour("danger"), font: colour("font"),
};
const figures = JSON.parse(document.getElementById("chart-data").textContent);
const charts = [];
for (const node of document.querySelectorAll("[data-chart]")) {
  const chart = echarts.init(node, null, { renderer: "canvas" });
  chart.setOption(options(node.dataset.chart, figures[node.dataset.chart], look));
  node.dataset.drawn = "true";
  charts.push(chart);
}
new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(document.body);
