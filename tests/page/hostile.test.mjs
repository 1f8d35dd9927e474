// Names and texts out of a plan stay text, wherever they land.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plan, step, steps, tick, withPage } from "./browser.mjs";

const all = steps(plan("hostile"));

test("nothing in a plan becomes part of the page", () =>
  withPage({ name: "hostile" }, async (page) => {
    const found = await page.evaluate(() => {
      const every = [...document.querySelectorAll("*")];
      return {
        scripts: document.scripts.length,
        foreign: every.filter((one) => one.matches("img, iframe, object, embed, base, link:not([rel=icon]), video, form:not(#filter):not([method=dialog])")).map((one) => one.outerHTML),
        handlers: every.flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc")),
        links: [...document.links].map((link) => link.protocol).filter((protocol) => protocol !== "file:" && protocol !== "https:"),
        title: document.title,
      };
    });
    assert.equal(found.scripts, 2);
    assert.deepEqual(found.foreign, []);
    assert.deepEqual(found.handlers, []);
    assert.deepEqual(found.links, []);
    assert.match(found.title, /<script>alert\(1\)<\/script>/);
  }));

test("names are shown as they are", () =>
  withPage({ name: "hostile" }, async (page) => {
    const text = await page.evaluate(() => document.body.textContent);
    for (const name of new Set(all.flatMap((one) => one.targets))) {
      assert.ok(text.includes(name), name);
    }
    // What cannot be seen, or turns the text around, is replaced by a mark that can.
    assert.ok(!/[\u202a-\u202e\u2066-\u2069\u0007]/u.test(text));
    assert.ok(text.includes("\ufffd"));
  }));

test("they are ticked, kept and filtered as any other", () =>
  withPage({ name: "hostile" }, async (page) => {
    await tick(page, all[0].id).check();
    for (const summary of await page.locator(".fold > summary").all()) await summary.click({ force: true });
    const targets = page.locator(".targets input");
    const count = await targets.count();
    assert.ok(count > 3);
    for (let at = 0; at < 3; at += 1) await targets.nth(at).check();
    await page.reload();
    assert.equal(await page.locator(".targets input:checked").count(), 3);
    for (const name of ["<script>alert(1)</script>", '"><svg/onload=alert(1)>', "'onfocus='alert(1)", "__proto__"]) {
      await page.fill("#by-host", name);
      const shown = await page.locator(".step").evaluateAll((steps) => steps.filter((one) => !one.classList.contains("off")).length);
      assert.ok(shown > 0, name);
      assert.ok((await page.locator("#filtered").textContent()).includes(name));
    }
    assert.equal(await step(page, all[0].id).count(), 1);
  }));

test("a policy stands behind the escaping: no foreign script runs, no request goes out", async () => {
  // The page's own policy would refuse; each refusal is a message on the console, so this watches by itself.
  await withPage({ name: "hostile" }, async (page, context, seen) => {
    const ran = await page.evaluate(async () => {
      const script = document.createElement("script");
      try {
        script.text = "window.ran = true";
        document.body.append(script);
      } catch {
        // Trusted types refuse the text already.
      }
      const button = document.createElement("button");
      button.setAttribute("data-x", "1");
      document.body.append(button);
      let fetched = false;
      try {
        await fetch("https://example.org/");
        fetched = true;
      } catch {
        fetched = false;
      }
      return { ran: Boolean(window.ran), fetched };
    });
    assert.deepEqual(ran, { ran: false, fetched: false });
    assert.ok(seen.faults.some((fault) => /Content Security Policy/.test(fault)), seen.faults.join("\n"));
    seen.faults.length = 0;
  });
});
