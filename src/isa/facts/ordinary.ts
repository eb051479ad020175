/**
 * The operations of ordinary programs. Those that move segment selectors are sensitive all the same.
 *
 * @module
 */

import { fact } from "./fact.ts";

/** Why loading a segment register is sensitive. */
export const LOADS_SEGMENT =
  "Loads a descriptor from the real tables and checks it against the CPL, so a deprivileged kernel can fail where ring 0 would not.";
/** Facts of the operations that need no operating system to make sense. */
export const ORDINARY_FACTS = {
  // data movement
  mov: fact("alu"),
  movzx: fact("alu"),
  movsx: fact("alu"),
  lea: fact("alu"),
  xchg: fact("exchange"),
  xlat: fact("translate"),
  bswap: fact("exchange"),
  cmov: fact("alu"),
  set: fact("alu"),
  nop: fact("no-operation"),
  pause: fact("pause"),

  // arithmetic
  add: fact("alu"),
  adc: fact("alu-carry"),
  sub: fact("alu"),
  sbb: fact("alu-carry"),
  cmp: fact("alu"),
  inc: fact("alu"),
  dec: fact("alu"),
  neg: fact("alu"),
  xadd: fact("exchange"),
  cmpxchg: fact("compare-exchange"),
  cmpxchg8b: fact("compare-exchange-8b"),

  // logic
  and: fact("alu"),
  or: fact("alu"),
  xor: fact("alu"),
  test: fact("alu"),
  not: fact("alu"),

  // multiply
  mul: fact("multiply"),
  imul: fact("multiply"),
  div: fact("divide"),
  idiv: fact("divide"),

  // bcd
  daa: fact("bcd"),
  das: fact("bcd"),
  aaa: fact("bcd"),
  aas: fact("bcd"),
  aam: fact("bcd-multiply"),
  aad: fact("bcd-multiply"),
  salc: fact("alu"),

  // shift
  shl: fact("shift"),
  shr: fact("shift"),
  sar: fact("shift"),
  rol: fact("shift"),
  ror: fact("shift"),
  rcl: fact("rotate-carry"),
  rcr: fact("rotate-carry"),
  shld: fact("shift-double"),
  shrd: fact("shift-double"),

  // bit
  bt: fact("bit-test"),
  bts: fact("bit-test"),
  btr: fact("bit-test"),
  btc: fact("bit-test"),
  bsf: fact("bit-scan"),
  bsr: fact("bit-scan"),

  // convert
  cbw: fact("alu"),
  cwd: fact("alu"),

  // flag
  clc: fact("flag-carry"),
  stc: fact("flag-carry"),
  cmc: fact("flag-carry"),
  cld: fact("flag-direction"),
  std: fact("flag-direction"),
  lahf: fact("lahf-sahf"),
  sahf: fact("lahf-sahf"),

  // stack
  push: fact("push"),
  pop: fact("pop"),
  pusha: fact("push-all"),
  popa: fact("pop-all"),
  enter: fact("enter"),
  leave: fact("leave"),
  "push-segment": fact("push", {
    behaviour: "Stores a selector whose RPL gives away the real ring.",
    reads: ["segments"],
  }),
  "pop-segment": fact("segment-load", {
    behaviour: LOADS_SEGMENT,
    reads: ["cpl", "gdtr", "ldtr", "descriptors"],
    writes: ["segments"],
  }),

  // branch
  jcc: fact("branch"),
  jcxz: fact("branch"),
  loop: fact("branch"),
  loope: fact("branch"),
  loopne: fact("branch"),
  jmp: fact("jump"),
  call: fact("call"),
  ret: fact("return"),

  // string
  movs: fact("string-move"),
  cmps: fact("string-compare"),
  stos: fact("string-store"),
  lods: fact("string-load"),
  scas: fact("string-scan"),

  // floating point and vectors: CR0.EM and CR0.TS decide whether they run, CR4.OSFXSR too
  x87: fact("floating-point", { reads: ["cr0"] }),
  fwait: fact("floating-point", { reads: ["cr0"] }),
  vector: fact("floating-point", { reads: ["cr0", "cr4"] }),
};
