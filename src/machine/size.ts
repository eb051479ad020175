/**
 * Sizes as people write them.
 *
 * @module
 */

import { MachineError } from "./errors.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/**
 * Reads a size in bytes: a number, or a string such as `"4M"`, `"64K"`, `"0x10000"` or `"1.5M"`. K, M and G (also written
 * KB or KiB) are powers of 1024.
 *
 * @param what names the thing in the error, e.g. `memory`.
 * @throws {MachineError} when it is not a whole number of bytes, or negative.
 *
 * @example
 * ```ts
 * import { parseSize } from "ringlab";
 *
 * if (parseSize("64K") !== 65536) throw new Error("wrong");
 * ```
 */
export function parseSize(size: string | number, what = "size"): number {
  const bytes = typeof size === "number" ? size : fromText(size);
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new MachineError(
      `${what} ${
        JSON.stringify(size)
      } is not a size: give whole bytes as a number, or a string such as "4M" or "64K"`,
    );
  }
  return bytes;
}

function fromText(text: string): number {
  const match = /^\s*(0x[0-9a-f]+|\d+(?:\.\d+)?)\s*(?:([KMG])(?:i?B)?|B)?\s*$/i.exec(String(text));
  if (match === null) return NaN;
  return Number(match[1]) * UNITS[(match[2] ?? "").toUpperCase()]!;
}
