/**
 * The program states in which every instruction is tried. They are made so that any instruction finds something meaningful:
 * selectors that exist, pointers into memory, a stack from which RET and IRET can return, a port with a device behind it.
 * Nothing in them depends on the instruction.
 *
 * @module
 */

import { AF, CF, DF, OF, PF, SF, ZF } from "../cpu/mod.ts";
import type { ExampleOptions } from "../isa/mod.ts";
import { type GuestState, guestState } from "./guest_state.ts";
import { PLACES, SELECTORS } from "./layout.ts";

/** One state, with the numbers that the instruction's own bytes take from it. */
export interface Sample {
  readonly name: string;
  readonly guest: GuestState;
  readonly encoding: ExampleOptions;
}

const { data, stack } = PLACES;
/** Pieces of an image of EFLAGS that a program may have on its stack: interrupts off, IOPL 3. */
const IMAGE = 0x3002;

interface Recipe {
  readonly name: string;
  /** In EBX, in the first word at the data, and on top of the stack. */
  readonly selector: number;
  /** In far pointers: immediate, in memory. */
  readonly far: number;
  /** In the return address on the stack. */
  readonly back: number;
  /** The stack to return to: as IRET or as far RET wants it. */
  readonly frame: "iret" | "ret";
  readonly eax: number;
  readonly ecx: number;
  readonly flags: number;
  readonly immediate?: number;
}

const { data0, data3, code0, code1, code3, gate, monitorData, probe, spareLdt, spareTss } = SELECTORS;

const RECIPES: readonly Recipe[] = [
  {
    name: "a data selector of ring 3",
    selector: data3,
    far: code0,
    back: code3,
    frame: "iret",
    eax: 1,
    ecx: 0,
    flags: CF,
  },
  {
    name: "a data selector of ring 0, a call gate",
    selector: data0,
    far: gate,
    back: code0,
    frame: "iret",
    eax: 0x7fffffff,
    ecx: 1,
    flags: ZF | PF,
    immediate: 0x81,
  },
  {
    name: "a selector nobody has loaded yet",
    selector: probe,
    far: probe,
    back: code3,
    frame: "ret",
    eax: 0x12345678,
    ecx: 0x176, // IA32_SYSENTER_EIP
    flags: OF | SF,
  },
  {
    name: "a local descriptor table",
    selector: spareLdt,
    far: data0,
    back: code1,
    frame: "iret",
    eax: 0x80000001 | 0,
    ecx: 0x10, // IA32_TIME_STAMP_COUNTER
    flags: DF,
  },
  {
    name: "a task state segment",
    selector: spareTss,
    far: data3,
    back: code1,
    frame: "ret",
    eax: 0xff,
    ecx: 0x20,
    flags: AF | CF | OF,
  },
  {
    name: "null selectors",
    selector: 0,
    far: 0,
    back: 0,
    frame: "iret",
    eax: 0,
    ecx: 0,
    flags: 0,
  },
  {
    name: "pointers",
    selector: data + 0x40,
    far: code3,
    back: code3,
    frame: "iret",
    eax: data + 0x80,
    ecx: 3,
    flags: CF | PF | AF | ZF | SF | OF,
  },
  {
    name: "negative numbers, the monitor's data selector",
    selector: monitorData,
    far: code0,
    back: code0,
    frame: "ret",
    eax: -1,
    ecx: -8,
    flags: OF | DF,
    immediate: 0x7f,
  },
];

function make(recipe: Recipe, seed: number): Sample {
  const { selector, far, back, frame, eax, ecx, flags, immediate } = recipe;
  const page = randomBytes(seed, 0x300);
  const view = new DataView(page.buffer);
  view.setInt32(0, selector, true); // an offset, a limit, a selector
  view.setInt32(4, far, true); // a selector, an upper bound
  const outer = SELECTORS.data3;
  const frames = {
    iret: [selector, back, IMAGE, stack + 0x80, outer],
    ret: [selector, back, stack + 0x80, outer],
  };
  return {
    name: recipe.name,
    guest: guestState({
      registers: { eax, ebx: selector, ecx, edx: 0x80 },
      flags,
      stack: [...frames[frame], 0, 0, 0],
      memory: { [data]: page, [stack + 0x40]: randomBytes(seed + 100, 0x100) },
    }),
    encoding: {
      selector: far,
      offset: 0x500,
      displacement: 0x10,
      ...(immediate === undefined ? {} : { immediate }),
    },
  };
}

/** The same bytes on every machine: a linear congruential generator (Numerical Recipes' constants). */
function randomBytes(seed: number, length: number): Uint8Array {
  let x = (seed * 2654435761) >>> 0;
  return Uint8Array.from({ length }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x >>> 24;
  });
}

/** All sample states. */
export const SAMPLES: readonly Sample[] = RECIPES.map(make);
