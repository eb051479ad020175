/**
 * The instructions under test: machine code for every form of the opcode map, in the variants that matter.
 *
 * @module
 */

import { decode, exampleBytes, type ExampleOptions, type Form } from "../isa/mod.ts";
import { PLACES } from "./layout.ts";

/** Values of ModR/M `reg` to try where it names a special register. */
const SPECIAL = { segment: [0, 1, 2, 3, 4, 5], control: [0, 2, 3, 4], debug: [0, 3, 6, 7] } as const;

/**
 * Encodings of a form: operand in a register and in memory, and every special register where there is one.
 *
 * @param values selectors, immediates and displacements to put into the encoding
 */
export function variantsOf(form: Form, values: ExampleOptions): Uint8Array[] {
  const kinds = decode(exampleBytes(form, 32), 0, 32)!.operands.map(({ kind }) => kind as string);
  const special = Object.entries(SPECIAL).find(([kind]) => kinds.includes(kind))?.[1];
  const others: readonly (number | undefined)[] = special ?? [undefined];
  const found = new Map<string, Uint8Array>();
  for (const other of others) {
    for (const address of [undefined, PLACES.data]) {
      const options: ExampleOptions = {
        ...values,
        ...(other === undefined ? {} : { other }),
        ...(address === undefined ? {} : { address }),
      };
      const bytes = exampleBytes(form, 32, options);
      // A special register that does not exist (MOV to CS, CR1) decodes to another form.
      if (decode(bytes, 0, 32)?.form === form) found.set(bytes.join(), bytes);
    }
  }
  return [...found.values()];
}

/** Operations that share a mnemonic with others, and what tells them apart. */
const NAMES: Readonly<Record<string, string>> = {
  "mov-from-segment": "MOV r, Sreg",
  "mov-to-segment": "MOV Sreg, r",
  "mov-from-control": "MOV r, CRn",
  "mov-to-control": "MOV CRn, r",
  "mov-from-debug": "MOV r, DRn",
  "mov-to-debug": "MOV DRn, r",
  "push-segment": "PUSH Sreg",
  "pop-segment": "POP Sreg",
  "jmp-far": "JMP far",
  "call-far": "CALL far",
  "ret-far": "RET far",
};

/** The name under which a form is classified: its mnemonic, with the kind of operand where that makes another instruction. */
export function instructionName(form: Form): string {
  return NAMES[form.operation] ?? form.mnemonic.toUpperCase();
}
