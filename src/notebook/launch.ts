/**
 * The command behind the kernelspec: `deno run -A launch.ts CONNECTION_FILE` or the same with Node. Runs a Deno kernel with
 * the Deno that runs this file, or with the one named by `RINGLAB_DENO`.
 */
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ConnectionFileError, runKernel } from "./kernel.ts";

/** Runs the launcher; gives the exit code. */
async function main(connectionFile: string): Promise<number> {
  try {
    const deno = process.env["RINGLAB_DENO"] ?? ("deno" in process.versions ? process.execPath : "deno");
    return await runKernel(connectionFile, { deno });
  } catch (error) {
    if (!(error instanceof ConnectionFileError)) throw error;
    console.error(error.message);
    return 2;
  }
}

// Reading this file for its documentation is not running it.
const [program, script, connectionFile] = process.argv;
if (
  program && script && connectionFile && realpathSync(script) === realpathSync(fileURLToPath(import.meta.url))
) {
  process.exit(await main(connectionFile));
}
