// What axe-core finds, in light and dark, folded and open, wide and narrow; and what it cannot know.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { tick, withPage } from "./browser.mjs";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// What a theme or a width changes; everything else is the same in all of them.
const DRAWN = ["color-contrast", "target-size", "link-in-text-block", "region", "scrollable-region-focusable"];

async function check(page, what, rules) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((only) => axe.run(document, { runOnly: only, resultTypes: ["violations"] }), rules ?? TAGS);
  const told = violations.map((one) => one.id + ": " + one.help + "\n  " + one.nodes.slice(0, 3).map((node) => node.html + "\n  " + node.failureSummary).join("\n  "));
  assert.deepEqual(told, [], what);
}

for (const colorScheme of ["light", "dark"]) {
  for (const [shape, viewport] of [["wide", { width: 1440, height: 900 }], ["narrow", { width: 390, height: 844 }]]) {
    test("axe finds nothing: " + colorScheme + ", " + shape, () =>
      // The page's policy lets no foreign script in, the checker neither.
      withPage({ colorScheme, viewport, bypassCSP: true }, async (page) => {
        await check(page, "as it opens");
        await tick(page, "1.01").check();
        await tick(page, "1.02").check();
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
        await page.selectOption("#by-role", "control plane", { force: true });
        await check(page, "open, two steps done, filtered", shape === "wide" && colorScheme === "light" ? undefined : DRAWN);
        if (shape === "narrow") await page.click("#menu");
        else await page.click("#help");
        await check(page, shape === "narrow" ? "the menu" : "the dialog");
      }));
  }
}

test("axe finds nothing on the page of a plan that was taken up again", () =>
  withPage({ name: "resumed", bypassCSP: true }, async (page) => {
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    await check(page, "open");
  }));

test("headings go down one level at a time", () =>
  withPage({}, async (page) => {
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    const levels = await page.locator("main :is(h1, h2, h3, h4, h5)").evaluateAll((all) => all.map((one) => [Number(one.tagName[1]), one.textContent.trim()]));
    assert.equal(levels.filter(([level]) => level === 1).length, 1);
    let before = 0;
    for (const [level, text] of levels) {
      assert.ok(level <= before + 1, "h" + before + " is followed by h" + level + ": " + text);
      assert.ok(text.length > 0);
      before = level;
    }
  }));

test("no word is told by colour alone", () =>
  withPage({}, async (page) => {
    const words = await page.locator(".sev").allTextContents();
    assert.ok(words.length > 5 && words.every((word) => /^(Blocker|Error|Action required|Warning|Info)$/.test(word)));
    const shapes = await page.locator(".sev use").evaluateAll((all) => new Set(all.map((use) => use.getAttribute("href"))).size);
    assert.ok(shapes >= 3, "each severity has a shape of its own");
    const looks = await page.locator("#times-1-t").evaluate((title) => title.closest("svg").querySelectorAll('rect[fill^="url"]').length);
    assert.ok(looks > 0, "bars that disturb have a pattern");
  }));

test("the drawing has a name, a description and a table", () =>
  withPage({}, async (page) => {
    for (const chart of await page.locator("svg.chart").all()) {
      const [title, text] = (await chart.getAttribute("aria-labelledby")).split(" ");
      assert.ok((await page.locator("#" + title).textContent()).length > 10);
      assert.ok((await page.locator("#" + text).textContent()).length > 10);
    }
    assert.ok((await page.locator("svg.chart").count()) >= 3, "the schedule, and the work of each hop");
    const rows = await page.locator('[aria-label="Schedule as a table"] tbody tr').count();
    const bars = await page.locator("#days-t").evaluate((title) => title.closest("svg").querySelectorAll(".bar-span").length);
    assert.equal(rows, bars);
  }));
