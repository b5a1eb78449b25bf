// Looks at a class page in a browser: node class.mjs BROWSER PAGE JSON [PICTURE]. JSON is the class's students.json, by which the
// page is judged. Ends with an error for the first thing that is wrong; with PICTURE, takes one as well.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { accessible, inBrowser, readable, runsNothing, withoutScripts } from "./look.mjs";

const [executablePath, file, json, picture] = process.argv.slice(2);
const { students, language } = JSON.parse(await readFile(json, "utf8"));
// It leads to the pages of the class.
const ofTheClass = (url, address) => url.startsWith(new URL(".", address).href);

await inBrowser(executablePath, file, ofTheClass, async (page, address) => {
  await sameAsTheRegister(page);
  // No name is anything but text.
  await runsNothing(page);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await accessible(page, colorScheme);
  }
  // With every chapter unfolded; the table scrolls by itself.
  await page.locator("[data-fold=open]").first().click();
  for (const width of [1280, 360]) await readable(page, { width, height: 900, aside: "script, .jump", clipped: ".scroll", texts: 400 });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.reload();
  await operable(page);
  await leadsToStudents(page);
  await withoutScripts(page, address, async (bare) => {
    assert.ok(!(await bare.locator(".tools").first().isVisible()), "no tools that do nothing");
    assert.ok(await bare.locator("td.fail a").first().isVisible(), "all cases are there");
  });
  if (picture) await photograph(page, address);
});

// A row for each student with the grade, a cell for each case with the verdict, and the causes counted.
async function sameAsTheRegister(page) {
  assert.equal(await page.getAttribute("html", "lang"), language);
  const rows = await page.$$eval("tbody tr", (rows) =>
    rows.map((row) => ({
      id: row.dataset.id,
      name: row.querySelector("a").textContent,
      grade: row.cells[1].textContent,
      verdicts: [...row.cells].slice(2).filter((cell) => !cell.classList.contains("tally")).map((cell) => cell.className),
    })),
  );
  const shown = students.map(({ id, name, grade, cases }) => ({
    id,
    name,
    grade: String(grade),
    verdicts: cases.map(({ verdict }) => (verdict === "n/a" ? "na" : verdict)),
  }));
  assert.deepEqual(rows, shown);
  const wrong = students.filter(({ causes }) => causes.length > 0);
  const named = await page.$$eval(".mend a", (links) => new Set(links.map((link) => link.textContent)).size);
  assert.equal(named, wrong.length);
  // What breaks a MUST is told before what breaks a SHOULD alone.
  const ranks = new Map();
  for (const { title, level } of students.flatMap(({ causes }) => causes)) {
    const name = title.replaceAll("`", "");
    ranks.set(name, Math.min(ranks.get(name) ?? Infinity, ["must", "should", "may"].indexOf(level)));
  }
  const titles = await page.$$eval(".mend strong", (titles) => titles.map((title) => title.textContent));
  const told = titles.map((title) => ranks.get(title)).filter((rank) => rank !== undefined);
  assert.ok(new Set(told).size > 1, "there are causes of both");
  assert.deepEqual(told, [...told].sort());
}

// Sorting, folding, searching and colours by keyboard.
async function operable(page) {
  const order = () => page.$$eval("tbody tr", (rows) => rows.map((row) => row.dataset.id));
  const heads = page.locator("thead th:not([hidden])");
  const grades = new Map(students.map(({ id, grade }) => [id, grade]));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "jump");

  await heads.nth(1).locator("button").press("Enter");
  assert.equal(await heads.nth(1).getAttribute("aria-sort"), "descending");
  const best = (await order()).map((id) => grades.get(id));
  assert.deepEqual(best, [...best].sort((one, other) => other - one));
  await heads.nth(1).locator("button").press("Enter");
  const worst = (await order()).map((id) => grades.get(id));
  assert.deepEqual(worst, [...best].reverse());

  await heads.nth(0).locator("button").press("Enter");
  assert.equal(await heads.nth(1).getAttribute("aria-sort"), "none");
  const names = await page.$$eval("tbody tr a:first-child", (links) => links.filter((link) => link.closest(".name")).map((link) => link.textContent));
  assert.deepEqual(names, [...names].sort((one, other) => one.localeCompare(other, language)));

  const failed = students.flatMap(({ cases }) => cases).find(({ verdict }) => verdict === "fail").id;
  const [chapter] = failed.split("/");
  const column = page.locator(`thead [data-of="${chapter}"]`);
  assert.equal(await column.first().isVisible(), false, "cases are folded");
  await page.locator(`[data-chapter="${chapter}"]`).press("Enter");
  assert.equal(await column.first().isVisible(), true);
  const slug = column.filter({ hasText: failed.slice(chapter.length + 1) }).first();
  await slug.locator("button").press("Enter");
  const [first, last] = await page.evaluate((index) => {
    const cells = [...document.querySelectorAll("tbody tr")].map((row) => row.cells[index].className);
    return [cells[0], cells.at(-1)];
  }, await slug.evaluate((head) => head.cellIndex));
  assert.deepEqual([first, last], ["pass", "fail"]);
  await page.locator("[data-fold=close]").press("Enter");
  assert.equal(await column.first().isVisible(), false);

  await page.keyboard.press("/");
  await page.keyboard.type(students[0].id);
  assert.equal(await page.locator("tbody tr:visible").count(), 1);
  assert.ok((await page.locator("output").textContent()).includes("1"));
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("tbody tr:visible").count(), students.length);

  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await ground();
  await page.locator(".theme").press("Enter");
  assert.notEqual(await ground(), before);
  await page.locator(".theme").press("Enter");
}

// A cross leads to the case in the student's report, which is open there.
async function leadsToStudents(page) {
  await page.locator("[data-fold=open]").press("Enter");
  await page.locator("td.fail a").first().press("Enter");
  await page.waitForURL(/students\/.*#/);
  const place = decodeURIComponent(new URL(page.url()).hash.slice(1));
  await page.waitForFunction((place) => document.getElementById(place)?.open, place);
  await page.goBack();
}

// What a teacher sees first, and a chapter unfolded, the worst on top.
async function photograph(page, address) {
  await page.setViewportSize({ width: 1040, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
  await page.evaluate(() => localStorage.clear());
  await page.goto(address);
  await page.locator('[data-chapter="errors"]').click();
  const grade = page.locator("thead th").nth(1).locator("button");
  await grade.click();
  await grade.click();
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement.blur());
  await page.evaluate(() => scrollTo(0, 0));
  const { y, height } = await page.locator("tbody tr").nth(6).boundingBox();
  await page.screenshot({ path: picture, fullPage: true, clip: { x: 0, y: 0, width: 1040, height: y + height } });
}
