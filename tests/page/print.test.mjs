// Paper: every step, whatever is folded, finished or filtered on the screen.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { test } from "node:test";
import { file, plan, steps, tick, withPage } from "./browser.mjs";

const all = steps(plan("sample"));

test("in print everything is open and nothing can be pressed", () =>
  withPage({}, async (page) => {
    await tick(page, "1.01").check();
    await page.check("#hide-done");
    await page.selectOption("#by-role", "clients");
    await page.emulateMedia({ media: "print" });
    const hidden = await page.locator(".step .body").evaluateAll((bodies) =>
      bodies.filter((body) => !body.checkVisibility({ contentVisibilityAuto: true }) || body.getBoundingClientRect().height < 40).map((body) => body.closest(".step").dataset.step),
    );
    assert.deepEqual(hidden, []);
    for (const selector of [".top", ".side", ".copy", ".finish-step", "#filtered"]) {
      assert.equal(await page.locator(selector).first().isVisible(), false, selector);
    }
    const early = await page.locator(".step .body").evaluateAll((bodies) =>
      bodies.filter((body) => {
        const [stop, work, back] = [".stop", ".work", ".back"].map((part) => body.querySelector(part)?.getBoundingClientRect());
        return (stop && stop.bottom > work.top) || back.top < work.bottom;
      }).map((body) => body.closest(".step").dataset.step),
    );
    assert.deepEqual(early, [], "the way back is not taken for the way");
    const wide = await page.locator(".cmd pre").evaluateAll((all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length);
    assert.equal(wide, 0, "commands wrap");
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "light");
  }));

test("the PDF has every step and every command", async (context) => {
  const name = file("sample.pdf");
  await withPage({ colorScheme: "dark" }, async (page) => {
    await tick(page, "1.01").check();
    await page.selectOption("#by-role", "clients");
    fs.writeFileSync(name, await page.pdf({ preferCSSPageSize: true, printBackground: true }));
    // What was folded before is folded after.
    assert.equal(await page.locator(".fold[open]").count(), 1);
  });
  assert.equal(fs.readFileSync(name).subarray(0, 5).toString(), "%PDF-");
  const answer = spawnSync("pdftotext", [name, "-"], { encoding: "utf8", maxBuffer: 1e8 });
  if (answer.error) {
    context.diagnostic("skipped: pdftotext (poppler-utils) is not installed, so the text of the PDF is not read");
    return;
  }
  // It takes a hyphen at the end of a line for one of its own, so hyphens do not count.
  const flat = (text) => text.replace(/[`\s\u00ad\u2010-]+/gu, "");
  const text = flat(answer.stdout);
  for (const one of all) {
    assert.ok(text.includes(flat(one.id + one.title)), one.id + " " + one.title);
    assert.ok(text.includes(flat(one.abort)), one.id + ": " + one.abort);
    for (const command of one.commands) {
      for (const line of command.run.split("\n").filter((line) => line.length < 60)) {
        assert.ok(text.includes(flat(line)), one.id + ": " + line);
      }
    }
  }
});
