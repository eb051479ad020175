/**
 * Cases of the stack, of branches and of strings.
 */

import {
  CODE,
  DATA,
  DF,
  direct,
  type Draft,
  EAX,
  EBP,
  ECX,
  EDI,
  EDX,
  ESI,
  indirect,
  little,
  prefix,
  READ_ONLY,
  sized,
  SIZES,
  UNMAPPED,
  WIDE,
  type Workshop,
} from "./workshop.ts";

export function stackCases(shop: Workshop): void {
  for (const size of WIDE) {
    for (let r = 0; r < 8; r++) {
      shop.add([...prefix(size), 0x50 + r]); // PUSH
      shop.add([...prefix(size), 0x58 + r]); // POP
      shop.add([...prefix(size), 0xff, direct(6, r)]);
      shop.add([...prefix(size), 0x8f, direct(0, r)]);
    }
    shop.repeat(4, () => {
      shop.add([...prefix(size), 0x68, ...little(shop.value(size), size)]);
      shop.add([...prefix(size), 0x6a, shop.value(1)]);
      shop.add([...prefix(size), 0xff, indirect(6)]);
      shop.add([...prefix(size), 0x8f, indirect(0)]);
      shop.add([...prefix(size), 0x8f, 0x44, 0x24, 0x10]); // POP [ESP+16]: ESP after the pop
      shop.add([...prefix(size), 0xff, 0x74, 0x24, 0x10]); // PUSH [ESP+16]
      shop.add([...prefix(size), 0x60]); // PUSHA
      shop.add([...prefix(size), 0x61]); // POPA
      shop.add([...prefix(size), 0xc9], (draft) => draft.registers[EBP] = DATA + 0x400 + shop.random(64)); // LEAVE
    });
    for (const level of [0, 1, 2, 3, 31, 32, 33, 0xff]) { // ENTER
      shop.add([...prefix(size), 0xc8, ...little(shop.random(0x100), 2), level], (draft) => {
        draft.registers[EBP] = DATA + 0x400;
      });
    }
    for (const opcode of [0x06, 0x0e, 0x16, 0x1e]) shop.add([...prefix(size), opcode]); // PUSH Sreg
    for (const opcode of [0x07, 0x1f]) { // POP ES, POP DS
      shop.add([...prefix(size), opcode], (draft) => draft.poke(4, shop.pick([0x2b, 0, 3]), 0x800));
    }
  }
}

export function branchCases(shop: Workshop): void {
  for (const opcode of [0xe0, 0xe1, 0xe2, 0xe3]) { // LOOPNE LOOPE LOOP JECXZ
    for (const address of [[], [0x67]]) {
      for (const count of [0, 1, 2, 0x10000, 0x10001, 0xffffffff]) {
        shop.repeat(2, () => shop.add([...address, opcode, 0x30], (draft) => draft.registers[ECX] = count));
      }
    }
  }
  const target = CODE + 0x900;
  shop.add([0xeb, 0x70]); // JMP
  shop.add([0xeb, 0x90]);
  shop.add([0xe9, ...little(0x123, 4)]);
  shop.add([0xe8, ...little(0x123, 4)]); // CALL
  shop.add([0xff, direct(4, EDX)], (draft) => draft.registers[EDX] = target);
  shop.add([0xff, indirect(4)], (draft) => draft.poke(4, target));
  shop.add([0xff, direct(2, EDX)], (draft) => draft.registers[EDX] = target);
  shop.add([0xff, indirect(2)], (draft) => draft.poke(4, target));
  shop.add([0xff, 0x54, 0x24, 0x08], (draft) => draft.poke(4, target, 0x808));
  shop.add([0xc3], (draft) => draft.poke(4, target, 0x800)); // RET
  shop.add([0xc2, 0x34, 0x12], (draft) => draft.poke(4, target, 0x800));
}

export function stringCases(shop: Workshop): void {
  const point = (draft: Draft, down: boolean): void => {
    draft.registers[ESI] = DATA + 0x200 + shop.random(8);
    draft.registers[EDI] = DATA + 0x300 + shop.random(8);
    draft.flags |= down ? DF : 0;
  };
  for (const opcode of [0xa4, 0xa6, 0xaa, 0xac, 0xae]) { // MOVS CMPS STOS LODS SCAS
    for (const size of SIZES) {
      const code = [...prefix(size), sized(opcode, size)];
      for (const down of [false, true]) {
        shop.repeat(2, () => shop.add(code, (draft) => point(draft, down)));
        for (const repeat of [0xf2, 0xf3]) {
          for (const count of [0, 1, 2, 7, 33]) {
            shop.add([repeat, ...code], (draft) => {
              point(draft, down);
              draft.registers[ECX] = count;
            });
          }
        }
      }
      for (const [repeat, same] of [[0xf3, true], [0xf2, false]] as const) { // CMPS and SCAS that stop half-way
        if (opcode !== 0xa6 && opcode !== 0xae) continue;
        shop.add([repeat, ...code], (draft) => {
          point(draft, false);
          draft.registers[ECX] = 9;
          draft.registers[EAX] = 0x41414141;
          draft.memory[0x200] = new Array(64).fill(0x41);
          draft.memory[0x300] = new Array(64).fill(same ? 0x41 : 0x42);
          draft.memory[0x300 + 20] = [
            same ? 0x42 : 0x41,
            same ? 0x42 : 0x41,
            0x41,
            0x41,
            0x41,
            0x41,
            0x41,
            0x41,
          ];
        });
      }
      shop.add([0xf3, ...code], (draft) => { // a move that overlaps itself, and the end of the page
        draft.registers[ESI] = DATA + 0xff0;
        draft.registers[EDI] = DATA + 0xff3;
        draft.registers[ECX] = 40;
      });
      shop.add([0xf3, ...code], (draft) => { // into the page that can only be read
        draft.registers[ESI] = DATA + 0x100;
        draft.registers[EDI] = READ_ONLY - 17;
        draft.registers[ECX] = 40;
      });
      shop.add([0xf3, ...code], (draft) => { // out of the page that is not there
        draft.registers[ESI] = UNMAPPED - 17;
        draft.registers[EDI] = DATA + 0x100;
        draft.registers[ECX] = 40;
      });
      shop.add([0x67, ...code]); // 16-bit addresses: nothing is mapped there
      shop.add([0xf3, 0x67, ...code], (draft) => draft.registers[ECX] = 0x10000); // but CX is 0
    }
  }
}
