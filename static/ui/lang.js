// The page's words. Indonesian stands in the code; another language is what Django's catalogue says (`django`, loaded
// before the modules). Values stand in braces: _("{n} laporan", { n }).
const filled = (words, values = {}) => words.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

export const _ = (words, values) => filled(globalThis.django?.gettext(words) ?? words, values);

// Indonesian has one form for every number, English two.
export const ngettext = (one, many, n, values) => filled(globalThis.django?.ngettext(one, many, n) ?? many, { n, ...values });

// A word that means two things: what it is about stands before it.
export const pgettext = (about, words, values) => filled(globalThis.django?.pgettext(about, words) ?? words, values);
