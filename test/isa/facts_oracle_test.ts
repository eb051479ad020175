import { type Code, CodeExt, CpuidFeature, Decoder, DecoderOptions } from "iced-x86";
import { describe, expect, test } from "vitest";
import {
  allForms,
  COST_CLASSES,
  decode,
  exampleBytes,
  facts,
  type Form,
  formsOf,
  isPrivileged,
  NoExampleError,
  OPERATIONS_BY_FAMILY,
  TOO_LONG_FORM,
  UnknownMnemonicError,
} from "../../src/isa/mod.ts";

const integerForms = allForms().filter((form) => form.operation !== "x87" && form.operation !== "vector");

/** Asks iced-x86 about the example of a form. */
function askIced<T>(form: Form, bits: 16 | 32, question: (code: Code, features: string[]) => T): T {
  const decoder = new Decoder(
    bits,
    exampleBytes(form, bits, { memory: true }),
    DecoderOptions.ForceReservedNop,
  );
  const instruction = decoder.decode();
  try {
    return question(
      instruction.code,
      [...instruction.cpuidFeatures()].map((feature) => CpuidFeature[feature]!),
    );
  } finally {
    instruction.free();
    decoder.free();
  }
}

function icedOpCode<T>(form: Form, question: (opCode: ReturnType<typeof CodeExt.opCode>) => T): T {
  return askIced(form, 32, (code) => {
    const opCode = CodeExt.opCode(code);
    try {
      return question(opCode);
    } finally {
      opCode.free();
    }
  });
}

describe("the opcode map against iced-x86's", () => {
  test("LOCK is allowed on the same forms", () => {
    const differing = integerForms.filter((form) =>
      form.lockable !== icedOpCode(form, (code) => code.canUseLockPrefix)
    );
    expect(differing.map((form) => form.opcode)).toEqual([]);
  });

  test("the same forms are for ring 0 only", () => {
    const differing = integerForms.filter((form) =>
      (form.privilege === "ring-0") !== icedOpCode(form, (code) => code.mustBeCpl0)
    );
    // A guest may call its monitor from any ring; only in VMX root operation does VMCALL want ring 0.
    expect(differing.map((form) => form.mnemonic)).toEqual(["vmcall"]);
  });

  test("the same forms came with the 8086, 80186, 80286, 80386 and 80486", () => {
    const processors: Record<string, string> = {
      INTEL8086: "8086",
      INTEL186: "80186",
      INTEL286: "80286",
      INTEL386: "80386",
      INTEL486: "80486",
    };
    // UD0, UD1 and UD2 did nothing but raise #UD before the manual gave them names.
    const differing = integerForms.filter((form) => form.operation !== "ud").flatMap((form) => {
      const since = askIced(form, 16, (_, features) => processors[features[0] ?? ""]);
      return since === undefined || since === form.since
        ? []
        : [`${form.mnemonic} ${form.opcode}: ${form.since}, iced ${since}`];
    });
    expect(differing).toEqual([]);
  });
});

describe("examples", () => {
  test.each([16, 32] as const)("every form has one that decodes to it, %d bits", (bits) => {
    for (const options of [{}, { memory: true }, { address: 0x1234 }, { register: 6, immediate: 0x7f }]) {
      for (const form of allForms()) {
        const bytes = exampleBytes(form, bits, options);
        const instruction = decode(bytes, 0, bits);
        expect(instruction?.form, `${form.mnemonic} ${form.opcode}`).toBe(form);
        expect(instruction?.length).toBe(bytes.length);
      }
    }
  });

  test("say which form has none", () => {
    expect(() => exampleBytes(TOO_LONG_FORM, 32)).toThrow(NoExampleError);
  });
});

describe("facts", () => {
  test("every operation has a form, every cost class a form that pays it", () => {
    const operations = new Set(allForms().map((form) => form.operation));
    expect(Object.values(OPERATIONS_BY_FAMILY).flat().filter((operation) => !operations.has(operation)))
      .toEqual([]);
    const classes = new Set(allForms().map((form) => form.costClass));
    expect(COST_CLASSES.filter((name) => !classes.has(name))).toEqual([]);
  });

  test("Robin and Irvine's instructions are sensitive and not privileged", () => {
    const found = integerForms.filter((form) => form.sensitive.length > 0 && !isPrivileged(form));
    const operations = new Set(found.map((form) => form.operation));
    for (
      const operation of [
        "sgdt",
        "sidt",
        "sldt",
        "smsw",
        "pushf",
        "popf",
        "lar",
        "lsl",
        "verr",
        "verw",
        "pop-segment",
        "push-segment",
        "call-far",
        "jmp-far",
        "int",
        "ret-far",
        "str",
        "mov-from-segment",
        "mov-to-segment",
        "iret",
      ] as const
    ) {
      expect(operations, operation).toContain(operation);
    }
  });

  test("every privileged instruction is sensitive, and every reason is a sentence", () => {
    for (const form of integerForms) {
      if (isPrivileged(form)) expect(form.sensitive.length, form.mnemonic).toBeGreaterThan(0);
      for (const { why } of form.sensitive) expect(why).toMatch(/^[A-Z].*\.$/);
    }
  });

  test("what writes control state beyond tables it may read is control sensitive", () => {
    const loads = new Set(["mov-to-segment", "pop-segment", "load-far-pointer"]);
    for (const form of integerForms) {
      if (form.writes.length === 0 || loads.has(form.operation)) continue;
      expect(form.sensitive.map(({ kind }) => kind), form.mnemonic).toContain("control");
    }
  });

  test("conditions carry their mnemonic, byte forms their width", () => {
    expect(formsOf("jle").map((form) => [form.opcode, form.condition])).toEqual([["7E cb", 14], [
      "0F 8E cw/cd",
      14,
    ]]);
    expect(formsOf("cmovb")[0]).toMatchObject({ condition: 2, operation: "cmov", opcode: "0F 42 /r" });
    expect(formsOf("movs").map((form) => form.width)).toEqual([1, 0]);
    expect(formsOf("out").map((form) => form.width)).toEqual([1, 0, 1, 0]);
    expect(facts("hlt").privilege).toBe("ring-0");
  });

  test("an unknown mnemonic is named", () => {
    expect(() => formsOf("movsb")).toThrow(UnknownMnemonicError);
    expect(() => formsOf("movsb")).toThrow(/"movsb"/);
  });
});
