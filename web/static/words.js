// What scripts say, in the language of the page, which brings the words along unless they are English.
"use strict";

const WORDS = JSON.parse(document.querySelector('meta[name="words"]')?.content ?? "{}");
const LANGUAGE = document.documentElement.lang;

// The text in the page's language, its %(name)s replaced by the values.
function gettext(text, values = {}) {
  return (WORDS[text] ?? text).replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

// A number with so many digits behind the decimal sign.
function decimal(value, digits) {
  return value.toLocaleString(LANGUAGE, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
}
