// A hundred pools, five thousand nodes, three hops.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { file, withPage } from "./browser.mjs";

const MOST_MILLISECONDS = 2000;
const MOST_BYTES = 3_000_000;

test("five thousand nodes open in under two seconds", async (context) => {
  const bytes = fs.statSync(file("large.html")).size;
  assert.ok(bytes < MOST_BYTES, bytes + " bytes");
  const runs = [];
  // The best of three: other work on the machine is not what is measured.
  for (let run = 0; run < 3; run += 1) {
    await withPage({ name: "large" }, async (page) => {
      runs.push(
        await page.evaluate(async () => {
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          const [navigation] = performance.getEntriesByType("navigation");
          const paint = performance.getEntriesByName("first-contentful-paint")[0];
          const idle = performance.now();
          document.querySelector(".step > .tick input").click();
          document.body.getBoundingClientRect();
          return {
            paint: Math.round(paint.startTime),
            load: Math.round(navigation.loadEventEnd),
            interactive: Math.round(Math.max(idle, navigation.loadEventEnd)),
            click: Math.round(performance.now() - idle),
            elements: document.querySelectorAll("*").length,
          };
        }),
      );
    });
  }
  for (const run of runs) context.diagnostic(JSON.stringify({ bytes, ...run }));
  const best = (key) => Math.min(...runs.map((run) => run[key]));
  for (const key of ["paint", "load", "interactive"]) {
    assert.ok(best(key) < MOST_MILLISECONDS, key + ": " + best(key) + " ms");
  }
  assert.ok(best("click") < 200, "a tick answers at once: " + best("click") + " ms");
});
