import { Problem, type Span } from "./assembler_error.ts";

const RADIX: Readonly<Record<string, number>> = { x: 16, h: 16, b: 2, y: 2, o: 8, q: 8, d: 10, t: 10 };
const BIGINT_PREFIX: Readonly<Record<number, string>> = { 16: "0x", 8: "0o", 2: "0b", 10: "" };
const DIGITS: Readonly<Record<number, RegExp>> = {
  16: /^[0-9a-f]+$/,
  10: /^[0-9]+$/,
  8: /^[0-7]+$/,
  2: /^[01]+$/,
};

/**
 * Reads an integer in any of NASM's spellings: `200`, `0200`, `0d200`, `200d`, `0c8h`, `0xc8`, `0hc8`, `$0c8`, `310q`,
 * `0o310`, `11001000b`, `0b1100_1000`. Throws a {@link Problem} on digits that do not belong, or past 64 bits.
 * NASM manual, section 3.4.1.
 */
export function parseInteger(text: string, span: Span): bigint {
  const clean = text.toLowerCase().replaceAll("_", "");
  let radix = 10;
  let digits = clean;
  const prefix = clean[0] === "0" ? RADIX[clean[1] ?? ""] : undefined;
  const suffix = RADIX[clean[clean.length - 1] ?? ""];
  if (clean[0] === "$") {
    radix = 16;
    digits = clean.slice(1);
  } else if (suffix === 16 && clean.length > 1 && DIGITS[16]!.test(clean.slice(0, -1))) {
    radix = 16;
    digits = clean.slice(0, -1);
  } else if (prefix !== undefined && clean.length > 2) {
    radix = prefix;
    digits = clean.slice(2);
  } else if (suffix !== undefined && clean.length > 1) {
    radix = suffix;
    digits = clean.slice(0, -1);
  }
  if (!DIGITS[radix]!.test(digits)) {
    const hint = /^[0-9a-f]+$/.test(clean) ? `; hexadecimal is written 0x${clean}` : "";
    throw new Problem(`'${text}' is not a number${hint}`, span);
  }
  const value = digits.length > 70 ? 1n << 64n : BigInt(BIGINT_PREFIX[radix] + digits);
  if (value >= 1n << 64n) throw new Problem(`'${text}' does not fit in 64 bits`, span);
  return value;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  "'": 39,
  '"': 34,
  "`": 96,
  "\\": 92,
  "?": 63,
};

const utf8 = new TextEncoder();

/** The bytes of a quoted string (UTF-8); back-quoted strings know C's escapes. NASM manual, section 3.4.2. */
export function parseString(quoted: string, span: Span): Uint8Array {
  const inner = quoted.slice(1, -1);
  if (quoted[0] !== "`" || !inner.includes("\\")) return utf8.encode(inner);
  const bytes: number[] = [];
  let at = 0;
  while (at < inner.length) {
    const slash = inner.indexOf("\\", at);
    if (slash < 0) break;
    bytes.push(...utf8.encode(inner.slice(at, slash)));
    const rest = inner.slice(slash + 1);
    const code = /^(?:x([0-9a-f]{1,2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{1,3}))/i.exec(rest);
    const simple = SIMPLE_ESCAPES[rest[0] ?? ""];
    if (code?.[1] !== undefined || code?.[4] !== undefined) {
      bytes.push((code[1] !== undefined ? parseInt(code[1], 16) : parseInt(code[4]!, 8)) & 0xff);
      at = slash + 1 + code[0].length;
    } else if (code) {
      const point = parseInt(code[2] ?? code[3]!, 16);
      if (point > 0x10ffff) throw new Problem(`there is no character U+${code[3]}`, span);
      bytes.push(...utf8.encode(String.fromCodePoint(point)));
      at = slash + 1 + code[0].length;
    } else if (simple !== undefined) {
      bytes.push(simple);
      at = slash + 2;
    } else {
      throw new Problem(`unknown escape '\\${rest[0] ?? ""}'`, span);
    }
  }
  bytes.push(...utf8.encode(inner.slice(at)));
  return Uint8Array.from(bytes);
}

interface FloatFormat {
  readonly bytes: number;
  readonly mantissa: number;
  readonly exponent: number;
  /** The 80-bit format stores the leading one. */
  readonly explicitOne: boolean;
}

const FLOAT_FORMATS: Readonly<Record<number, FloatFormat>> = {
  4: { bytes: 4, mantissa: 23, exponent: 8, explicitOne: false },
  8: { bytes: 8, mantissa: 52, exponent: 11, explicitOne: false },
  10: { bytes: 10, mantissa: 63, exponent: 15, explicitOne: true },
};

/**
 * The IEEE 754 bit pattern of a decimal constant, rounded to nearest, ties to even, worked out exactly in integers.
 * `size` is 4, 8 or 10 bytes; `text` looks like `1.5`, `-2e-3` or `1_000.25`.
 */
export function floatBits(text: string, size: number, span: Span): bigint {
  const format = FLOAT_FORMATS[size];
  if (!format) throw new Problem("a floating-point constant needs dd, dq or dt", span);
  const parts = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.replaceAll("_", ""));
  if (!parts) throw new Problem(`'${text}' is not a number`, span);
  const power = Number(parts[4] ?? 0) - parts[3]!.length;
  if (Math.abs(power) > 6000) throw new Problem(`'${text}' is out of range`, span);
  let numerator = BigInt(parts[2]! + parts[3]! || "0");
  let denominator = 1n;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator = 10n ** BigInt(-power);
  const sign = parts[1] ? 1n << BigInt(format.bytes * 8 - 1) : 0n;
  if (numerator === 0n) return sign;

  const bias = (1 << (format.exponent - 1)) - 1;
  const length = (n: bigint) => n.toString(2).length;
  let exponent = length(numerator) - length(denominator);
  const scaled = (e: number) =>
    e >= 0 ? [numerator, denominator << BigInt(e)] : [numerator << BigInt(-e), denominator];
  const [n, d] = scaled(exponent);
  if (n! < d!) exponent--;
  exponent = Math.max(exponent, 1 - bias);
  const [top, bottom] = scaled(exponent - format.mantissa);
  let significand = top! / bottom!;
  const twice = (top! % bottom!) * 2n;
  if (twice > bottom! || (twice === bottom! && (significand & 1n) === 1n)) significand++;
  if (significand >> BigInt(format.mantissa + 1)) {
    significand >>= 1n;
    exponent++;
  }
  if (exponent > bias) throw new Problem(`'${text}' is too large for ${size * 8} bits`, span);
  const leading = significand >> BigInt(format.mantissa);
  const biased = leading ? BigInt(exponent + bias) : 0n;
  const stored = format.explicitOne ? significand : significand & ((1n << BigInt(format.mantissa)) - 1n);
  return sign | (biased << BigInt(format.mantissa + (format.explicitOne ? 1 : 0))) | stored;
}
