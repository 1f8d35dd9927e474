// One procedure for several pools: a tick for each, and checkpoints for the pool in turn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plan, step, steps, tick, withPage } from "./browser.mjs";

const rows = steps(plan("large")).filter((one) => one.pool && one.id.startsWith("1."));

test("pools come one after the other", () =>
  withPage({ name: "large" }, async (page) => {
    const block = step(page, rows[0].id);
    await block.locator(":scope > .fold > summary").click();
    assert.equal(await block.locator(".row").count(), rows.length);
    assert.equal(await block.locator(".row.is-now").getAttribute("data-row"), rows[0].id);
    assert.equal(await block.locator(".for-row").textContent(), "pool " + rows[0].pool + " (" + rows[0].id + ")");
    const height = await block.locator(".pools-all").evaluate((box) => box.getBoundingClientRect().height);
    assert.ok(height < 500, "a hundred pools leave the procedure in reach");
    for (const box of await block.locator("[data-check]").all()) await box.check();
    await block.locator(".finish-step").click();
    assert.equal(await tick(page, rows[0].id).isChecked(), true);
    assert.equal(await block.locator(".row.is-now").getAttribute("data-row"), rows[1].id);
    assert.equal(await block.locator("[data-check]:checked").count(), 0, "the next pool has checkpoints of its own");
    assert.equal((await block.locator(".rows-done").textContent()).trim(), "1 of");
    await tick(page, rows[0].id).uncheck();
    assert.equal(await block.locator("[data-check]:checked").count(), await block.locator("[data-check]").count());
  }));

test("a node among five thousand is found in its pool alone", () =>
  withPage({ name: "large" }, async (page) => {
    const wanted = rows[41];
    await page.fill("#by-host", wanted.targets[6]);
    const shown = await page.locator(".row").evaluateAll((all) => all.filter((row) => !row.classList.contains("off")).map((row) => row.dataset.pool));
    assert.deepEqual(new Set(shown), new Set([wanted.pool]));
    assert.equal(shown.length, plan("large").hops.length);
    assert.ok((await page.locator("#hosts option").count()) <= 50);
  }));
