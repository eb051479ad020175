/**
 * Cases of instructions that compute.
 */

import {
  AF,
  CF,
  DATA,
  DF,
  direct,
  type Draft,
  EAX,
  ECX,
  EDI,
  EDX,
  ESI,
  ESP,
  indirect,
  little,
  oneOperand,
  prefix,
  type Size,
  sized,
  SIZES,
  twoOperands,
  WIDE,
  type Workshop,
} from "./workshop.ts";

export function arithmeticCases(shop: Workshop): void {
  for (let digit = 0; digit < 8; digit++) { // ADD OR ADC SBB AND SUB XOR CMP
    twoOperands(shop, [digit * 8], 14);
    twoOperands(shop, [digit * 8 + 2], 8);
    for (const size of SIZES) {
      shop.repeat(6, () => {
        const immediate = shop.value(size);
        shop.add([...prefix(size), sized(digit * 8 + 4, size), ...little(immediate, size)]);
      });
    }
    oneOperand(shop, 0x80, digit, 5, (draft, size) => draft.bytes.push(...little(shop.value(size), size)));
    const signedByte = (draft: Draft) => draft.bytes.push(shop.value(1));
    oneOperand(shop, 0x82, digit, 5, signedByte, WIDE); // 83
  }
  oneOperand(shop, 0xfe, 0, 12); // INC
  oneOperand(shop, 0xfe, 1, 12); // DEC
  oneOperand(shop, 0xf6, 2, 8); // NOT
  oneOperand(shop, 0xf6, 3, 14); // NEG
  oneOperand(shop, 0xf6, 0, 6, (draft, size) => draft.bytes.push(...little(shop.value(size), size))); // TEST
  for (const opcode of [0x40, 0x48]) {
    for (const size of WIDE) for (const r of [0, 1, 2, 3, 5, 6, 7]) shop.add([...prefix(size), opcode + r]);
  }
  twoOperands(shop, [0x84], 8); // TEST
  twoOperands(shop, [0x86], 6); // XCHG
  for (let r = 0; r < 8; r++) shop.add([0x90 + r]);
  twoOperands(shop, [0x0f, 0xc0], 12); // XADD
  for (const r of [EAX, ECX, EDI]) shop.add([0x0f, 0xc1, direct(r, r)]);
  twoOperands(shop, [0x0f, 0xb0], 10); // CMPXCHG, mostly unequal
  for (const size of SIZES) { // and equal
    shop.repeat(8, () => {
      const value = shop.value(size);
      shop.add([...prefix(size), 0x0f, sized(0xb0, size), indirect(ECX)], (draft) => {
        draft.set(EAX, size, value);
        draft.poke(size, value);
      });
      shop.add([...prefix(size), 0x0f, sized(0xb0, size), direct(ECX, EDX)], (draft) => {
        draft.set(EAX, size, value);
        draft.set(EDX, size, value);
      });
    });
  }
  shop.repeat(12, () =>
    // CMPXCHG8B, whose new high half is ECX and low half EBX; [ESI]
    shop.add([0x0f, 0xc7, 0x08 | ESI], (draft) => {
      draft.registers[ESI] = DATA + 0x40;
      const equal = shop.random(2) === 0;
      draft.poke(4, equal ? draft.registers[EAX]! : shop.value(4), 0x40);
      draft.poke(4, equal ? draft.registers[EDX]! : shop.value(4), 0x44);
    }));
  for (const opcode of [0x00, 0x10, 0x18, 0x20, 0x28, 0x30, 0x08]) {
    shop.add([0xf0, opcode + 1, indirect(ECX)]); // LOCK
  }
  for (const code of [[0xf0, 0x0f, 0xc1], [0xf0, 0x0f, 0xb1], [0xf0, 0x87]]) {
    shop.add([...code, indirect(ECX)]);
  }
}

export function movementCases(shop: Workshop): void {
  twoOperands(shop, [0x88], 4); // MOV
  twoOperands(shop, [0x8a], 4);
  for (let r = 0; r < 8; r++) {
    shop.add([0xb0 + r, shop.value(1)]);
    if (r !== ESP) shop.add([0xb8 + r, ...little(shop.value(4), 4)]);
    if (r !== ESP) shop.add([0x66, 0xb8 + r, ...little(shop.value(2), 2)]);
  }
  oneOperand(shop, 0xc6, 0, 4, (draft, size) => draft.bytes.push(...little(shop.value(size), size)));
  for (const opcode of [0xa0, 0xa1, 0xa2, 0xa3]) shop.add([opcode, ...little(DATA + 0x123, 4)]);
  for (const opcode of [0xa1, 0xa3]) shop.add([0x66, opcode, ...little(DATA + 0x123, 4)]);
  for (const opcode of [0xb6, 0xb7, 0xbe, 0xbf]) { // MOVZX, MOVSX
    const source: Size = (opcode & 1) === 0 ? 1 : 2;
    for (const size of WIDE) {
      shop.repeat(8, () => {
        const register = shop.register(source);
        shop.add(
          [...prefix(size), 0x0f, opcode, direct(shop.register(4), register)],
          (draft) => draft.set(register, source, shop.value(source)),
        );
        shop.add(
          [...prefix(size), 0x0f, opcode, indirect(shop.register(4))],
          (draft) => draft.poke(source, shop.value(source)),
        );
      });
    }
  }
  for (let modrm = 0; modrm < 0xc0; modrm++) { // LEA with every way to address
    const bytes = [0x8d, modrm & ~0x38 | EDX << 3];
    if ((modrm & 7) === 4) bytes.push(shop.random(256));
    shop.repeat(1, () => shop.add([...bytes, ...little(shop.word(), 4)].slice(0, lengthOf(bytes))));
  }
  for (let sib = 0; sib < 256; sib += 3) shop.add([0x8d, 0x44, sib, shop.value(1)]);
  for (let rm = 0; rm < 8; rm++) {
    for (const mod of [0, 0x40, 0x80]) {
      const bytes = [0x67, 0x8d, mod | EAX << 3 | rm];
      shop.add([...bytes, ...little(shop.value(2), mod === 0x40 ? 1 : mod === 0x80 || rm === 6 ? 2 : 0)]);
    }
  }
  shop.repeat(6, () => { // XLAT
    shop.add([0xd7], (draft) => draft.set(EAX, 1, shop.value(1)));
  });
  for (let r = 0; r < 8; r++) {
    if (r === ESP) continue;
    shop.add([0x0f, 0xc8 + r]); // BSWAP
    shop.add([0x66, 0x0f, 0xc8 + r]);
  }
  for (let condition = 0; condition < 16; condition++) {
    shop.repeat(6, () => {
      shop.add([0x0f, 0x40 + condition, direct(ECX, EDX)]); // CMOVcc
      shop.add([0x0f, 0x90 + condition, direct(0, EDX)]); // SETcc
      shop.add([0x70 + condition, 0x20]); // Jcc
    });
    shop.add([0x66, 0x0f, 0x40 + condition, indirect(ECX)]);
    shop.add([0x0f, 0x90 + condition, indirect(5)]);
    shop.repeat(3, () => shop.add([0x0f, 0x80 + condition, ...little(-0x300, 4)]));
  }
  for (const bytes of [[0x98], [0x66, 0x98], [0x99], [0x66, 0x99]]) shop.repeat(6, () => shop.add(bytes)); // CBW, CWD
  for (const bytes of [[0x90], [0xf3, 0x90], [0x0f, 0x1f, 0x00], [0x0f, 0x18, 0x00]]) shop.add(bytes); // NOP
}

/** Bytes of an instruction of one opcode byte with a 32-bit address: ModR/M, SIB, displacement. */
function lengthOf(bytes: readonly number[]): number {
  const mod = bytes[1]! >> 6, rm = bytes[1]! & 7;
  const base = rm === 4 ? bytes[2]! & 7 : rm;
  const displacement = mod === 1 ? 1 : mod === 2 || (mod === 0 && base === 5) ? 4 : 0;
  return 2 + (rm === 4 ? 1 : 0) + displacement;
}

export function multiplyCases(shop: Workshop): void {
  oneOperand(shop, 0xf6, 4, 24, (draft, size) => draft.set(EAX, size, shop.value(size))); // MUL
  oneOperand(shop, 0xf6, 5, 24, (draft, size) => draft.set(EAX, size, shop.value(size))); // IMUL
  for (const size of WIDE) {
    shop.repeat(24, () => {
      shop.add([...prefix(size), 0x0f, 0xaf, direct(ECX, EDX)], (draft) => {
        draft.set(ECX, size, shop.value(size));
        draft.set(EDX, size, shop.value(size));
      });
      shop.add(
        [...prefix(size), 0x6b, indirect(ECX), shop.value(1)],
        (draft) => draft.poke(size, shop.value(size)),
      );
      shop.add(
        [...prefix(size), 0x69, direct(ECX, EDX), ...little(shop.value(size), size)],
        (draft) => draft.set(EDX, size, shop.value(size)),
      );
    });
  }
  for (const digit of [6, 7]) { // DIV, IDIV: any dividend, and ones whose quotient fits
    oneOperand(shop, 0xf6, digit, 16);
    oneOperand(shop, 0xf6, digit, 40, (draft, size) => {
      const sign = digit === 7 && shop.random(2) === 0 ? -1 : 0;
      if (size === 1) draft.set(EAX, 2, shop.random(2) === 0 ? shop.random(0x200) ^ sign : shop.value(2));
      else draft.set(EDX, size, shop.random(3) === 0 ? shop.value(size) : shop.random(6) ^ sign);
      draft.set(size === 1 ? 7 : EAX, size, shop.value(size));
    });
  }
}

export function decimalCases(shop: Workshop): void {
  for (const opcode of [0x27, 0x2f, 0x37, 0x3f]) { // DAA, DAS, AAA, AAS: every AL, CF and AF
    for (let al = 0; al < 256; al++) {
      for (const flags of [0, CF, AF, CF | AF]) {
        shop.add([opcode], (draft) => {
          draft.set(EAX, 1, al);
          draft.flags = flags;
          if (opcode < 0x30) draft.registers.fill(0x11111111).splice(EAX, 1, 0x55555500 | al);
          draft.seed = 1;
        });
      }
    }
  }
  for (let n = 0; n < 256; n += 5) {
    shop.add([0xd4, shop.pick([10, 10, 16, 1, 7, 255])], (draft) => draft.set(EAX, 1, n)); // AAM
    shop.add([0xd5, shop.pick([10, 10, 16, 1, 7, 255])], (draft) => draft.set(EAX, 1, n)); // AAD
  }
  shop.add([0xd4, 0]);
  shop.add([0xd5, 0]);
  for (const flags of [0, CF]) shop.add([0xd6], (draft) => draft.flags = flags); // SALC
}

export function shiftCases(shop: Workshop): void {
  for (let digit = 0; digit < 8; digit++) { // ROL ROR RCL RCR SHL SHR SAL SAR
    oneOperand(shop, 0xd0, digit, 8);
    for (let count = 0; count < 34; count++) {
      oneOperand(shop, 0xc0, digit, 1, (draft) => draft.bytes.push(count));
      for (const size of SIZES) {
        const byCl = [...prefix(size), sized(0xd2, size), direct(digit, size === 1 ? 6 : EDX)];
        shop.add(byCl, (draft) => draft.set(ECX, 1, count | (count & 1) << 7));
      }
    }
  }
  for (const opcode of [0xa4, 0xac]) { // SHLD, SHRD
    for (const size of WIDE) {
      for (let count = 0; count < 33; count++) {
        shop.repeat(2, () => {
          shop.add(
            [...prefix(size), 0x0f, opcode, direct(EDX, EAX), count],
            (draft) => draft.set(EAX, size, shop.value(size)),
          );
        });
        shop.add([...prefix(size), 0x0f, opcode + 1, indirect(EDX)], (draft) => {
          draft.set(ECX, 1, count);
          draft.poke(size, shop.value(size));
        });
      }
    }
  }
}

export function bitCases(shop: Workshop): void {
  for (let digit = 4; digit < 8; digit++) { // BT BTS BTR BTC
    const opcode = 0x83 + digit * 8;
    for (const size of WIDE) {
      shop.repeat(8, () => {
        shop.add([...prefix(size), 0x0f, opcode, direct(ECX, EDX)]);
        shop.add([...prefix(size), 0x0f, opcode, indirect(ECX)], (draft) => {
          draft.set(ECX, size, shop.random(0x600) - 0x300); // bits outside the operand, on both sides
        });
        shop.add([...prefix(size), 0x0f, 0xba, direct(digit, EDX), shop.random(256)]);
        shop.add([...prefix(size), 0x0f, 0xba, indirect(digit), shop.random(256)]);
      });
    }
  }
  for (const opcode of [0xbc, 0xbd]) { // BSF, BSR
    for (const size of WIDE) {
      for (let n = 0; n < 8 * size; n += 2) {
        shop.add(
          [...prefix(size), 0x0f, opcode, direct(ECX, EDX)],
          (draft) =>
            draft.set(
              EDX,
              size,
              opcode === 0xbc ? shop.word() << n : (shop.word() | 0x80000000) >>> (31 - n),
            ),
        );
      }
      shop.repeat(4, () => {
        shop.add([...prefix(size), 0x0f, opcode, direct(ECX, EDX)], (draft) => draft.set(EDX, size, 0));
        shop.add([...prefix(size), 0x0f, opcode, indirect(ECX)]);
      });
    }
  }
}

export function flagCases(shop: Workshop): void {
  for (const opcode of [0xf8, 0xf9, 0xf5, 0xfc, 0xfd, 0x9f, 0x9e]) { // CLC STC CMC CLD STD LAHF SAHF
    shop.repeat(8, () => shop.add([opcode], (draft) => draft.flags |= shop.random(2) * DF));
  }
  for (const size of WIDE) {
    shop.repeat(8, () => {
      shop.add([...prefix(size), 0x9c], (draft) => draft.flags |= shop.random(2) * DF); // PUSHF
      shop.add([...prefix(size), 0x9d], (draft) => { // POPF without TF; AC and ID may change, IF and IOPL not
        draft.poke(4, shop.word() & ~0x100, 0x800);
      });
    });
  }
}
