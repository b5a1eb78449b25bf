// Looks at an HTML report in a browser: node page.mjs BROWSER PAGE JSON [PICTURE]. JSON is the report of the same run, by
// which the page is judged. Ends with an error for the first thing that is wrong; with PICTURE, takes one as well.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { accessible, inBrowser, readable, runsNothing, withoutScripts } from "./look.mjs";

const [executablePath, file, json, picture] = process.argv.slice(2);
const report = JSON.parse(await readFile(json, "utf8"));
const failures = report.cases.filter((row) => row.verdict === "fail");
const itself = (url, address) => url.split("#")[0] === address;

await inBrowser(executablePath, file, itself, async (page, address) => {
  await sameAsTheReport(page);
  await harmless(page);
  // The tools stay in sight above what is scrolled beneath them; jump links are there for the keyboard.
  const aside = "script, title, .tools, .jump";
  await readable(page, { width: 1280, height: 900, aside, clipped: ".seq", texts: 20 });
  await readable(page, { width: 360, height: 800, aside, clipped: ".seq", texts: 20 });
  await page.setViewportSize({ width: 1280, height: 900 });
  await contrasts(page);
  await page.reload();
  await operable(page);
  await printable(page);
  await withoutScripts(page, address, async (bare) => {
    assert.ok(!(await bare.locator(".tools").isVisible()), "no tools that do nothing");
    assert.ok(await bare.locator("h1").isVisible());
    if (failures.some((row) => row.dialogue)) assert.ok(await bare.locator(".case[open] .seq svg[role=img]").first().isVisible());
  });
  if (picture) await photograph(page, address);
});

// As many arrows as the report has messages, each step that broke marked, every word of a dialogue in the list.
async function sameAsTheReport(page) {
  assert.equal(await page.getAttribute("html", "lang"), report.run.language);
  const shown = await page.$$eval(".case", (cases) =>
    cases.map((element) => ({
      id: element.querySelector(":scope > summary .id").textContent,
      verdict: element.dataset.verdict,
      arrows: element.querySelectorAll('.seq use:not([href="#silence"], [href^="#at-"])').length,
      silences: element.querySelectorAll('.seq use[href="#silence"]').length,
      lines: [...element.querySelectorAll(".dialogue li")].map((line) => line.textContent),
      broke: [...element.querySelectorAll(".dialogue li")].findIndex((line) => line.className === "broke"),
      reaches: [...element.querySelectorAll(".seq .reach")].filter((line) => getComputedStyle(line).stroke !== "none").length,
      marks: element.querySelectorAll(".seq text.broke").length,
      facts: element.querySelector(".facts").textContent,
    })),
  );
  assert.equal(shown.length, report.cases.length);
  for (const [index, row] of report.cases.entries()) {
    const entries = row.dialogue?.entries ?? [];
    const silent = entries.filter((entry) => entry.event === "silence").length;
    const { id, verdict, arrows, silences, reaches, lines, broke, marks, facts } = shown[index];
    // The last client's line, which those beyond the 23rd share, is next to the server's; the others' arrows go farther.
    const clients = [...new Set(entries.map((entry) => entry.connection))];
    const near = clients.slice(Math.min(clients.length, 24) - 1);
    const far = entries.filter((entry) => entry.event !== "silence" && !near.includes(entry.connection)).length;
    const broken = row.dialogue?.broke ?? -1;
    assert.deepEqual([id, verdict], [row.id, row.verdict === "n/a" ? "na" : row.verdict]);
    assert.deepEqual([arrows, silences], [entries.length - silent, silent], `${id}: arrows`);
    assert.equal(reaches, far, `${id}: arrows of other clients`);
    assert.deepEqual([broke, marks], [broken, broken < 0 ? 0 : 1], `${id}: where it broke`);
    assert.equal(lines.length, entries.length, `${id}: lines`);
    entries.forEach((entry, line) => assert.ok(lines[line].endsWith(` ${entry.text}`), `${id}: ${lines[line]}`));
    assert.ok(facts.includes(row.again), `${id}: ${facts}`);
    const failure = row.failure;
    for (const text of [failure?.expected, failure?.actual, failure?.hex, failure?.note?.text, failure?.note?.look, failure?.violates?.text]) {
      assert.ok(facts.includes((text ?? "").replaceAll("`", "")) || facts.includes(text), `${id}: ${text} in ${facts}`);
    }
  }
  if (failures.some((row) => row.dialogue)) {
    assert.ok(await page.locator(".case[open] .seq svg[role=img]").first().isVisible(), "the diagram of a failure is in sight");
  }
}

// Nothing that the server sent is anything but text, and no text can change what stands around it.
async function harmless(page) {
  const elements = await page.$$eval("body *", (all) => [...new Set(all.map((element) => element.localName))].sort());
  const known =
    "a b body button circle code dd defs details div dl dt footer g h1 h2 h3 header input li line main ol output p path rect script section span strong summary svg table tbody td text th thead time title tr tspan ul use";
  assert.deepEqual(elements.filter((name) => !known.split(" ").includes(name)), []);
  await runsNothing(page);
  const text = await page.evaluate(() => document.documentElement.outerHTML);
  assert.doesNotMatch(await readFile(file, "utf8"), /<[^>]* (\w+)="[^"]*"[^>]* \1="/, "an attribute stands twice");
  assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/);
}

// In light and in dark: what axe-core finds, and by our own measure the texts in the drawings, which it does not judge.
async function contrasts(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    if (report.cases.length < 100) await accessible(page, colorScheme);
    const poor = await page.evaluate(() => {
      const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const known = new Map();
      const luminance = (colour) => {
        if (!known.has(colour)) known.set(colour, measured(colour));
        return known.get(colour);
      };
      const measured = (colour) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
        const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = (element) => {
        for (; element; element = element.parentElement) {
          const colour = getComputedStyle(element).backgroundColor;
          if (colour !== "rgba(0, 0, 0, 0)") return colour;
        }
        return "white";
      };
      const poor = new Set();
      const judged = new Set();
      for (const drawing of document.querySelectorAll(".seq, .grade svg")) {
        const band = drawing.querySelector(".band");
        const grounds = [ground(drawing), ...(band ? [getComputedStyle(band).stroke] : [])].map(luminance);
        for (const text of drawing.querySelectorAll("text, tspan")) {
          // Texts of a class have a colour.
          const kind = [text.localName, text.className.baseVal, text.parentElement.className.baseVal, ...grounds].join();
          if (judged.has(kind)) continue;
          judged.add(kind);
          const colour = luminance(getComputedStyle(text).fill);
          for (const under of grounds) {
            const [dark, light] = [colour, under].sort((a, b) => a - b);
            if ((light + 0.05) / (dark + 0.05) < 4.5) poor.add(`${text.getAttribute("class")} ${text.textContent}`);
          }
        }
      }
      return [...poor];
    });
    assert.deepEqual(poor, [], colorScheme);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

// Filter, search, links, folding and colours, by keyboard where it matters.
async function operable(page) {
  const visible = () => page.locator(".case:not([hidden])").count();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "jump");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "focus can be seen");
  for (const verdict of new Set(report.cases.map((row) => row.verdict))) {
    const name = verdict === "n/a" ? "na" : verdict;
    await page.locator(`[data-filter="${name}"]`).press("Enter");
    assert.equal(await page.locator(`[data-filter="${name}"]`).getAttribute("aria-pressed"), "true");
    assert.equal(await visible(), report.cases.filter((row) => row.verdict === verdict).length, verdict);
  }
  if (report.cases.length > 0) {
    await page.locator('[data-filter=""]').press("Enter");
    assert.equal(await visible(), report.cases.length);
    await page.keyboard.press("/");
    await page.keyboard.type(report.cases[0].id);
    const fit = await visible();
    assert.ok(fit >= 1 && fit < report.cases.length, `${fit} cases fit`);
    assert.ok((await page.locator("#count").textContent()).includes(String(fit)));
    await page.keyboard.press("Escape");
    assert.equal(await visible(), report.cases.length);
    const last = page.locator(".case").last();
    const place = await last.getAttribute("id");
    await page.evaluate((place) => (location.hash = encodeURIComponent(place)), place);
    await page.waitForFunction((place) => document.getElementById(place).open, place);
    await last.locator(":scope > summary").press("Enter");
    assert.equal(await last.getAttribute("open"), null);
    await page.locator("[data-fold=open]").press("Enter");
    assert.equal(await page.locator(".case:not([open])").count(), 0);
    const copy = last.locator("[data-copy]");
    await copy.press("Enter");
    await page.waitForFunction((button) => button.textContent === button.dataset.copy || getSelection().toString().includes("conformance"), await copy.elementHandle());
    await page.locator("[data-fold=close]").press("Enter");
    assert.equal(await page.locator(".case[open]").count(), 0);
  }
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.locator(".theme").press("Enter");
  assert.notEqual(await ground(), light);
  await page.reload();
  assert.notEqual(await ground(), light, "the choice is remembered");
  await page.locator(".theme").press("Enter");
}

// On paper the failures are told in full, whatever was folded, and the tools are gone.
async function printable(page) {
  await page.emulateMedia({ media: "print" });
  assert.ok(!(await page.locator(".tools").isVisible()));
  const heights = await page.$$eval(".case.fail .seq", (drawings) => drawings.map((drawing) => drawing.getBoundingClientRect().height));
  assert.ok(heights.every((height) => height > 20), `${heights}`);
  const passed = await page.$$eval(".case.pass", (cases) => cases.map((element) => element.getBoundingClientRect().height));
  assert.ok(passed.every((height) => height < 80), `${passed}`);
  await page.emulateMedia({ media: "screen" });
}

// What a reader sees first, to the end of the first failure.
async function photograph(page, address) {
  await page.setViewportSize({ width: 880, height: 800 });
  await page.goto(`${address}#`);
  await page.reload();
  // The case before it is passed, and no part of the picture.
  await page.locator("[data-filter=fail]").click();
  const failure = await page.locator(".rows.fail, .case.fail").first().boundingBox();
  await page.screenshot({ path: picture, fullPage: true, clip: { x: 0, y: 0, width: 880, height: failure.y + failure.height + 12 } });
}
