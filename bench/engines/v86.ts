/**
 * The emulator v86 (npm), which translates to WebAssembly.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { type Engine, runScript } from "./engine.ts";

/** The translator of v86. */
export const v86: Engine = {
  name: "v86",
  missing: () =>
    existsSync(new URL("../../node_modules/v86/build/v86.wasm", import.meta.url))
      ? undefined
      : "the npm package v86 is not installed (npm ci, with development packages)",
  run: (imageFile) => runScript("v86", new URL("v86_run.ts", import.meta.url), imageFile),
};
