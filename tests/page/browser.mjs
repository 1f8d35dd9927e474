// What the tests share: a Chromium that talks to nobody, and a page that is watched.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

// Where tests/page.rs has put the pages.
export const pages = process.env.KUBEHOP_PAGES;
assert.ok(pages, "KUBEHOP_PAGES names no folder: run `cargo test --test page`");
const executablePath = process.env.KUBEHOP_CHROMIUM ?? "/usr/bin/chromium";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const file = (name) => path.join(pages, name);
export const read = (name) => fs.readFileSync(file(name), "utf8");
export const plan = (name) => JSON.parse(read(name + ".json"));

// Every step of a plan, in order.
export const steps = (plan) => [...plan.hops.flatMap((hop) => hop.steps), ...plan.final];

const browser = await chromium.launch({ executablePath, headless: true, args: QUIET });
after(() => browser.close());

// A profile of its own for as long as a test runs: what a page keeps is there after a reload.
export async function withPage(options, act) {
  const { name = "sample", before, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    ...rest,
  });
  try {
    const page = await context.newPage();
    const seen = watch(page);
    if (before) await before(page, context);
    await page.goto(pathToFileURL(file(name + ".html")).href);
    await act(page, context, seen);
    assert.deepEqual(seen.faults, [], "the console stays silent, and no dialog opens");
    const foreign = seen.requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
    assert.deepEqual(foreign, [], "no request leaves the file");
    assert.ok(seen.requests.filter((url) => url.startsWith("file:")).every((url) => url.split("#")[0].endsWith("/" + name + ".html")));
  } finally {
    await context.close();
  }
}

function watch(page) {
  const seen = { faults: [], requests: [] };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.faults.push(message.text());
  });
  page.on("pageerror", (error) => seen.faults.push(String(error)));
  page.on("dialog", (dialog) => {
    seen.faults.push("dialog: " + dialog.message());
    dialog.dismiss();
  });
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("websocket", (socket) => seen.requests.push(socket.url()));
  return seen;
}

export const step = (page, id) => page.locator('.step[data-step="' + id + '"]');
export const tick = (page, id) => page.locator('input.done[data-key="' + id + '"]');
export const isOpen = (locator) => locator.locator(":scope > .fold").evaluate((fold) => fold.open);
export const visibleSteps = (page) =>
  page.locator(".step").evaluateAll((all) => all.filter((one) => one.offsetParent).map((one) => one.dataset.step));
