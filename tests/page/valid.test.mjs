// The HTML standard, as html-validate knows it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";
import { read } from "./browser.mjs";

const validate = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    // A long attribute or a long line is no fault of a page that nobody edits.
    "long-title": "off",
    // Chromium and axe look at what is drawn; these two look at how the file is typed.
    "no-trailing-whitespace": "off",
    "attribute-boolean-style": "off",
  },
});

for (const name of ["sample", "hostile", "empty"]) {
  test("valid: " + name, async () => {
    const report = await validate.validateString(read(name + ".html"), name + ".html");
    const told = report.results.flatMap((result) => result.messages).map((one) => one.line + ":" + one.column + " " + one.ruleId + ": " + one.message);
    assert.deepEqual(told.slice(0, 20), []);
  });
}
