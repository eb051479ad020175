/**
 * Writes src/cpu/engine/execute.ts from interpret.ts: every numeric constant that interpret.ts imports is replaced by its
 * value, with its name as a comment. Run with `deno run -A scripts/generate_engine.ts`; `--check` only says whether
 * execute.ts is current.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const engine = new URL("../src/cpu/engine/", import.meta.url);
const source = readFileSync(new URL("interpret.ts", engine), "utf8");
const IMPORT = /import (?:\* as (\w+)|\{([^}]*)\}) from "(\.[^"]*)";\n/g;

/** The text of execute.ts for the text of interpret.ts. */
async function generate(text: string): Promise<string> {
  let body = text;
  for (const [statement, namespace, list, path] of text.matchAll(IMPORT)) {
    const module = await import(new URL(path!, engine).href) as Record<string, unknown>;
    if (namespace !== undefined) {
      body = inCode(body.replace(statement, ""), (code) =>
        code.replaceAll(
          new RegExp(`\\b${namespace}\\.(\\w+)`, "g"),
          (_, name: string) => `${constant(module[name], name)} /* ${name} */`,
        ));
      continue;
    }
    const names = list!.split(",").map((name) => name.trim()).filter((name) => name !== "");
    const numbers = names.filter((name) => typeof module[name] === "number");
    const rest = names.filter((name) => !numbers.includes(name));
    body = body.replace(
      statement,
      rest.length === 0 ? "" : `import { ${rest.join(", ")} } from "${path}";\n`,
    );
    for (const name of numbers) {
      const plain = name.startsWith("R_") || name === "RECORD";
      const literal = plain ? `${module[name]}` : `${module[name]} /* ${name} */`;
      body = inCode(body, (code) => code.replaceAll(new RegExp(`(?<![\\w.])${name}(?!\\w)`, "g"), literal));
    }
  }
  const head = body.indexOf("/**");
  const end = body.indexOf("*/") + 2;
  const notice =
    "/**\n * The engine, generated from interpret.ts by scripts/generate_engine.ts: read that one.\n *\n * @module\n */";
  return format(body.slice(0, head) + notice + body.slice(end));
}

/** Changes the text outside comments. */
function inCode(text: string, change: (code: string) => string): string {
  return text.split(/(\/\*[\s\S]*?\*\/|\/\/[^\n]*)/).map((part, n) => n % 2 === 0 ? change(part) : part).join(
    "",
  );
}

function constant(value: unknown, name: string): number {
  if (typeof value !== "number") throw new Error(`interpret.ts uses ${name}, which is not a number`);
  return value;
}

function format(text: string): string {
  const deno = fileURLToPath(new URL("../node_modules/.bin/deno", import.meta.url));
  return execFileSync(deno, ["fmt", "--line-width", "110", "--ext", "ts", "-"], {
    input: text,
    encoding: "utf8",
  });
}

const target = new URL("execute.ts", engine);
const generated = await generate(source);
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== generated) {
    console.error("src/cpu/engine/execute.ts is not current: run deno run -A scripts/generate_engine.ts");
    process.exitCode = 1;
  }
} else writeFileSync(target, generated);
