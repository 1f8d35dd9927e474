// What the page keeps, and where it may keep nothing.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { file, plan, read, step, tick, withPage } from "./browser.mjs";

test("ticks are there after a reload", () =>
  withPage({}, async (page) => {
    await tick(page, "1.01").check();
    const boxes = page.locator("input[data-key]:not(.done):visible");
    const key = await boxes.first().getAttribute("data-key");
    await boxes.first().check();
    const hazard = page.locator('input[data-key^="hazard/1/"]').first();
    await hazard.check();
    await page.reload();
    assert.equal(await tick(page, "1.01").isChecked(), true);
    assert.equal(await page.locator('input[data-key="' + key + '"]').isChecked(), true);
    assert.equal(await hazard.isChecked(), true);
    assert.match(await page.locator("#now").textContent(), /^\s*1\.02 /);
  }));

test("another plan has ticks of its own", () =>
  withPage({}, async (page) => {
    await tick(page, "1.01").check();
    const digest = await page.evaluate(() => document.documentElement.dataset.plan);
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
    // The same page with the digest of another plan: neither script nor style is touched by that.
    const name = file("other.html");
    fs.writeFileSync(name, read("sample.html").replaceAll(digest, "sha256:" + "0".repeat(64)));
    const other = await page.context().newPage();
    await other.goto(pathToFileURL(name).href);
    assert.equal(await tick(other, "1.01").isChecked(), false);
    await tick(other, "1.02").check();
    await page.reload();
    assert.equal(await tick(page, "1.02").isChecked(), false);
    await other.close();
  }));

test("two windows of one page show the same", () =>
  withPage({}, async (page, context) => {
    const second = await context.newPage();
    await second.goto(page.url());
    await tick(second, "1.01").check();
    await page.waitForFunction(() => document.querySelector('input.done[data-key="1.01"]').checked);
    await tick(page, "1.02").check();
    await second.waitForFunction(() => document.querySelector('input.done[data-key="1.02"]').checked);
    assert.equal(await tick(second, "1.01").isChecked(), true);
    await second.close();
  }));

test("where storage is refused the page works, and says so", () => {
  const before = (page) =>
    page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("refused", "SecurityError");
        },
      });
    });
  return withPage({ before }, async (page) => {
    assert.equal(await page.locator("#kept").isVisible(), true);
    await tick(page, "1.01").check();
    await tick(page, "1.02").check();
    assert.equal(await tick(page, "1.01").isChecked(), true);
    assert.match(await page.locator("#progress-text").textContent(), /^2 of /);
    await page.click("#theme");
    assert.equal(await page.locator("#theme-name").textContent(), "light");
  });
});

test("damaged and foreign entries are no harm", () => {
  const texts = ["{", "null", "[]", '{"ticks":{"1.01":7,"1.02":null,"__proto__":"x"}}', '{"ticks":"x"}'];
  return withPage({}, async (page) => {
    for (const text of texts) {
      await page.evaluate((text) => localStorage.setItem("kubehop:" + document.documentElement.dataset.plan, text), text);
      await page.reload();
      assert.match(await page.locator("#progress-text").textContent(), /^0 of /, text);
    }
  });
});

test("all ticks are cleared by two presses and not by one", () =>
  withPage({}, async (page) => {
    await tick(page, "1.01").check();
    await page.click("#clear");
    assert.equal(await tick(page, "1.01").isChecked(), true);
    await page.click("#clear");
    assert.equal(await tick(page, "1.01").isChecked(), false);
    await page.reload();
    assert.match(await page.locator("#progress-text").textContent(), /^0 of /);
  }));

test("without scripts everything can be read, and nothing that needs them is shown", () =>
  withPage({ javaScriptEnabled: false }, async (page) => {
    for (const selector of ["#filter", "#theme", ".copy", ".finish-step", "#now", "#progress"]) {
      assert.equal(await page.locator(selector).first().isVisible(), false, selector);
    }
    const last = plan("sample").hops[0].steps.at(-1);
    const fold = step(page, last.id).locator(":scope > .fold");
    if (!(await fold.locator(".stop p").isVisible())) await fold.locator(":scope > summary").click();
    assert.equal(await fold.locator(".stop p").isVisible(), true);
    assert.equal(await page.locator("nav").isVisible(), true);
  }));
