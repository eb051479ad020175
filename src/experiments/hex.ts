/** A number as the charts and tables write it: `0E00h`. */
export function hex(value: number, digits = 4): string {
  return `${(value >>> 0).toString(16).toUpperCase().padStart(digits, "0")}h`;
}
