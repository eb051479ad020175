/**
 * Whether a JSON value is a notebook: the rules of nbformat 4.0 to 4.5, each violation with its place.
 *
 * The rules are those of the official JSON schema (Jupyter nbformat, `nbformat.v4.5.schema.json`), plus one it cannot
 * say: cell ids are unique. Written out by hand because a schema validator answers `must NOT have additional
 * properties`, and a learner needs to know where and what instead. The tests hold it against the schema.
 */

type Raw = Record<string, unknown>;

const isObject = (value: unknown): value is Raw =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const isText = (value: unknown) =>
  typeof value === "string" || (Array.isArray(value) && value.every((line) => typeof line === "string"));
const isJsonType = (type: string) => type === "application/json" || /^application\/.*\+json$/.test(type);
const isCount = (value: unknown) => value === null || (Number.isInteger(value) && (value as number) >= 0);

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
};

/** Collects problems while walking down a document. */
class Checker {
  readonly problems: string[] = [];

  say(at: string, problem: string): void {
    this.problems.push(at === "" ? problem : `${at}: ${problem}`);
  }

  /** One property: present, and passing the test. */
  need(at: string, object: Raw, key: string, what: string, test: (value: unknown) => boolean): boolean {
    if (!Object.hasOwn(object, key)) {
      this.say(at, `"${key}" is missing; it must be ${what}`);
      return false;
    }
    if (test(object[key])) return true;
    this.say(`${at}${at === "" ? "" : "."}${key}`, `must be ${what}, not ${shown(object[key])}`);
    return false;
  }

  only(at: string, object: Raw, allowed: readonly string[]): void {
    for (const key of Object.keys(object)) {
      if (!allowed.includes(key)) {
        this.say(at, `"${key}" is not allowed here; allowed are ${allowed.join(", ")}`);
      }
    }
  }

  bundle(at: string, value: unknown): void {
    if (!isObject(value)) return this.say(at, `must be an object of MIME types, not ${shown(value)}`);
    for (const [type, data] of Object.entries(value)) {
      if (!isJsonType(type) && !isText(data)) {
        this.say(`${at}["${type}"]`, `must be a string or a list of strings, not ${shown(data)}`);
      }
    }
  }

  output(at: string, output: unknown): void {
    if (!isObject(output)) return this.say(at, `must be an object, not ${shown(output)}`);
    switch (output["output_type"]) {
      case "stream":
        this.only(at, output, ["output_type", "name", "text"]);
        this.need(at, output, "name", "a string", (value) => typeof value === "string");
        this.need(at, output, "text", "a string or a list of strings", isText);
        return;
      case "error":
        this.only(at, output, ["output_type", "ename", "evalue", "traceback"]);
        this.need(at, output, "ename", "a string", (value) => typeof value === "string");
        this.need(at, output, "evalue", "a string", (value) => typeof value === "string");
        this.need(
          at,
          output,
          "traceback",
          "a list of strings",
          (value) => Array.isArray(value) && isText(value),
        );
        return;
      case "execute_result":
      case "display_data": {
        const result = output["output_type"] === "execute_result";
        this.only(at, output, ["output_type", "data", "metadata", ...(result ? ["execution_count"] : [])]);
        if (result) this.need(at, output, "execution_count", "a number or null", isCount);
        this.need(at, output, "metadata", "an object", isObject);
        if (Object.hasOwn(output, "data")) this.bundle(`${at}.data`, output["data"]);
        else this.say(at, '"data" is missing; it must be an object of MIME types');
        return;
      }
      default:
        this.say(
          `${at}.output_type`,
          `must be "stream", "display_data", "execute_result" or "error", not ${
            shown(output["output_type"])
          }`,
        );
    }
  }

  cell(at: string, cell: unknown, minor: number): void {
    if (!isObject(cell)) return this.say(at, `must be an object, not ${shown(cell)}`);
    const type = cell["cell_type"];
    if (type !== "code" && type !== "markdown" && type !== "raw") {
      return this.say(`${at}.cell_type`, `must be "code", "markdown" or "raw", not ${shown(type)}`);
    }
    const own = type === "code" ? ["outputs", "execution_count"] : ["attachments"];
    this.only(at, cell, ["cell_type", "id", "metadata", "source", ...own]);
    if (minor >= 5) {
      this.need(
        at,
        cell,
        "id",
        "1 to 64 letters, digits, - or _",
        (value) => typeof value === "string" && /^[a-zA-Z0-9-_]{1,64}$/.test(value),
      );
    }
    this.need(at, cell, "source", "a string or a list of strings", isText);
    if (this.need(at, cell, "metadata", "an object", isObject)) {
      const tags = (cell["metadata"] as Raw)["tags"];
      if (
        tags !== undefined &&
        !(Array.isArray(tags) && isText(tags) && tags.every((tag) => !tag.includes(",")))
      ) {
        this.say(`${at}.metadata.tags`, `must be a list of strings without commas, not ${shown(tags)}`);
      } else if (Array.isArray(tags) && new Set(tags).size < tags.length) {
        this.say(`${at}.metadata.tags`, "must not repeat a tag");
      }
      const { name } = cell["metadata"] as Raw;
      if (name !== undefined && !(typeof name === "string" && name !== "")) {
        this.say(`${at}.metadata.name`, `must be a string that is not empty, not ${shown(name)}`);
      }
    }
    if (type === "code") {
      this.need(at, cell, "execution_count", "a number or null", isCount);
      if (this.need(at, cell, "outputs", "a list", Array.isArray)) {
        (cell["outputs"] as unknown[]).forEach((output, index) =>
          this.output(`${at}.outputs[${index}]`, output)
        );
      }
    } else if (Object.hasOwn(cell, "attachments")) {
      const attachments = cell["attachments"];
      if (!isObject(attachments)) {
        this.say(`${at}.attachments`, `must be an object, not ${shown(attachments)}`);
      } else {for (const [name, bundle] of Object.entries(attachments)) {
          this.bundle(`${at}.attachments["${name}"]`, bundle);
        }}
    }
  }

  metadata(metadata: Raw): void {
    const { kernelspec, language_info: language, authors, title } = metadata;
    const text = (value: unknown) => typeof value === "string";
    if (kernelspec !== undefined) {
      if (!isObject(kernelspec)) {
        this.say("metadata.kernelspec", `must be an object, not ${shown(kernelspec)}`);
      } else {for (const key of ["name", "display_name"]) {
          this.need("metadata.kernelspec", kernelspec, key, "a string", text);
        }}
    }
    if (language !== undefined) {
      if (!isObject(language)) {
        this.say("metadata.language_info", `must be an object, not ${shown(language)}`);
      } else this.need("metadata.language_info", language, "name", "a string", text);
    }
    if (authors !== undefined && !Array.isArray(authors)) this.say("metadata.authors", "must be a list");
    if (title !== undefined && !text(title)) this.say("metadata.title", "must be a string");
  }

  notebook(raw: unknown): void {
    if (!isObject(raw)) return this.say("", `it must be a JSON object, not ${shown(raw)}`);
    const { nbformat, nbformat_minor: minor } = raw;
    if (nbformat !== 4) {
      const hint = typeof nbformat === "number" && nbformat < 4
        ? '; convert it with "jupyter nbconvert --to notebook --nbformat 4"'
        : "";
      return this.say("nbformat", `must be 4, not ${shown(nbformat)}${hint}`);
    }
    if (!Number.isInteger(minor) || (minor as number) < 0 || (minor as number) > 5) {
      return this.say("nbformat_minor", `must be a number from 0 to 5, not ${shown(minor)}`);
    }
    this.only("", raw, ["cells", "metadata", "nbformat", "nbformat_minor"]);
    if (this.need("", raw, "metadata", "an object", isObject)) this.metadata(raw["metadata"] as Raw);
    if (!this.need("", raw, "cells", "a list", Array.isArray)) return;
    const cells = raw["cells"] as unknown[];
    const seen = new Map<string, number>();
    cells.forEach((cell, index) => {
      this.cell(`cells[${index}]`, cell, minor as number);
      const id = isObject(cell) ? cell["id"] : undefined;
      if (typeof id !== "string") return;
      const first = seen.get(id);
      if (first === undefined) seen.set(id, index);
      else this.say(`cells[${index}].id`, `"${id}" is already the id of cells[${first}]; ids must be unique`);
    });
  }
}

/** Everything that keeps `raw` from being a notebook of nbformat 4.0 to 4.5; empty when it is one. */
export function notebookProblems(raw: unknown): string[] {
  const checker = new Checker();
  checker.notebook(raw);
  return checker.problems;
}
