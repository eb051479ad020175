/**
 * The byte strings that the decoder is compared on: systematic ones (every opcode with every ModR/M byte, every SIB
 * byte, prefixes alone and in pairs) and random ones.
 *
 * @module
 */

/** Bytes per string: the longest instruction and one more, so that no string ever runs out. */
export const SLOT = 16;

const ESCAPES = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]] as const;

const PREFIXES = [
  [0x66],
  [0x67],
  [0xf0],
  [0xf2],
  [0xf3],
  [0x26],
  [0x2e],
  [0x36],
  [0x3e],
  [0x64],
  [0x65],
  [0x66, 0x67],
  [0x66, 0xf3],
  [0xf2, 0x66],
  [0xf0, 0x66],
  [0xf0, 0x67],
  [0xf3, 0xf2],
  [0xf2, 0xf3, 0x66],
  [0x64, 0x2e, 0x66],
  [0xf3, 0xf0],
  [0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66],
] as const;

/** ModR/M bytes that go with the prefixes: memory without and with SIB, with a displacement, and a register, each with all eight digits. */
const MODRM_RM = [0x03, 0x44, 0xc1] as const;

const SIB_MODRM = [0x04, 0x44, 0x84, 0x3c, 0x7c, 0xbc] as const;

/** What stands in front of every opcode with every ModR/M byte. */
const FRONTS = [[], [0x66], [0xf3], [0xf2], [0x67], [0xf0]] as const;

const EVERY_OPCODE = FRONTS.length * ESCAPES.length * 256 * 256;
const EVERY_PREFIX = PREFIXES.length * 2 * 256 * 8 * MODRM_RM.length;
const EVERY_SIB = SIB_MODRM.length * 256 * 2;

/** How many systematic strings there are. */
export const SYSTEMATIC_COUNT = EVERY_OPCODE + EVERY_PREFIX + EVERY_SIB;

/** A small generator of random numbers with a seed (mulberry32): the same seed gives the same strings. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return (t ^ t >>> 14) >>> 0;
  };
}

/** Writes systematic string number `n` (0 to {@linkcode SYSTEMATIC_COUNT} - 1) to `buffer` at `at`; what it leaves open is random. */
export function writeSystematic(buffer: Uint8Array, at: number, n: number, random: () => number): void {
  let to = fill(buffer, at, random);
  const write = (bytes: readonly number[]) => {
    for (const byte of bytes) buffer[to++] = byte;
  };
  if (n < EVERY_OPCODE) {
    const escapes = n >>> 16;
    write(FRONTS[escapes >>> 2]!);
    write(ESCAPES[escapes & 3]!);
    write([n >>> 8 & 255, n & 255]);
    return;
  }
  n -= EVERY_OPCODE;
  if (n < EVERY_PREFIX) {
    const digit = n & 7;
    const opcode = n >>> 3 & 255;
    const rest = n >>> 11;
    write(PREFIXES[rest % PREFIXES.length]!);
    const choice = rest / PREFIXES.length | 0;
    write(ESCAPES[choice & 1]!);
    write([opcode, MODRM_RM[choice >>> 1]! | digit << 3]);
    return;
  }
  n -= EVERY_PREFIX;
  const choice = n >>> 8;
  if (choice & 1) write([0x67]);
  write([0x8b, SIB_MODRM[choice >>> 1]!, n & 255]);
}

const ALL_PREFIXES = [0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65] as const;

/** Writes a random string: some prefixes, an escape in a third of them, and random bytes. */
export function writeRandom(buffer: Uint8Array, at: number, random: () => number): void {
  let to = fill(buffer, at, random);
  const shape = random();
  const prefixes = [0, 0, 0, 1, 1, 2, 3, shape >>> 28][shape & 7]!;
  for (let i = 0; i < prefixes; i++) buffer[to++] = ALL_PREFIXES[random() % ALL_PREFIXES.length]!;
  const escape = shape >>> 8 & 15;
  if (to - at < 12 && escape < 5) {
    buffer[to++] = 0x0f;
    if (escape === 0) buffer[to++] = shape >>> 16 & 1 ? 0x38 : 0x3a;
  }
}

function fill(buffer: Uint8Array, at: number, random: () => number): number {
  for (let i = 0; i < SLOT; i += 4) {
    const word = random();
    buffer[at + i] = word;
    buffer[at + i + 1] = word >>> 8;
    buffer[at + i + 2] = word >>> 16;
    buffer[at + i + 3] = word >>> 24;
  }
  return at;
}
