/** The `ringlab` command: this process's arguments, streams and signals. */
import process from "node:process";
import { processTerminal, run, STOPPED_STATUS } from "./mod.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // The second one does not wait for an orderly end; kernels end with us in any case.
    if (stop.signal.aborted) process.exit(STOPPED_STATUS);
    stop.abort();
  });
}
// Whoever reads us may stop reading (`ringlab ... | head`): nothing is left to be said then.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
const status = await run(process.argv.slice(2), processTerminal(stop.signal));
// A pipe may still hold what was written last.
await new Promise((resolve) => process.stdout.write("", resolve));
process.exit(status);
