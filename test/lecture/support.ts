/** What the lecture room's tests share: private directories, notebooks made of sources, the table of processes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export { code, markdown, notebookOf } from "./notebooks.ts";

const directories: string[] = [];

/** A directory that is removed after the file's tests. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "ringlab-test-"));
  directories.push(directory);
  return directory;
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Writes a file into a directory and gives its path. */
export function put(directory: string, name: string, contents: string): string {
  const path = join(directory, name);
  writeFileSync(path, contents);
  return path;
}

/** The kernels that work in a directory, by process id: `/proc` says where each one stands. */
export function kernelsIn(directory: string): string[] {
  const listing = execFileSync("sh", [
    "-c",
    'for p in /proc/[0-9]*; do echo "${p#/proc/} $(readlink $p/cwd)"; done',
  ], {
    encoding: "utf8",
  });
  return listing.split("\n").filter((line) => line.endsWith(` ${directory}`)).map((line) =>
    line.split(" ")[0]!
  );
}

/** Waits until a condition holds, or fails after the time. */
export async function until(condition: () => boolean, milliseconds = 5000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`the condition did not come true within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
