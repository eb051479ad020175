import fc from "fast-check";
import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from "iced-x86";
import { describe, expect, test } from "vitest";
import { asm, AssemblerError } from "../../src/isa/asm/mod.ts";
import { allMnemonics, linesFor } from "./asm_lines.ts";
import { nearlyRight, soup } from "./asm_soup.ts";

const ORIGIN = 0x1000;

/** The disassembly of a whole image, one instruction per line. */
function disassemble(bytes: Uint8Array, bits: number): string {
  const decoder = new Decoder(bits, bytes, DecoderOptions.MovTr);
  const formatter = new Formatter(FormatterSyntax.Nasm);
  decoder.ip = BigInt(ORIGIN);
  const lines: string[] = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    lines.push(formatter.format(instruction));
    instruction.free();
  }
  formatter.free();
  decoder.free();
  return lines.join("\n");
}

/**
 * Lines whose disassembly says less than they do: a chosen displacement or immediate width, the near form of a jump in
 * reach, segment overrides the processor ignores, LOCK where it is invalid, and UD0 without ModRM.
 */
const SAYS_LESS =
  /\[(?:d?word|byte) |strict|byte 1$|near \$|^ud0$|^lock \w+ [^[]*, .*\[|^lea .*s:|(?:es a32|fs) (?:ins|stos|scas)/;

describe("laws", () => {
  test("assembling, disassembling with iced-x86 and assembling again gives the same bytes", () => {
    const pools = new Map(([16, 32] as const).map((bits) => {
      const lines = allMnemonics().flatMap((mnemonic) => linesFor(mnemonic, bits)).filter((line) =>
        !SAYS_LESS.test(line)
      );
      return [bits, lines] as const;
    }));
    const choice = fc.record({ bits: fc.constantFrom(16 as const, 32 as const), at: fc.nat() });
    let compared = 0;
    fc.assert(
      fc.property(choice, ({ bits, at }) => {
        const lines = pools.get(bits)!;
        const options = { bits, origin: ORIGIN };
        let bytes: Uint8Array;
        try {
          bytes = asm(lines[at % lines.length]!, options).bytes;
        } catch (error) {
          if (error instanceof AssemblerError) return; // one of the few lines without an operand size
          throw error;
        }
        compared++;
        expect(asm(disassemble(bytes, bits), options).bytes).toEqual(bytes);
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(2500);
  });

  test.each([["soup", soup], ["nearly right", nearlyRight]] as const)(
    "random text (%s) assembles or throws AssemblerError with places in the source, and always ends",
    (_, texts) => {
      fc.assert(
        fc.property(texts, (source) => {
          try {
            asm(source, { maxBytes: 1 << 16, maxLines: 2000 });
          } catch (error) {
            if (!(error instanceof AssemblerError)) throw error;
            const lines = source.split("\n");
            expect(error.diagnostics.length).toBeGreaterThan(0);
            for (const { line, column, text, sourceLine } of error.diagnostics) {
              expect(sourceLine).toBe(lines[line - 1]);
              expect(sourceLine.slice(column - 1, column - 1 + text.length)).toBe(text);
            }
          }
        }),
        { numRuns: 1500 },
      );
    },
  );

  test("data comes out as it went in", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(asm`db ${bytes}`.bytes).toEqual(bytes);
      if (bytes.length > 0) expect(asm(`db ${bytes.join(", ")}`).bytes).toEqual(bytes);
    }));
  });

  test("floating-point constants agree with the host's own conversion", () => {
    const text = (value: number) =>
      (Object.is(value, -0) ? "-" : "") + value.toExponential().replace(/^(-?\d+)e/, "$1.0e");
    const finite = { noNaN: true, noDefaultInfinity: true };
    fc.assert(fc.property(fc.double(finite), fc.float(finite), (double, float) => {
      const bytes = asm(`dq ${text(double)}\ndd ${text(float)}`).bytes;
      const view = new DataView(bytes.buffer);
      expect(view.getFloat64(0, true)).toBe(double);
      expect(view.getFloat32(8, true)).toBe(float);
    }));
  });

  test("expressions agree with 64-bit arithmetic", () => {
    const tree = fc.letrec<{ node: { text: string; value: bigint } }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        fc.integer({ min: 0, max: 1000 }).map((n) => ({ text: String(n), value: BigInt(n) })),
        fc.tuple(fc.constantFrom("-", "~"), tie("node")).map(([op, a]) => ({
          text: `${op}(${a.text})`,
          value: BigInt.asIntN(64, op === "-" ? -a.value : ~a.value),
        })),
        fc.tuple(fc.constantFrom("+", "-", "*", "&", "|", "^"), tie("node"), tie("node")).map(
          ([op, a, b]) => {
            const results: Record<string, bigint> = {
              "+": a.value + b.value,
              "-": a.value - b.value,
              "*": a.value * b.value,
              "&": a.value & b.value,
              "|": a.value | b.value,
              "^": a.value ^ b.value,
            };
            return { text: `(${a.text}) ${op} (${b.text})`, value: BigInt.asIntN(64, results[op]!) };
          },
        ),
      ),
    })).node;
    fc.assert(fc.property(tree, ({ text, value }) => {
      expect(new DataView(asm(`dq ${text}`).bytes.buffer).getBigInt64(0, true)).toBe(value);
    }));
  });
});
