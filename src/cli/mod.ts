/** The `ringlab` command as a function. */
export { run, STOPPED_STATUS, USAGE_STATUS } from "./program.ts";
export { processTerminal, type Terminal, UsageError } from "./terminal.ts";
