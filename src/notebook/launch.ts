/**
 * The command behind the kernelspec: `deno run -A launch.ts CONNECTION_FILE` or the same with Node. Runs a Deno kernel with
 * the Deno that runs this file, or with the one named by `RINGLAB_DENO`.
 */
import process from "node:process";
import { ConnectionFileError, runKernel } from "./kernel.ts";

const [connectionFile] = process.argv.slice(2);
if (connectionFile === undefined) {
  console.error(
    "The kernel launcher needs one argument: the connection file that a Jupyter front-end writes.",
  );
  process.exit(2);
}
try {
  const deno = process.env["RINGLAB_DENO"] ?? ("deno" in process.versions ? process.execPath : "deno");
  process.exit(await runKernel(connectionFile, { deno }));
} catch (error) {
  if (!(error instanceof ConnectionFileError)) throw error;
  console.error(error.message);
  process.exit(2);
}
