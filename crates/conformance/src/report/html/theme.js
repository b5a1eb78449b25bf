// Light or dark: the system's choice, until the reader makes one. Files may not be allowed to remember it.
const root = document.documentElement;
const remembered = (action) => {
  try {
    return action(localStorage);
  } catch {
    return null;
  }
};
const chosen = remembered((storage) => storage.getItem("theme"));
if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
document.querySelector(".theme").addEventListener("click", () => {
  const dark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  root.dataset.theme = dark ? "light" : "dark";
  remembered((storage) => storage.setItem("theme", root.dataset.theme));
});
