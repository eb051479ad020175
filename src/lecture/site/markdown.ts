/**
 * The Markdown of notebooks as HTML: GitHub's tables and links, highlighted fences, headings one can link to.
 */
import MarkdownIt from "markdown-it";
import { slug } from "./html.ts";
import type { Highlight } from "./highlight.ts";
import type { MimeBundle } from "../notebook.ts";

/** A heading, for a page's table of contents. */
export interface Heading {
  level: number;
  id: string;
  /** Its text without markup. */
  text: string;
}

/** Renders one page's Markdown cells; the headings of all of them are collected, their anchors unique. */
export class MarkdownPage {
  /** The headings met so far. */
  readonly headings: Heading[] = [];
  readonly #parser: InstanceType<typeof MarkdownIt>;
  readonly #taken = new Map<string, number>();
  #attachments: Record<string, MimeBundle> = {};

  constructor(highlight: Highlight) {
    const parser = new MarkdownIt({
      html: true, // notebooks may contain HTML, as in Jupyter
      linkify: true,
      highlight: (source, language) => highlight(source.replace(/\n$/, ""), language),
    });
    parser.core.ruler.push("anchors", (state) => {
      state.tokens.forEach((token, index) => {
        if (token.type !== "heading_open") return;
        const text = (state.tokens[index + 1]!.children ?? [])
          .filter((child) => child.type === "text" || child.type === "code_inline")
          .map((child) => child.content).join("");
        const id = this.#unique(slug(text));
        token.attrSet("id", id);
        this.headings.push({ level: Number(token.tag.slice(1)), id, text });
      });
    });
    parser.renderer.rules["heading_close"] = (tokens, index) => {
      const open = tokens[index - 2]!;
      return ` <a class="anchor" href="#${
        open.attrGet("id")
      }" aria-label="Link to this section">#</a></${open.tag}>\n`;
    };
    parser.renderer.rules["table_open"] = () => '<div class="table"><table>\n';
    parser.renderer.rules["table_close"] = () => "</table></div>\n";
    const image = parser.renderer.rules["image"]!;
    parser.renderer.rules["image"] = (tokens, index, options, env, self) => {
      const source = String(tokens[index]!.attrGet("src") ?? "");
      const bundle = source.startsWith("attachment:") ? this.#attachments[source.slice(11)] : undefined;
      const [type, data] = Object.entries(bundle ?? {})[0] ?? [];
      if (type !== undefined) tokens[index]!.attrSet("src", `data:${type};base64,${data}`);
      return image(tokens, index, options, env, self);
    };
    const link = parser.renderer.rules["link_open"] ??
      ((tokens, index, options, _env, self) => self.renderToken(tokens, index, options));
    parser.renderer.rules["link_open"] = (tokens, index, options, env, self) => {
      // A link from notebook to notebook becomes one from page to page.
      const href = String(tokens[index]!.attrGet("href") ?? "");
      if (!/^[a-z]+:/i.test(href)) {
        tokens[index]!.attrSet("href", href.replace(/^(?:\.\/)?([^/#?]+)\.ipynb(?=$|#)/, "$1.html"));
      }
      return link(tokens, index, options, env, self);
    };
    this.#parser = parser;
  }

  #unique(id: string): string {
    const count = this.#taken.get(id) ?? 0;
    this.#taken.set(id, count + 1);
    return count === 0 ? id : `${id}-${count + 1}`;
  }

  /** The HTML of one Markdown text. */
  render(source: string, attachments: Record<string, MimeBundle> = {}): string {
    this.#attachments = attachments;
    return this.#parser.render(source);
  }

  /** The HTML of a short text without block structure, such as a title. */
  inline(source: string): string {
    return this.#parser.renderInline(source);
  }
}

/** The first paragraph of plain text in Markdown, without markup: what an index says about a page. */
export function leadParagraph(sources: readonly string[]): string {
  const parser = new MarkdownIt();
  for (const source of sources) {
    const tokens = parser.parse(source, {});
    for (let i = 0; i < tokens.length; i++) {
      if (tokens[i]!.type !== "paragraph_open" || tokens[i]!.level > 0) continue;
      const text = (tokens[i + 1]!.children ?? []).map((child) =>
        child.type === "softbreak" ? " " : child.content
      ).join("");
      if (text.trim() !== "") return text.trim();
    }
  }
  return "";
}
