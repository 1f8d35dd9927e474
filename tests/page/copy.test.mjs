// What is pasted is what the plan says, to the letter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plan, step, steps, withPage } from "./browser.mjs";

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test("every command of the plan stands in the page as it is", () =>
  withPage({}, async (page) => {
    const all = plan("sample");
    for (const one of steps(all)) {
      const shown = await step(page, one.id).locator(".cmd code").allTextContents();
      for (const run of [...one.commands, ...one.checkpoints, ...(one.rollback.commands ?? [])].map((command) => command.run.trimEnd())) {
        assert.ok(shown.includes(run), one.id + ": " + run);
      }
    }
    const texts = new Set(await page.locator(".cmd code").allTextContents());
    for (const hazard of all.hops.flatMap((hop) => hop.hazards).filter((hazard) => hazard.detect)) {
      assert.ok(texts.has(hazard.detect.command), hazard.id);
    }
    for (const assumption of all.assumptions) assert.ok(texts.has(assumption.settle), assumption.id);
  }));

test("the button copies the command and nothing else", () =>
  withPage({}, async (page, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const id = steps(plan("sample")).find((one) => one.commands.some((command) => command.run.includes("\n"))).id;
    const summary = step(page, id).locator(":scope > .fold > summary");
    if (id !== "1.01") await summary.click();
    const blocks = step(page, id).locator(".work .cmd");
    for (let at = 0; at < Math.min(3, await blocks.count()); at += 1) {
      await blocks.nth(at).locator(".copy").click();
      const expected = await blocks.nth(at).locator("code").textContent();
      assert.ok(expected.length > 0 && !/\n$/.test(expected), "nothing runs before Enter is pressed");
      assert.equal(await clipboard(page), expected);
      assert.match(await blocks.nth(at).locator(".copy").textContent(), /^Copied/);
    }
  }));

test("without a clipboard the older way is taken", () => {
  const before = (page) => page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  return withPage({ before }, async (page, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const block = step(page, "1.01").locator(".work .cmd").first();
    const expected = await block.locator("code").textContent();
    await block.locator(".copy").click();
    assert.match(await block.locator(".copy").textContent(), /^Copied/);
    const other = await context.newPage();
    await other.goto(page.url());
    await other.bringToFront();
    assert.equal(await clipboard(other), expected);
    await other.close();
  });
});

test("where that is refused too, the command is marked", () => {
  const before = (page) =>
    page.addInitScript(() => {
      Object.defineProperty(navigator, "clipboard", { value: { writeText: () => Promise.reject(new Error("refused")) } });
      document.execCommand = () => false;
    });
  return withPage({ before }, async (page) => {
    const block = step(page, "1.01").locator(".work .cmd").first();
    await block.locator(".copy").click();
    await page.waitForFunction(() => String(getSelection()).length > 0);
    assert.match(await block.locator(".copy").textContent(), /^Press Ctrl\+C/);
    const marked = await page.evaluate(() => getSelection().toString());
    assert.equal(marked.trim(), (await block.locator("code").textContent()).trim());
  });
});

test("progress is copied for the ticket", () =>
  withPage({}, async (page, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await step(page, "1.01").locator(":scope > .tick input").check();
    await page.click("#copy-progress");
    await page.waitForFunction(() => document.getElementById("copy-progress").textContent === "Copied");
    const text = await clipboard(page);
    assert.match(text, /^Upgrade staging-eu-1/);
    assert.match(text, /\n1 of \d+ steps done/);
    assert.match(text, /\n\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}1\.01 {2}Check /);
  }));
