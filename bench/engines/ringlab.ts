/**
 * This project's machine.
 *
 * @module
 */

import { type Engine, runScript } from "./engine.ts";

/** The interpreter, with cycle accounting as always. */
export const ringlab: Engine = {
  name: "Ringlab",
  missing: () => undefined,
  run: (imageFile) => runScript("Ringlab", new URL("ringlab_run.ts", import.meta.url), imageFile),
};
