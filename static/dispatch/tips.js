// Every button says its key and its command when it is pointed at or has the focus, so that people learn them by working.
import { _ } from "../ui/lang.js";
import { VERBS } from "./commandwords.js";

const KEYED = {
  "new-call": "call", save: "save", "help-button": "help", clear: ["kosongkan"], "as-of": ["keadaan"], "sound-test": [], unsent: [],
};
const ACTION_FORMS = new Map(VERBS.filter((verb) => verb.action).map((verb) => [verb.action, verb.form]));

// `label(id)`: the key of an act as it is set now.
export function tipOf(button, label) {
  const { action, disposition, add } = button.dataset;
  if (action && ACTION_FORMS.has(action)) return _("Perintah: {form}", { form: ACTION_FORMS.get(action)() });
  if (disposition) return "";
  if (add) return label("same");
  const known = KEYED[button.id];
  if (typeof known === "string") return _("Tombol: {key}", { key: label(known) });
  if (known?.length) return _("Perintah: {form}", { form: known[0] });
  if (/^(undo|done)-/.test(button.dataset.key ?? "")) return _("Tombol: {key} · perintah: urungkan", { key: label("undo") });
  if (button.matches(".row")) return _("Enter membuka; ↑ ↓ memilih · perintah: buka <nomor>");
  return _("Tab ke sini, Enter menekan");
}

export function teach(root, label) {
  const tell = (event) => {
    const button = event.target.closest?.("button, [role=button]");
    if (!button || button.title || button.querySelector("kbd")) return;
    const tip = tipOf(button, label);
    if (tip) button.title = tip;
  };
  root.addEventListener("pointerover", tell);
  root.addEventListener("focusin", tell);
}
