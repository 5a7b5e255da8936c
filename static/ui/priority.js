// Priority is a shape, a code and a word before it is a colour (grey-scale print, colour deficiency).
import { h, svg } from "./dom.js";
import { PRIORITIES } from "./format.js";

const SHAPES = {
  critical: () => svg("path", { class: "shape", d: "M8 2h8l6 6v8l-6 6H8l-6-6V8z" }),
  high: () => svg("path", { class: "shape", d: "M12 2.5 22.5 21.5h-21z" }),
  normal: () => svg("rect", { class: "shape", x: 3, y: 3, width: 18, height: 18 }),
  low: () => svg("circle", { class: "shape", cx: 12, cy: 12, r: 9 }),
};

export function shape(priority, { label } = {}) {
  const node = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" });
  node.append((SHAPES[priority] ?? SHAPES.low)());
  if (label) {
    const text = svg("text", { x: 12, y: priority === "high" ? 18.5 : 15.8 });
    text.textContent = label;
    node.append(text);
  }
  return node;
}

export function priorityMark(priority, { word = false } = {}) {
  const info = PRIORITIES[priority] ?? { code: "P?", name: "" };
  const text = word ? `${info.code} ${info.name}` : info.code;
  return h("span", { class: "prio", data: { priority }, title: `${info.code} ${info.name}` }, shape(priority), text);
}
