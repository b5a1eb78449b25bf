// What a reader can do with the class page: sort the table, fold the cases of chapters, search, change between light and dark.
// Nothing is drawn or fetched here: without this script the page shows all columns.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
for (const element of all("[data-scripted]")) element.hidden = false;

// The best first; among cells without a verdict none is better than another.
const ranks = ["pass", "warn", "na", "skip", "blocked", "error", "fail"];

// By what a cell is sorted: names by their letters, grades and parts of chapters by their size, verdicts by their rank.
function key(cell) {
  if (cell.classList.contains("name")) return cell.textContent.trim();
  const text = cell.textContent.trim();
  const [part, whole] = text.split("/").map(Number);
  if (whole) return part / whole;
  if (cell.classList.contains("number")) return Number.isNaN(part) || text === "" ? -1 : part;
  const rank = ranks.indexOf(cell.className);
  return rank < 0 ? -1 : ranks.length - rank;
}

function sort(table, head) {
  const column = head.cellIndex;
  const ascending = head.getAttribute("aria-sort") === "none" ? head.classList.contains("name") : head.getAttribute("aria-sort") === "descending";
  const language = document.documentElement.lang;
  const rows = all("tbody tr", table).map((row) => ({ row, key: key(row.cells[column]) }));
  const compare = (one, other) => (typeof one === "string" ? one.localeCompare(other, language) : one - other);
  rows.sort((one, other) => (ascending ? 1 : -1) * compare(one.key, other.key));
  table.tBodies[0].append(...rows.map(({ row }) => row));
  for (const other of all("thead th", table)) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
}

for (const sheet of all(".sheet")) {
  const table = sheet.querySelector("table");
  const search = sheet.querySelector("input");
  const count = sheet.querySelector("output");
  const rows = all("tbody tr", table);
  const folds = all("[data-chapter]", sheet);

  for (const head of all("thead th", table)) head.querySelector("button").addEventListener("click", () => sort(table, head));

  // Shows the cases of a chapter, or hides them.
  const show = (fold, shown) => {
    fold.setAttribute("aria-pressed", String(shown));
    for (const head of all(`thead [data-of="${CSS.escape(fold.dataset.chapter)}"]`, table)) {
      head.hidden = !shown;
      for (const row of rows) row.cells[head.cellIndex].hidden = !shown;
    }
  };
  for (const fold of folds) {
    fold.addEventListener("click", () => show(fold, fold.getAttribute("aria-pressed") === "false"));
    show(fold, false);
  }
  for (const button of all("[data-fold]", sheet)) {
    button.addEventListener("click", () => folds.forEach((fold) => show(fold, button.dataset.fold === "open")));
  }

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every((word) => row.cells[0].textContent.toLowerCase().includes(word));
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = count.dataset.text.replace("{0}", shown).replace("{1}", rows.length);
  };
  search.addEventListener("input", filter);
  filter();
}

const searches = all(".tools input");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/" && !searches.includes(document.activeElement)) {
    event.preventDefault();
    searches[0].focus();
  } else if (event.key === "Escape" && searches.includes(document.activeElement)) {
    document.activeElement.value = "";
    document.activeElement.dispatchEvent(new Event("input"));
  }
});
