/** What another assembler made of the corpus, in a compact form. */
import { linesFor } from "./asm_lines.ts";

/** The contents of data/asm_golden.json, written by `goldenFromNasm` in test/conformance/asm_nasm.ts. */
export interface AsmGolden {
  /** Bytes of each program of asm_programs.ts. */
  readonly programs: Readonly<Record<string, string>>;
  /** For each code size and mnemonic, the digest of what its sample lines assemble to. */
  readonly lines: { readonly 16: Record<string, string>; readonly 32: Record<string, string> };
}

const SAMPLE_STEP = 5;

/** Some of the systematic lines of a mnemonic. */
export function sampleLines(mnemonic: string, bits: 16 | 32): string[] {
  return linesFor(mnemonic, bits).filter((_, i) => i % SAMPLE_STEP === 0);
}

/** FNV-1a over results; every refusal counts the same, whatever its message. */
export function digest(results: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const result of results) {
    for (const character of (result.startsWith("error") ? "error" : result) + "\n") {
      hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
