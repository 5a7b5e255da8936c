// DOM by construction: text is always text, so nothing a caller said can become markup.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (["value", "checked", "disabled", "hidden", "selected"].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  add(node, children);
  return node;
}

export function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

// What a person typed stands in <bdi>: a right-to-left name cannot turn the line around it.
export const said = (text) => h("bdi", {}, text ?? "");

export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const byId = (id) => document.getElementById(id);

export function readConfig() {
  return JSON.parse(byId("config").textContent);
}

// New content without losing the place of somebody who works with the keyboard.
export function replace(node, ...children) {
  const active = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const top = node.scrollTop;
  node.replaceChildren();
  add(node, children);
  node.scrollTop = top;
  if (active) node.querySelector(`[data-key="${CSS.escape(active)}"]`)?.focus({ preventScroll: true });
  return node;
}

export const empty = (title, text) => h("div", { class: "empty" }, h("strong", {}, title), text && h("span", {}, text));

export function notice(kind, text, ...more) {
  return h("div", { class: "notice", data: { kind }, role: kind === "error" ? "alert" : "status" }, h("span", {}, text), more);
}

export function debounce(ms, run) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), ms);
  };
}
