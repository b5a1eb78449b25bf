// What a reader can do with the page: filter, search, copy, change between light and dark. Nothing is drawn or fetched
// here: without this script the page says the same.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const tools = document.querySelector(".tools");
const search = document.querySelector("#search");
const count = document.querySelector("#count");
const cases = all(".case");
const texts = new Map();
let verdict = "";

for (const element of all("[data-scripted]")) element.hidden = false;

// The filter: a verdict, and words that all have to stand in the case.
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const element of cases) {
    const fits = (!verdict || element.dataset.verdict === verdict) && words.every((word) => textOf(element).includes(word));
    element.hidden = !fits;
    shown += fits;
  }
  for (const group of all(".rows, .chapter")) group.hidden = !group.querySelector(".case:not([hidden])");
  // Rows that were looked for are not left behind a fold.
  if (verdict || words.length) for (const group of all(".rows:not([hidden])")) group.open = true;
  count.textContent = count.dataset.text.replace("{0}", shown).replace("{1}", cases.length);
}

function textOf(element) {
  if (!texts.has(element)) {
    const parts = [...all("summary, .facts, .dialogue", element).map((part) => part.textContent)];
    texts.set(element, parts.join(" ").toLowerCase());
  }
  return texts.get(element);
}

for (const button of all("[data-filter]", tools)) {
  button.addEventListener("click", () => {
    verdict = button.dataset.filter;
    for (const other of all("[data-filter]", tools)) other.setAttribute("aria-pressed", String(other === button));
    filter();
  });
}
search.addEventListener("input", filter);
filter();

for (const button of all("[data-fold]", tools)) {
  button.addEventListener("click", () => {
    for (const element of all(".rows, .case:not([hidden])")) element.open = button.dataset.fold === "open";
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    filter();
  }
});

// A link to a case opens it, and shows it if the filter hides it.
function reveal() {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!found) return;
  if (found.closest("[hidden]")) {
    search.value = "";
    all("[data-filter]", tools)[0].click();
  }
  for (let element = found; element; element = element.parentElement) if (element.tagName === "DETAILS") element.open = true;
  found.scrollIntoView();
}
addEventListener("hashchange", reveal);
if (location.hash) reveal();

for (const button of all("[data-copy]")) {
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      const before = button.textContent;
      button.textContent = button.dataset.copy;
      setTimeout(() => (button.textContent = before), 1500);
    } catch {
      // Where the browser gives no access to the clipboard, the text is at least selected.
      getSelection().selectAllChildren(code);
    }
  });
}

// On paper every failure is told in full, and only what was open before stays open afterwards.
let opened = [];
addEventListener("beforeprint", () => {
  opened = all(".rows.fail:not([open]), .case.fail:not([open]), .fail .more:not([open])");
  for (const element of opened) element.open = true;
});
addEventListener("afterprint", () => {
  for (const element of opened) element.open = false;
});
