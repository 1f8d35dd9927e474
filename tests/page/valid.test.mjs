// The HTML standard, as html-validate knows it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";
import { read } from "./browser.mjs";

const validate = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    // How the file is typed is of no interest: nobody edits it.
    "long-title": "off",
    "no-trailing-whitespace": "off",
    "attribute-boolean-style": "off",
    // A table that scrolls sideways is a region with a name and no section of the document.
    "prefer-native-element": ["error", { exclude: ["region"] }],
    // The filter acts at once; its form is never sent.
    "wcag/h32": "off",
  },
});

for (const name of ["sample", "hostile", "resumed", "empty"]) {
  test("valid: " + name, async () => {
    const report = await validate.validateString(read(name + ".html"), name + ".html");
    const told = report.results.flatMap((result) => result.messages).map((one) => one.line + ":" + one.column + " " + one.ruleId + ": " + one.message);
    assert.deepEqual(told.slice(0, 20), []);
  });
}
