/** `ringlab lecture` with real kernels, in this process. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeNotebook } from "../../src/lecture/mod.ts";
import { code, kernelsIn, markdown, notebookOf, put, temporaryDirectory, until } from "../lecture/support.ts";
import { ringlab } from "./support.ts";

function lectureIn(directory: string) {
  const good = join(directory, "good.ipynb");
  writeNotebook(
    good,
    notebookOf(
      markdown("m", "# A good one\n\nIt prints.\n\n## Part\n\n## Part\n"),
      code("a", 'console.log("<printed> & escaped")'),
      code("b", "1 + 1"),
    ),
  );
  const bad = join(directory, "bad.ipynb");
  writeNotebook(bad, notebookOf(markdown("m", "# A bad one"), code("a", 'throw new TypeError("no")')));
  return { good, bad, out: join(directory, "site") };
}

describe("ringlab lecture", () => {
  test("runs, builds a site, says where it is; a failing notebook is explained, status 1", async () => {
    const { good, bad, out } = lectureIn(temporaryDirectory());
    const result = await ringlab(["lecture", good, bad, "--out", out]);
    expect(result.status).toBe(1);
    expect(result.out).toMatch(
      /^2 notebooks: 1 executed, 1 failed, [\d.]+ s\nThe site: file:\/\/.*\/site\/index\.html\n$/,
    );
    expect(result.err).toMatch(
      /bad\.ipynb: stopped at cell 2 \(a\)\s+\| throw new TypeError\("no"\)\s+TypeError: no/,
    );
    expect(readdirSync(out).sort()).toEqual(["assets", "bad.html", "good.html", "index.html", "notebooks"]);

    const page = readFileSync(join(out, "good.html"), "utf8");
    expect(page).toContain("&#60;printed&#62; &#38; escaped");
    expect(page).toContain('<h2 id="part">');
    expect(page).toContain('<h2 id="part-2">');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(readFileSync(join(out, "bad.html"), "utf8")).toContain("This notebook stopped at");
    expect(readFileSync(join(out, "index.html"), "utf8")).toMatch(
      /A good one[\s\S]*It prints\.[\s\S]*stopped with an error/,
    );
    expect(JSON.parse(readFileSync(join(out, "notebooks", "good.ipynb"), "utf8")).cells[2].outputs)
      .toHaveLength(1);

    // The next site has one notebook less: its page goes, what is not ours stays.
    put(out, "notes.html", "mine");
    expect((await ringlab(["lecture", good, "--out", out])).status).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["assets", "good.html", "index.html", "notebooks", "notes.html"]);
  });

  test("--write keeps the outputs, --check agrees with them, and says where they differ", async () => {
    const directory = temporaryDirectory();
    const { good } = lectureIn(directory);
    const stale = await ringlab(["lecture", good, "--check"]);
    expect(stale.status).toBe(1);
    expect(stale.err).toMatch(
      /good differs from the committed outputs:\s+cell 2, execution_count: expected null, got 1/,
    );
    expect((await ringlab(["lecture", good, "--write", "--out", join(directory, "s")])).status).toBe(0);
    const fresh = await ringlab(["lecture", good, "--check"]);
    expect(fresh).toMatchObject({ status: 0, out: expect.stringMatching(/^1 notebook: 1 as committed/) });
    writeFileSync(good, readFileSync(good, "utf8").replace('"2"', '"3"'));
    const changed = await ringlab(["lecture", good, "--check"]);
    expect(changed.status).toBe(1);
    expect(changed.err).toContain('cell 3, outputs[0].data["text/plain"]: expected "3", got "2"');
  });

  test("--write leaves a notebook that failed as it was", async () => {
    const directory = temporaryDirectory();
    const { bad } = lectureIn(directory);
    const before = readFileSync(bad, "utf8");
    expect((await ringlab(["lecture", bad, "--write", "--out", join(directory, "s")])).status).toBe(1);
    expect(readFileSync(bad, "utf8")).toBe(before);
  });

  test("a server that is not there is one error, and nothing is written", async () => {
    const directory = temporaryDirectory();
    const { good, bad, out } = lectureIn(directory);
    const server = ["--server", "http://127.0.0.1:9/", "--token", "x", "--server-root", directory];
    const result = await ringlab(["lecture", good, bad, "--out", out, ...server]);
    expect(result).toMatchObject({ status: 1, out: "" });
    expect(result.err).toMatch(/^error: The Jupyter Server at http:\/\/127\.0\.0\.1:9\/ cannot be reached/);
    expect(existsSync(join(out, "index.html"))).toBe(false);
  });

  test("a server that refuses the token is said to; so is one that is no Jupyter Server", async () => {
    const { createServer } = await import("node:http");
    const statuses = [403, 404, 200];
    const server = createServer((_, response) => {
      response.writeHead(statuses.shift()!, { "content-type": "text/html" });
      response.end("<h1>Hello</h1>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { good, out } = lectureIn(temporaryDirectory());
    const words = [
      "lecture",
      good,
      "--out",
      out,
      "--server",
      `http://127.0.0.1:${port}/`,
      "--token",
      "wrong",
    ];
    for (
      const message of [
        /refused us \(HTTP 403\): the token was not accepted/,
        /no Jupyter Server/,
        /not a Jupyter Server/,
      ]
    ) {
      const result = await ringlab(words);
      expect(result.err).toMatch(message);
      expect(result.err).not.toContain("    at ");
      expect(result.status).toBe(1);
    }
    server.close();
  });

  test("a directory that cannot be written is said before anything runs", async () => {
    const directory = temporaryDirectory();
    const { good } = lectureIn(directory);
    const file = put(directory, "file", "");
    const { status, err } = await ringlab(["lecture", good, "--out", join(file, "site")]);
    expect(status).toBe(2);
    expect(err).toMatch(/^error: The site cannot be written to/);
  });

  test("Ctrl-C ends the run and its kernel, status 130", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "endless.ipynb");
    writeNotebook(path, notebookOf(code("a", "for (;;);")));
    mkdirSync(join(directory, "s"));
    const stop = new AbortController();
    const running = ringlab(["lecture", path, "--out", join(directory, "s")], stop.signal);
    await until(() => kernelsIn(directory).length > 0);
    setTimeout(() => stop.abort(), 500);
    expect(await running).toMatchObject({ status: 130, out: "" });
    await until(() => kernelsIn(directory).length === 0);
  });
});
