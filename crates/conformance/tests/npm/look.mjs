// What any page of ours is looked at for, in a browser.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const quiet = "sandbox first-run disable-gpu disable-quic disable-background-networking disable-component-update disable-sync";
const args = quiet.split(" ").map((flag) => (flag.startsWith("disable") ? `--${flag}` : `--no-${flag}`));

// Opens a file in a browser that is closed afterwards, and tells its address. Every complaint is an error, and every request for what
// may not be asked for.
export async function inBrowser(executablePath, file, mayAsk, look) {
  const address = pathToFileURL(file).href;
  const profile = await mkdtemp(join(tmpdir(), "conformance-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args, viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const fail = (what) => assert.fail(`${file}: ${what}`);
    page.on("console", (message) => fail(`console: ${message.text()}`));
    page.on("pageerror", (error) => fail(`error: ${error}`));
    page.on("dialog", (dialog) => fail(`dialog: ${dialog.message()}`));
    page.on("request", (request) => mayAsk(request.url(), address) || fail(`request: ${request.url()}`));
    await page.goto(address);
    await look(page, address);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

// The page once more, in a context in which no script runs.
export async function withoutScripts(page, address, look) {
  const browser = page.context().browser();
  if (!browser) return;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const bare = await context.newPage();
  await bare.goto(address);
  await look(bare);
  await context.close();
}

// One script, which is ours, and nothing else that runs, is styled or is loaded by an attribute.
export async function runsNothing(page) {
  assert.equal(await page.locator("script").count(), 1);
  const handlers = await page.$$eval("*", (all) =>
    all.flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith("on") || name === "style" || name === "src"),
  );
  assert.deepEqual(handlers, []);
}

// What axe-core finds.
export async function accessible(page, about) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
  assert.deepEqual(told, [], about);
}

// With everything unfolded no two texts overlap, and none leaves the page, or, on the left, the part that is clipped by itself. Texts in
// `aside` stand where they like.
export async function readable(page, { width, height, aside, clipped, texts }) {
  await page.setViewportSize({ width, height });
  const found = await page.evaluate(
    ({ aside, clipped }) => {
      for (const element of document.querySelectorAll("details")) element.open = true;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const boxes = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (!node.data.trim() || parent.closest(aside)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const { top, bottom, left, right, width } of range.getClientRects()) {
          if (width > 0) boxes.push({ top: top + scrollY, bottom: bottom + scrollY, left, right, text: node.data, clip: parent.closest(clipped) });
        }
      }
      boxes.sort((one, other) => one.top - other.top);
      const overlaps = [];
      boxes.forEach((one, index) => {
        for (let next = index + 1; next < boxes.length && boxes[next].top < one.bottom - 2; next++) {
          const other = boxes[next];
          const beside = other.left >= one.right - 1 || one.left >= other.right - 1;
          if (!beside && overlaps.length < 9) overlaps.push(`${one.text} / ${other.text} at ${Math.round(one.left)},${Math.round(one.top)}`);
        }
      });
      const outside = boxes.filter((box) => !box.clip && (box.left < 0 || box.right > innerWidth)).map((box) => box.text);
      const beside = boxes.filter((box) => box.clip && box.left < box.clip.getBoundingClientRect().left - 1).map((box) => box.text);
      return { texts: boxes.length, overlaps, outside, beside, wide: document.documentElement.scrollWidth - innerWidth };
    },
    { aside, clipped },
  );
  assert.ok(found.texts > texts, `${found.texts} texts`);
  assert.deepEqual({ ...found, texts: 0 }, { texts: 0, overlaps: [], outside: [], beside: [], wide: 0 }, `at a width of ${width}`);
}
