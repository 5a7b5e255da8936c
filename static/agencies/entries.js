// Entries of a procedure as an ordered list, without a screen: every function takes a list and gives a new one.
export const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

export function moved(list, from, to) {
  if (from < 0 || from >= list.length || to < 0 || to >= list.length || from === to) return list;
  const rest = list.filter((_entry, n) => n !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
}

export const without = (list, n) => list.filter((_entry, at) => at !== n);

export const inserted = (list, n, entry = "") => [...list.slice(0, n), entry, ...list.slice(n)];

// `Apakah korban sadar? {conscious}`: the question and the key whose answer counts; an unknown key stays in the text.
export function question(line, known) {
  const found = /^(.*?)\s*\{(\w+)\}\s*$/.exec(line);
  return found && known.includes(found[2]) ? { text: found[1].trim(), key: found[2] } : { text: line.trim(), key: "" };
}

export function procedureOf({ title, questions, steps, tellCaller }, known) {
  const asked = questions.map((line) => question(line, known));
  return { title, questions: asked.map((one) => one.text), keys: asked.map((one) => one.key), steps, tell_caller: tellCaller };
}
