/** Numbers as text, the same on every machine: no locale is consulted. */

/**
 * A number with thousands separators and a fixed number of digits after the point.
 *
 * @param digits digits after the point; without it integers get none and other numbers up to three significant ones.
 */
export function formatNumber(value: number, digits?: number): string {
  if (!Number.isFinite(value)) return String(value);
  const fixed = value.toFixed(digits ?? defaultDigits(value));
  const [whole = "", fraction] = fixed.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A share as a percentage with as many digits as it needs to differ from 0 and 100: `0.5 %`, `12 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "under 0.1 %";
  return `${formatNumber(percent, percent < 10 && percent !== 0 ? 1 : 0)} %`;
}

/** An unsigned hexadecimal number, padded: `hex(255, 8)` is `000000ff`. Negative 32-bit values are read as unsigned. */
export function hex(value: number, digits = 8): string {
  const unsigned = value < 0 ? value >>> 0 : value;
  return unsigned.toString(16).padStart(digits, "0");
}

/** A size in bytes in the largest binary unit that divides it: `4 KiB`, `64 MiB`, `100 bytes`. */
export function formatBytes(bytes: number): string {
  for (const [size, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]] as const) {
    if (bytes >= size && bytes % size === 0) return `${formatNumber(bytes / size)} ${unit}`;
  }
  return `${formatNumber(bytes)} byte${bytes === 1 ? "" : "s"}`;
}

/** `1 cycle`, `2 cycles`: a count with its noun, the plural made with an s unless one is given. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(n)} ${n === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

function defaultDigits(value: number): number {
  if (Number.isInteger(value)) return 0;
  const magnitude = Math.abs(value);
  return magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3;
}
