/**
 * Code with colours: TypeScript, and the assembly inside asm`...` templates, for light and dark pages alike.
 *
 * Shiki (the grammars and themes of VS Code) runs when the site is built; a page carries only spans with two colours.
 */
import { createHighlighterCore, type HighlighterCore, type LanguageRegistration } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { escapeHtml } from "./html.ts";

/** NASM's Intel syntax, as far as a reader's eye needs it. */
const assembly: LanguageRegistration = {
  name: "nasm",
  aliases: ["asm", "assembly"],
  scopeName: "source.nasm",
  patterns: [
    { include: "#comment" },
    { include: "#string" },
    {
      match: "^\\s*(?:%?\\b)(bits|org|align|times|equ|db|dw|dd|dq|resb|resw|resd|section|global|default)\\b",
      name: "keyword.control.nasm",
    },
    {
      match: "^\\s*([.\\w$@?]+)(:)",
      captures: { 1: { name: "entity.name.tag.nasm" }, 2: { name: "punctuation.nasm" } },
    },
    {
      match: "(?i)\\b(equ|db|dw|dd|dq|times|byte|word|dword|qword|short|near|far|ptr)\\b",
      name: "keyword.control.nasm",
    },
    {
      match: "(?i)\\b(e?[abcd]x|[abcd][lh]|e?[sd]i|e?[sb]p|e?ip|[cdefgs]s|cr[0-8]|dr[0-7]|st[0-7]?)\\b",
      name: "variable.parameter.nasm",
    },
    {
      match: "(?i)\\b(0x[0-9a-f_]+|0b[01_]+|0o[0-7_]+|[0-9][0-9a-f_]*h|[01_]+b|[0-9][0-9_]*)\\b",
      name: "constant.numeric.nasm",
    },
    {
      match: "(?i)(?:^|(?<=:)|(?<=`))\\s*((?:rep(?:n?[ez])?|lock)\\s+)?([a-z][a-z0-9]*)\\b",
      captures: { 1: { name: "keyword.operator.nasm" }, 2: { name: "entity.name.function.nasm" } },
    },
    { match: "\\$\\$?(?![\\w{])", name: "variable.language.nasm" },
  ],
  repository: {
    comment: { match: ";.*$", name: "comment.line.semicolon.nasm" },
    string: { match: "(\"[^\"\\n]*\")|('[^'\\n]*')", name: "string.quoted.nasm" },
  },
};

/** Makes the template after the tag `asm` assembly, with the interpolations of TypeScript. */
const assemblyInTypeScript: LanguageRegistration = {
  name: "nasm-in-typescript",
  scopeName: "inline.nasm.ts",
  injectTo: ["source.ts"],
  injectionSelector: "L:source.ts -comment -string",
  embeddedLangs: ["nasm"],
  repository: {},
  patterns: [
    {
      begin: "\\b(asm)\\s*(`)",
      beginCaptures: {
        1: { name: "entity.name.function.tagged-template.ts" },
        2: { name: "punctuation.definition.string.template.begin.ts" },
      },
      end: "`",
      endCaptures: { 0: { name: "punctuation.definition.string.template.end.ts" } },
      patterns: [
        {
          begin: "\\$\\{",
          beginCaptures: { 0: { name: "punctuation.definition.template-expression.begin.ts" } },
          end: "\\}",
          endCaptures: { 0: { name: "punctuation.definition.template-expression.end.ts" } },
          contentName: "meta.embedded.line.ts",
          patterns: [{ include: "source.ts" }],
        },
        { include: "source.nasm" },
      ],
    },
  ],
};

let highlighter: Promise<HighlighterCore> | undefined;

function load(): Promise<HighlighterCore> {
  return highlighter ??= createHighlighterCore({
    engine: createJavaScriptRegexEngine({ forgiving: true }),
    themes: [import("shiki/themes/github-light-default.mjs"), import("shiki/themes/github-dark-default.mjs")],
    langs: [
      import("shiki/langs/typescript.mjs"),
      import("shiki/langs/bash.mjs"),
      import("shiki/langs/json.mjs"),
      import("shiki/langs/c.mjs"),
      assembly,
      assemblyInTypeScript,
    ],
  });
}

const aliases: Record<string, string> = {
  ts: "typescript",
  js: "typescript",
  javascript: "typescript",
  sh: "bash",
  shell: "bash",
  asm: "nasm",
  assembly: "nasm",
};

/** Highlights source code; waits for nothing. */
export type Highlight = (source: string, language: string) => string;

/** Loads grammars and themes once; the function it gives makes `<pre>` elements. Unknown languages stay plain. */
export async function loadHighlighter(): Promise<Highlight> {
  const shiki = await load();
  const known = new Set(shiki.getLoadedLanguages());
  return (source, language) => {
    const lang = aliases[language] ?? language;
    if (!known.has(lang)) return `<pre class="shiki" tabindex="0"><code>${escapeHtml(source)}</code></pre>`;
    return shiki.codeToHtml(source, {
      lang,
      themes: { light: "github-light-default", dark: "github-dark-default" },
      defaultColor: false,
      // By default a line that takes long (the first one on a busy machine) keeps its last colour to its end.
      tokenizeTimeLimit: 0,
      // The theme's grey of comments is meant for white; on our card it needs to be darker to keep 4.5 : 1.
      colorReplacements: { "github-light-default": { "#6e7781": "#5f6872" } },
    });
  };
}
