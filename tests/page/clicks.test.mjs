// What a hand does: tick, fold, filter, hide, change the theme.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen, plan, step, steps, tick, visibleSteps, withPage } from "./browser.mjs";

const all = steps(plan("sample"));

test("the first step is the current one, open, and all others are folded", () =>
  withPage({}, async (page) => {
    assert.equal(await isOpen(step(page, "1.01")), true);
    assert.equal(await isOpen(step(page, "1.02")), false);
    assert.match(await page.locator("#now").textContent(), /^\s*1\.01 /);
    assert.match(await step(page, "1.01").locator(".state").textContent(), /current step/);
    assert.equal(await page.locator(".side a[aria-current=step]").count(), 1);
  }));

test("a step that is ticked folds away, and the next one opens", () =>
  withPage({}, async (page) => {
    await tick(page, "1.01").check();
    assert.equal(await isOpen(step(page, "1.01")), false);
    assert.equal(await isOpen(step(page, "1.02")), true);
    assert.match(await step(page, "1.01").locator(".state").textContent(), /✓ done \d\d:\d\d UTC, \d+ checkpoints not ticked/);
    assert.match(await page.locator("#progress-text").textContent(), new RegExp("^1 of " + all.length + " steps done"));
    assert.equal(await page.locator('[data-nav-hop="1"] .count').textContent(), "1/" + plan("sample").hops[0].steps.length);
    assert.match(await page.locator('[data-time="1.01"]').textContent(), /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
    await tick(page, "1.01").uncheck();
    assert.match(await page.locator("#progress-text").textContent(), /^0 of /);
    assert.equal(await page.locator('[data-time="1.01"]').textContent(), "");
  }));

test("a step with open checkpoints asks once before it goes on", () =>
  withPage({}, async (page) => {
    const first = step(page, "1.01");
    const checks = first.locator("[data-check]");
    await checks.first().check();
    await first.locator(".finish-step").click();
    const open = (await checks.count()) - 1;
    assert.match(await first.locator(".open-checks").textContent(), new RegExp("^" + open + " checkpoints are not ticked"));
    assert.equal(await tick(page, "1.01").isChecked(), false);
    await first.locator(".finish-step").click();
    assert.equal(await tick(page, "1.01").isChecked(), true);
    assert.equal(await page.evaluate(() => document.activeElement.closest(".step")?.dataset.step), "1.02");
  }));

test("what is left is the sum of what is not done", () =>
  withPage({}, async (page) => {
    const left = all.slice(2);
    const sum = (soak) => left.filter((one) => (one.kind === "soak") === soak).reduce((total, one) => total + one.duration.likely, 0);
    const clock = (minutes) => Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0");
    for (const one of all.slice(0, 2)) await tick(page, one.id).check();
    assert.equal(
      await page.locator("#progress-text").textContent(),
      "2 of " + all.length + " steps done; " + clock(sum(false)) + " of work and " + clock(sum(true)) + " of soak left",
    );
  }));

test("by host: exactly the steps that touch it", () =>
  withPage({}, async (page) => {
    const touches = (name) =>
      all.filter((one) => one.targets.includes(name) || one.commands.some((command) => command.on === name)).map((one) => one.id);
    // A control-plane node, a client, and a node of a pool that the page shows as a list.
    for (const name of ["cp-2", "ops-bastion", "general-7"]) {
      await page.fill("#by-host", name);
      const expected = touches(name);
      assert.ok(expected.length > 0 && expected.length < all.length, name);
      assert.deepEqual(await visibleSteps(page), expected, name);
      assert.match(await page.locator("#filtered").textContent(), new RegExp(expected.length + " of " + all.length + " steps are shown"));
    }
    await page.fill("#by-host", "cp-");
    assert.ok((await visibleSteps(page)).length > touches("cp-2").length, "a part of a name means all that have it");
    await page.click("#show-all");
    assert.deepEqual(await visibleSteps(page), all.map((one) => one.id));
    assert.equal(await page.locator("#filtered").isVisible(), false);
  }));

test("by role", () =>
  withPage({}, async (page) => {
    const of = (test) => all.filter(test).map((one) => one.id);
    const cases = {
      etcd: of((one) => one.component === "etcd"),
      workers: of((one) => one.pool),
      clients: of((one) => one.component === "kubectl"),
      "control plane": of((one) => (one.component === "kubelet" && !one.pool) || one.component === "kube-apiserver"),
    };
    for (const [role, expected] of Object.entries(cases)) {
      await page.selectOption("#by-role", role);
      assert.deepEqual(await visibleSteps(page), expected, role);
    }
    await page.selectOption("#by-role", "whole cluster");
    const rest = all.length - Object.values(cases).flat().length;
    assert.equal((await visibleSteps(page)).length, rest, "every step has a role");
  }));

test("the current step is reached although a filter hides it", () =>
  withPage({}, async (page) => {
    await page.selectOption("#by-role", "clients");
    await page.click("#now");
    assert.equal(await step(page, "1.01").isVisible(), true);
    assert.equal(await page.locator("#by-role").inputValue(), "");
  }));

test("hide finished", () =>
  withPage({}, async (page) => {
    await tick(page, "1.01").check();
    await page.check("#hide-done");
    assert.deepEqual(await visibleSteps(page), all.slice(1).map((one) => one.id));
    await page.uncheck("#hide-done");
    assert.equal((await visibleSteps(page)).length, all.length);
  }));

test("the theme: system, light, dark", () =>
  withPage({ colorScheme: "dark" }, async (page) => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    await page.click("#theme");
    const light = await paper();
    assert.notEqual(light, dark, "light although the system is dark");
    await page.reload();
    assert.equal(await paper(), light, "kept");
    await page.click("#theme");
    assert.equal(await paper(), dark);
    await page.click("#theme");
    assert.equal(await page.locator("#theme-name").textContent(), "system");
  }));

test("a link into a fold opens it", () =>
  withPage({}, async (page) => {
    await page.locator(".no-return a").first().click();
    const id = (await page.locator(".no-return a").first().textContent()).trim();
    assert.equal(await isOpen(step(page, id)), true);
    const list = page.locator(".step .row a").first();
    const row = step(page, await list.evaluate((link) => link.closest(".step").dataset.step));
    await row.locator(":scope > .fold > summary").click();
    const target = await list.getAttribute("href");
    await list.click();
    assert.equal(await page.locator(target).evaluate((details) => details.open), true);
  }));

test("a phone has everything behind a menu", () =>
  withPage({ viewport: { width: 390, height: 844 } }, async (page) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, "nothing sticks out: " + wide);
    assert.equal(await page.locator("#filter").isVisible(), false);
    await page.click("#menu");
    assert.equal(await page.locator("#filter").isVisible(), true);
    await page.locator('.side a[href="#hop-2"]').click();
    assert.equal(await page.locator("#filter").isVisible(), false);
    for (const one of await page.locator(".fold").all()) await one.evaluate((fold) => (fold.open = true));
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, "nor when it is open");
  }));
