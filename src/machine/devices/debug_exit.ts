/**
 * The debug-exit port: a guest ends its run by writing to it, as with QEMU's isa-debug-exit.
 *
 * @module
 */

import type { Bus } from "../bus.ts";

/** The port where test programs expect it. */
export const DEBUG_EXIT_PORT = 0xf4;

/**
 * Attaches the port. Writing `v` (1, 2 or 4 bytes) calls `exit` with `(v << 1) | 1`, so that no guest can pretend the
 * exit code 0. Reads give 0.
 */
export function attachDebugExit(bus: Bus, port: number, exit: (code: number) => void): void {
  bus.attachPorts({
    owner: "debug exit",
    first: port,
    last: port,
    width: 4,
    read: () => 0,
    write: (_, value) => exit(value * 2 % 2 ** 32 + 1),
  });
}
