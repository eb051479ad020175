/** Random whole programs for the assembler, the same for the same seed. */
import { allMnemonics, linesFor } from "./asm_lines.ts";

/** Numbers from 0 to below `below`, from a seed (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) % below;
  };
}

const filler = new Map<number, string[]>();

/** Lines that assemble in the given code size and do not depend on their place. */
function fillerLines(bits: 16 | 32): string[] {
  let lines = filler.get(bits);
  if (!lines) {
    lines = allMnemonics().flatMap((mnemonic) => linesFor(mnemonic, bits))
      .filter((line) => !/\$|\[ebx\+1\]|, (?:strict )?byte/.test(line));
    filler.set(bits, lines);
  }
  return lines;
}

/**
 * A program of about `length` lines: branches both ways, fillers, data; odd seeds with alignment, even seeds with
 * immediates that are differences of labels. (Both together can have more than one consistent layout.)
 */
export function randomProgram(seed: number, length: number): string {
  const random = randomNumbers(seed);
  const bits = random(2) ? 32 : 16;
  const labels = 3 + random(12);
  const label = () => `l${random(labels)}`;
  const near = () => {
    const from = random(labels - 1);
    return `l${from + 1}-l${from}`;
  };
  const lines = [`bits ${bits}`, `org 0x${(random(4) * 0x100).toString(16)}`];
  const every = Math.ceil(length / labels);
  const plain = fillerLines(bits);
  for (let i = 0, next = 0; i < length || next < labels; i++) {
    if (i % every === 0 && next < labels) lines.push(`l${next++}:`);
    switch (random(12)) {
      case 0:
      case 1:
        lines.push(`jmp ${label()}`);
        break;
      case 2:
      case 3:
        lines.push(`j${["z", "nc", "g", "pe"][random(4)]} ${label()}`);
        break;
      case 4:
        lines.push(`call ${label()}`);
        break;
      case 5:
        if (seed % 2) break;
        lines.push(["add bx, ", "push ", "mov cx, [bx+", "imul cx, dx, "][random(4)]! + near());
        if (lines[lines.length - 1]!.includes("[")) lines[lines.length - 1] += "]";
        break;
      case 6:
        lines.push(`times ${random(60)} nop`);
        break;
      case 7:
        lines.push(random(4) || !(seed % 2) ? `mov si, ${label()}` : `align ${1 << random(5)}`);
        break;
      case 8:
        lines.push(`dd ${label()}, ${near()}, $-${label()}`);
        break;
      default:
        lines.push(plain[random(plain.length)]!);
    }
  }
  return lines.join("\n") + "\n";
}
