/**
 * Cases that fault, in memory and for what a user program may not do; and segment registers.
 */

import {
  AC,
  DATA,
  direct,
  type Draft,
  EAX,
  EBP,
  EBX,
  ECX,
  EDX,
  ESP,
  indirect,
  little,
  OF,
  READ_ONLY,
  UNMAPPED,
  type Workshop,
} from "./workshop.ts";

export function faultCases(shop: Workshop): void {
  const at = (address: number) => (draft: Draft): void => {
    draft.registers[EBX] = address;
    draft.set(ECX, 1, 0);
  };
  // Reads, writes and updates of the page that can only be read and of the one behind it, whole and across the edge.
  const accesses: readonly (readonly number[])[] = [
    [0x8b, indirect(EDX)],
    [0x89, indirect(EDX)],
    [0x88, indirect(EDX)],
    [0x01, indirect(EDX)],
    [0x03, indirect(EDX)],
    [0x39, indirect(EDX)],
    [0xff, indirect(0)],
    [0xd3, indirect(4)], // a count of 0 writes too
    [0xc1, indirect(4), 0],
    [0xc1, indirect(2), 9],
    [0x0f, 0xb1, indirect(EDX)],
    [0x0f, 0xc1, indirect(EDX)],
    [0x0f, 0xa3, indirect(EDX)],
    [0x0f, 0xba, indirect(5), 3],
    [0x0f, 0x44, indirect(EDX)],
    [0x0f, 0x45, indirect(EDX)],
    [0x0f, 0x94, indirect(0)],
    [0x87, indirect(EDX)],
    [0xf7, indirect(2)],
    [0xf7, indirect(6)],
    [0xff, indirect(6)],
    [0x8f, indirect(0)],
    [0x0f, 0xa4, indirect(EDX), 0],
    [0x0f, 0xc7, indirect(1)],
    [0x0f, 0xbc, indirect(EDX)],
    [0x62, indirect(EDX)],
    [0xc7, indirect(0), 1, 2, 3, 4],
    [0x66, 0xc7, indirect(0), 1, 2],
  ];
  for (const bytes of accesses) {
    for (
      const address of [READ_ONLY, READ_ONLY - 1, READ_ONLY + 0x800, UNMAPPED - 1, UNMAPPED, DATA + 0xfff]
    ) {
      shop.add(bytes, at(address));
    }
  }
  // Stack operations that reach into pages where they must not; ESP stays.
  for (
    const bytes of [[0x50], [0x60], [0x9c], [0x66, 0x60], [0xc8, 8, 0, 3], [0xe8, 0x10, 0, 0, 0], [
      0xff,
      indirect(6),
    ]]
  ) {
    for (const esp of [DATA, DATA + 2, DATA + 4, DATA + 16, READ_ONLY + 0x10, UNMAPPED + 4]) {
      shop.add(bytes, (draft) => {
        draft.registers[ESP] = esp;
        draft.registers[EBP] = DATA + 0x400;
      });
    }
  }
  for (const bytes of [[0x58], [0x61], [0x9d], [0xc3], [0x8f, indirect(0)], [0x8f, direct(0, ESP)], [0x1f]]) {
    for (const esp of [UNMAPPED - 2, UNMAPPED - 16, UNMAPPED]) {
      shop.add(bytes, (draft) => {
        draft.registers[ESP] = esp;
        if (bytes[0] === 0x9d) draft.flags = 0;
      });
    }
  }
  for (const ebp of [UNMAPPED, UNMAPPED - 2, DATA - 4]) {
    shop.add([0xc9], (draft) => draft.registers[EBP] = ebp);
  }
  // Alignment checks.
  for (
    const bytes of [[0x8b, indirect(EDX)], [0x66, 0x89, indirect(EDX)], [0x8a, indirect(1)], [
      0x01,
      indirect(EDX),
    ]]
  ) {
    for (const offset of [0, 1, 2, 3]) {
      shop.add(bytes, (draft) => {
        draft.registers[EBX] = DATA + 0x100 + offset;
        draft.flags |= AC;
      });
    }
  }
  shop.add([0x50], (draft) => {
    draft.registers[ESP] = DATA + 0x802;
    draft.flags |= AC;
  });
  // What a user program may not do, and what nobody may.
  const forbidden: readonly (readonly number[])[] = [
    [0xf4],
    [0xfa],
    [0xfb],
    [0xe4, 0x80],
    [0xe5, 0x80],
    [0xe6, 0x80],
    [0xe7, 0x80],
    [0xec],
    [0xed],
    [0xee],
    [0xef],
    [0x6c],
    [0x6d],
    [0x6e],
    [0xf3, 0x6f],
    [0x0f, 0x06],
    [0x0f, 0x08],
    [0x0f, 0x09],
    [0x0f, 0x20, 0xc0],
    [0x0f, 0x22, 0xc0],
    [0x0f, 0x21, 0xc0],
    [0x0f, 0x23, 0xc0],
    [0x0f, 0x30],
    [0x0f, 0x32],
    [0x0f, 0x00, 0xd0],
    [0x0f, 0x00, 0xd8],
    [0x0f, 0x01, 0x10],
    [0x0f, 0x01, 0x18],
    [0x0f, 0x01, 0x38],
    [0x0f, 0x01, 0xf0],
    [0xcd, 0x20],
    [0xcd, 0x0d],
    [0x0f, 0x0b],
    [0x0f, 0xb9, 0xc0],
    [0x8e, 0xc8],
    [0xf0, 0x90],
    [0xf0, 0x01, 0xc8],
    [0xf0, 0x39, indirect(EDX)],
    [0xf0, 0x89, indirect(EDX)],
    [0x8d, 0xc0],
    [0xfe, 0xd0],
    [0xff, 0xf8],
    [0x0f, 0xba, 0xc0, 1],
    [0x0f, 0xc7, 0xc8],
    [0x62, 0xc0],
    [0x0f, 0xaa],
    [0x64, 0x8b, 0x03],
    [0x64, 0x89, 0x03],
  ];
  for (const bytes of forbidden) {
    shop.add(bytes, (draft) => {
      draft.registers[EAX] = DATA + 0x100;
      draft.registers[EDX] = 0x80;
    });
  }
  shop.add([...new Array(14).fill(0x26), 0x90]); // 15 bytes
  shop.add([...new Array(15).fill(0x26), 0x90]); // 16
  shop.add([...new Array(10).fill(0x66), 0x05, 1, 2]);
  for (const selector of [0, 1, 2, 3, 0x2b, 0x28, 0x23, 0xfff8, 0xffff, 0x2f, 0x1fc]) { // MOV to DS
    shop.add([0x8e, 0xd8], (draft) => draft.registers[EAX] = selector);
  }
  for (const selector of [0, 3, 0x2b, 0x28, 0x23, 0xfff8]) { // MOV to SS
    shop.add([0x8e, 0xd0], (draft) => draft.registers[EAX] = selector);
  }
  for (const code of [[0xc4], [0xc5], [0x0f, 0xb4], [0x0f, 0xb2]]) { // LES LDS LFS LSS
    for (const selector of [0, 0x2b, 0x28, 0x23, 0xfff8]) {
      shop.add(
        [...code, indirect(ECX)],
        (draft) => draft.poke(4, selector, draft.registers[EBX]! - DATA + 4),
      );
      shop.add(
        [0x66, ...code, indirect(ECX)],
        (draft) => draft.poke(4, selector, draft.registers[EBX]! - DATA + 2),
      );
    }
  }
  for (const r of [0, 1, 2, 3]) { // MOV from Sreg
    shop.add([0x8c, direct(r, EDX)]);
    shop.add([0x66, 0x8c, direct(r, EDX)]);
    shop.add([0x8c, indirect(r)]);
  }
  // INTO, INT3, INT1, BOUND, ARPL.
  for (const flags of [0, OF]) shop.add([0xce], (draft) => draft.flags = flags);
  shop.add([0xcc]);
  shop.add([0xf1]);
  for (
    const [lower, upper, index] of [[0, 9, 5], [0, 9, 9], [0, 9, 10], [-5, 5, -6], [-5, 5, -5], [
      5,
      -5,
      0,
    ]] as const
  ) {
    shop.add([0x62, indirect(EDX)], (draft) => {
      draft.memory[draft.registers[EBX]! - DATA] = [...little(lower, 4), ...little(upper, 4)];
      draft.registers[EDX] = index;
    });
    shop.add([0x66, 0x62, indirect(EDX)], (draft) => {
      draft.memory[draft.registers[EBX]! - DATA] = [...little(lower, 2), ...little(upper, 2)];
      draft.set(EDX, 2, index);
    });
  }
  for (const [a, b] of [[0x10, 0x13], [0x13, 0x10], [0x11, 0x11], [0x12, 0x21]] as const) {
    shop.add([0x63, direct(ECX, EDX)], (draft) => {
      draft.set(EDX, 2, a);
      draft.set(ECX, 2, b);
    });
  }
}
