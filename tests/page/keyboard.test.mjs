// The page without a mouse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen, step, tick, withPage } from "./browser.mjs";

const focused = (page) => page.evaluate(() => document.activeElement.closest(".step")?.dataset.step);

test("the first stops of Tab are the skip links, and they work", () =>
  withPage({}, async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the document");
    const top = await page.evaluate(() => document.activeElement.getBoundingClientRect().top);
    assert.ok(top >= 0, "it is seen when it has the focus");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the current step");
    await page.keyboard.press("Enter");
    const box = await step(page, "1.01").boundingBox();
    assert.ok(box.y >= 0 && box.y < 200, "the step is at the top: " + box.y);
  }));

test("Tab reaches every control in the order of the page, and the focus is seen", () =>
  withPage({}, async (page) => {
    const stops = [];
    for (let at = 0; at < 400; at += 1) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const one = document.activeElement;
        if (one === document.body) return null;
        const style = getComputedStyle(one);
        const box = one.getBoundingClientRect();
        return {
          name: one.id || one.className || one.tagName,
          seen: one.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
          inside: box.bottom > 0 && box.top < innerHeight,
          step: one.closest(".step")?.dataset.step,
        };
      });
      if (!stop) break;
      stops.push(stop);
    }
    assert.ok(stops.length > 60, String(stops.length));
    assert.deepEqual(stops.filter((stop) => !stop.seen).map((stop) => stop.name), []);
    assert.deepEqual(stops.filter((stop) => !stop.inside).map((stop) => stop.name), []);
    for (const id of ["theme", "help", "by-host", "by-role", "hide-done", "copy-progress"]) {
      assert.ok(stops.some((stop) => stop.name === id), id);
    }
    const order = stops.map((stop) => stop.step).filter(Boolean);
    assert.deepEqual([...new Set(order)], [...new Set(order)].sort(), "steps in order");
  }));

test("single keys: go, tick, filter, hide, all, theme, help", () =>
  withPage({}, async (page, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.keyboard.press("x");
    assert.equal(await page.locator("input.done:checked").count(), 0, "nothing is ticked out of sight");
    await page.keyboard.press("c");
    assert.equal(await focused(page), "1.01");
    await page.keyboard.press("y");
    await page.waitForFunction(() => document.querySelector(".copy.flash"));
    const first = await step(page, "1.01").locator(".work code").first().textContent();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), first);
    await page.keyboard.press("x");
    assert.equal(await tick(page, "1.01").isChecked(), true);
    await page.keyboard.press("c");
    assert.equal(await focused(page), "1.02");
    await page.keyboard.press("j");
    assert.equal(await focused(page), "1.03");
    await page.keyboard.press("Enter");
    assert.equal(await isOpen(step(page, "1.03")), true);
    await page.keyboard.press("k");
    assert.equal(await focused(page), "1.02");
    await page.keyboard.press("h");
    assert.equal(await step(page, "1.01").isVisible(), false);
    await page.keyboard.press("h");
    assert.equal(await step(page, "1.01").isVisible(), true);
    await page.keyboard.press("f");
    await page.keyboard.type("cp-1xhj");
    assert.equal(await page.locator("#by-host").inputValue(), "cp-1xhj", "typing is typing");
    await page.keyboard.press("Escape");
    await page.keyboard.press("a");
    assert.equal(await page.locator("#by-host").inputValue(), "");
    await page.keyboard.press("t");
    assert.equal(await page.locator("#theme-name").textContent(), "light");
    await page.keyboard.press("?");
    assert.equal(await page.locator("#keys").isVisible(), true);
    await page.keyboard.press("x");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#keys").isVisible(), false);
    assert.equal(await page.locator("input.done:checked").count(), 1, "no key acts behind the dialog");
  }));

test("single keys can be turned off", () =>
  withPage({}, async (page) => {
    await page.keyboard.press("?");
    await page.uncheck("#keys-on");
    await page.keyboard.press("Escape");
    await page.reload();
    await page.keyboard.press("x");
    await page.keyboard.press("t");
    assert.equal(await page.locator("input.done:checked").count(), 0);
    assert.equal(await page.locator("#theme-name").textContent(), "system");
  }));
