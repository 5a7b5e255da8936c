// A menu for what is under the pointer or under the focus: opened by the right button, by the menu key or Shift+F10,
// worked with the arrow keys and first letters, closed by Escape; the focus returns to where it came from.
import { h } from "../ui/dom.js";
import { _ } from "../ui/lang.js";

let open = null;

export function closeMenu({ back = true } = {}) {
  if (!open) return;
  const { node, from } = open;
  open = null;
  node.remove();
  if (back && from?.isConnected) from.focus({ preventScroll: true });
}

// items: [{ label, run, key?, danger?, disabled? } | { head }]. `at`: { x, y } in the window.
export function openMenu(items, { at, from, label }) {
  closeMenu({ back: false });
  const button = (item) => h("button", {
    class: item.danger ? "menu-item danger" : "menu-item", type: "button", role: "menuitem", tabindex: -1, disabled: Boolean(item.disabled),
    "data-act": item.key, onclick: () => {
      closeMenu();
      item.run();
    },
  }, item.label);
  const node = h("div", { class: "menu", role: "menu", "aria-label": label, onkeydown: keys },
    items.map((item) => (item.head ? h("div", { class: "menu-head", role: "presentation" }, item.head) : button(item))));
  document.body.append(node);
  open = { node, from: from ?? document.activeElement };
  const box = node.getBoundingClientRect();
  node.style.left = `${Math.max(4, Math.min(at.x, innerWidth - box.width - 4))}px`;
  node.style.top = `${Math.max(4, Math.min(at.y, innerHeight - box.height - 4))}px`;
  entries()[0]?.focus();
}

const entries = () => [...(open?.node.querySelectorAll("[role=menuitem]:not(:disabled)") ?? [])];

function keys(event) {
  const all = entries();
  const here = all.indexOf(document.activeElement);
  const go = (n) => all[(n + all.length) % all.length]?.focus();
  const moves = { ArrowDown: () => go(here + 1), ArrowUp: () => go(here - 1), Home: () => go(0), End: () => go(-1), Escape: () => closeMenu(), Tab: () => closeMenu() };
  if (moves[event.key]) moves[event.key]();
  else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey) {
    const from = [...all.slice(here + 1), ...all.slice(0, here + 1)];
    from.find((one) => one.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("pointerdown", (event) => open && !open.node.contains(event.target) && closeMenu({ back: false }), true);
addEventListener("blur", () => closeMenu({ back: false }));

// The place for a menu that a key opened: beside what has the focus.
export function placeOf(event) {
  if (event.clientX || event.clientY) return { x: event.clientX, y: event.clientY };
  const box = event.target.getBoundingClientRect();
  return { x: box.left + 24, y: box.top + Math.min(box.height, 32) };
}

export const noMenu = () => [{ label: _("Tidak ada langkah untuk Anda"), run: () => {}, disabled: true }];
