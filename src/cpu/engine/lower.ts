import type { Instruction } from "../../isa/mod.ts";
/** Lowers instructions to micro-operations. */
export const lower = {
  one(_records: Int32Array, word: number, _instruction: Instruction, _mode: number): number {
    return word;
  },
  fuse(_records: Int32Array, _at: number, _first: Instruction, _second: Instruction): boolean {
    return false;
  },
};
