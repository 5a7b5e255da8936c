// A procedure as the call-taker reads it: what to ask, what to say, what to do, in the order of speaking. The console
// and the preview in the administration are this one component.
import { h } from "./dom.js";
import { _ } from "./lang.js";

const part = (title, items, after) => items?.length > 0 && [
  h("h3", {}, title), h("ol", {}, items.map((item, n) => h("li", {}, item, after?.(n)))),
];

// `answer(key, value)` is called with what was pressed, `undefined` to take it back; without it the buttons do nothing.
export function procedureBox(procedure, { open = true, answers = {}, answer } = {}) {
  return h("details", { class: "sop", open }, h("summary", {}, `SOP: ${procedure.title} `, h("kbd", {}, "F9")),
    part(_("Tanyakan"), procedure.questions, (n) => answerButtons(procedure.keys?.[n], procedure.questions[n], answers, answer)),
    part(_("Sampaikan kepada pelapor"), procedure.tell_caller), part(_("Langkah"), procedure.steps));
}

// A question that counts: yes or no with one press; pressing the same again takes it back.
function answerButtons(key, question, answers, answer) {
  if (!key) return null;
  const button = (value, label) => h("button", {
    class: "pick-chip small", type: "button", "aria-pressed": String(answers[key] === value), "aria-label": `${label}: ${question}`, data: { key: `answer-${key}-${value}` },
    onclick: () => answer?.(key, answers[key] === value ? undefined : value),
  }, label);
  return h("span", { class: "answers" }, " ", button(true, _("Ya")), " ", button(false, _("Tidak")));
}
