import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { expect, test } from "vitest";
import { hypercallReference } from "../../src/hypercall/mod.ts";

test("docs/hypercalls.md says what the table says (RINGLAB_WRITE_DOCS=1 writes it)", () => {
  const page = new URL("../../docs/hypercalls.md", import.meta.url);
  if (process.env["RINGLAB_WRITE_DOCS"] === "1") writeFileSync(page, hypercallReference());
  expect(readFileSync(page, "utf8")).toBe(hypercallReference());
});
