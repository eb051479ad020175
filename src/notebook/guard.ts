/**
 * What runs inside a kernel that Ringlab's launcher started, before the first cell: lost errors are shown, and the Stop
 * button gets an answer while no run is active. Imports nothing but Node's built-ins, so it loads in any folder.
 */
import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { showLostErrors } from "./errors.ts";
import { inNotebook, tell } from "./host.ts";
import { runActive } from "./interrupt.ts";
import { StopFile } from "./stop.ts";

/** How often the guard looks for a request to stop, in milliseconds. */
export const guardMs = 150;

const waiting =
  "The Stop button found no run to end. If this cell still waits for something (an `await`), it cannot be broken " +
  "off: Deno has no way to do that. The kernel and its variables are unharmed; wait for it, or restart the kernel.";
const ended = "Stopped by the Stop button. The kernel and its variables are kept.";

/** Installs the guard once; returns whether it is in place. */
export function installGuard(stop: StopFile | undefined = StopFile.fromEnvironment()): boolean {
  const slot = globalThis as { [key: symbol]: boolean | undefined };
  const key = Symbol.for("ringlab.notebook.guard");
  if (!inNotebook()) return false;
  showLostErrors();
  if (stop === undefined || slot[key]) return slot[key] ?? false;
  slot[key] = true;
  const timer = setInterval(() => {
    if (stop.takeTermination()) {
      // The cell's promise will never settle. Once it is collected, Deno ends the cell.
      collectGarbage();
      tell(ended);
    } else if (stop.requested() && !runActive() && stop.answer("waiting")) tell(waiting);
  }, guardMs);
  (timer as { unref?: () => void }).unref?.();
  return true;
}

function collectGarbage(): void {
  try {
    setFlagsFromString("--expose-gc");
    (runInNewContext("gc") as () => void)();
  } catch {
    // Without the flag, ordinary allocation has to bring a collection about.
  }
}
