// Is everything that the project's door exports documented? Asks `deno doc --json mod.ts` and wants a docstring on every
// exported symbol and on every method. Not on constructors, fields and overrides: their class or interface explains them
// unless it says so itself, and a sentence that repeats a field's name helps nobody.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findDeno, root } from "./runtimes.mjs";

const { nodes } = JSON.parse(
  execFileSync(findDeno(), ["doc", "--json", "mod.ts"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: "1" },
  }),
);
const missing = [];
let checked = 0;

function want(what, name, { jsDoc, location }) {
  checked++;
  if (jsDoc?.doc === undefined && jsDoc?.tags === undefined) {
    missing.push(
      `${fileURLToPath(location.filename).slice(root.length + 1)}:${location.line}  ${what} ${name}`,
    );
  }
}

for (const { symbols } of Object.values(nodes)) {
  for (const { name, declarations } of symbols) {
    for (const declaration of declarations) {
      // Overloads and merged declarations: the first one speaks for all.
      if (declaration !== declarations[0] || declaration.kind === "reference") continue;
      want(declaration.kind, name, declaration);
      const methods = [...(declaration.def?.methods ?? [])].filter((method) =>
        !method.isOverride && method.accessibility !== "private" && /^\w+$/.test(method.name)
      );
      const seen = new Set();
      for (const method of methods) {
        if (method.name === "toString" || method.name === "toJSON" || seen.has(method.name)) continue;
        seen.add(method.name);
        want("method", `${name}.${method.name}`, { jsDoc: method.jsDoc, location: method.location });
      }
    }
  }
}
for (const line of missing.sort()) console.log(line);
console.log(`${checked - missing.length} of ${checked} exported symbols and methods are documented`);
process.exitCode = missing.length === 0 ? 0 : 1;
