// Looks at a class page in a browser: node class.mjs BROWSER PAGE JSON [PICTURE]. JSON is the class's students.json, by which the
// page is judged. Ends with an error for the first thing that is wrong; with PICTURE, takes one as well.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const [executablePath, file, json, picture] = process.argv.slice(2);
const address = pathToFileURL(file).href;
const { students, language } = JSON.parse(await readFile(json, "utf8"));
const quiet = "sandbox first-run disable-gpu disable-quic disable-background-networking disable-component-update disable-sync";
const args = quiet.split(" ").map((flag) => (flag.startsWith("disable") ? `--${flag}` : `--no-${flag}`));

const profile = await mkdtemp(join(tmpdir(), "conformance-chromium-"));
const context = await chromium.launchPersistentContext(profile, { executablePath, args, viewport: { width: 1280, height: 900 } });
try {
  const page = await openPage(context);
  await sameAsTheRegister(page);
  await harmless(page);
  for (const colorScheme of ["light", "dark"]) await accessible(page, colorScheme);
  for (const width of [1280, 360]) await readable(page, width);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.reload();
  await operable(page);
  await leadsToStudents(page);
  await withoutScripts(context.browser());
  if (picture) await photograph(page);
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}

// The page, of which every complaint and every request but that for a page of the class is an error.
async function openPage(context) {
  const page = await context.newPage();
  const fail = (what) => assert.fail(`${file}: ${what}`);
  page.on("console", (message) => fail(`console: ${message.text()}`));
  page.on("pageerror", (error) => fail(`error: ${error}`));
  page.on("dialog", (dialog) => fail(`dialog: ${dialog.message()}`));
  page.on("request", (request) => request.url().startsWith(new URL(".", address).href) || fail(`request: ${request.url()}`));
  await page.goto(address);
  return page;
}

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
}

// No name is anything but text.
async function harmless(page) {
  assert.equal(await page.locator("script").count(), 1);
  const handlers = await page.$$eval("*", (all) =>
    all.flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith("on") || name === "style" || name === "src"),
  );
  assert.deepEqual(handlers, []);
}

async function accessible(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
  assert.deepEqual(told, [], colorScheme);
}

// With every chapter unfolded no two texts overlap, and nothing but the table, which scrolls by itself, leaves the page.
async function readable(page, width) {
  await page.setViewportSize({ width, height: 900 });
  await page.locator("[data-fold=open]").first().click();
  const found = await page.evaluate(() => {
    for (const element of document.querySelectorAll("details")) element.open = true;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const boxes = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.data.trim() || node.parentElement.closest("script, .jump")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const within = !node.parentElement.closest(".scroll");
      for (const { top, bottom, left, right, width } of range.getClientRects()) {
        if (width > 0) boxes.push({ top: top + scrollY, bottom: bottom + scrollY, left, right, text: node.data, within });
      }
    }
    boxes.sort((one, other) => one.top - other.top);
    const overlaps = [];
    boxes.forEach((one, index) => {
      for (let next = index + 1; next < boxes.length && boxes[next].top < one.bottom - 2; next++) {
        const other = boxes[next];
        const beside = other.left >= one.right - 1 || one.left >= other.right - 1;
        if (!beside && overlaps.length < 9) overlaps.push(`${one.text} / ${other.text}`);
      }
    });
    const outside = boxes.filter((box) => box.within && (box.left < 0 || box.right > innerWidth)).map((box) => box.text);
    return { texts: boxes.length, overlaps, outside, wide: document.documentElement.scrollWidth - innerWidth };
  });
  assert.ok(found.texts > 400, `${found.texts} texts`);
  assert.deepEqual({ ...found, texts: 0 }, { texts: 0, overlaps: [], outside: [], wide: 0 }, `at a width of ${width}`);
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

async function withoutScripts(browser) {
  if (!browser) return;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  assert.ok(!(await page.locator(".tools").first().isVisible()), "no tools that do nothing");
  assert.ok(await page.locator("td.fail a").first().isVisible(), "all cases are there");
  await context.close();
}

// What a teacher sees first, and a chapter unfolded, the worst on top.
async function photograph(page) {
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
