import type { Span } from "./assembler_error.ts";
import type { Expression } from "./expression.ts";
import type { MnemonicEntry } from "./forms.ts";
import type { Operand } from "./operand.ts";
import type { Growth } from "./select.ts";

/** One item of a data list. */
export type DataItem =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "float"; readonly text: string; readonly at: Span }
  | { readonly kind: "reserve" }
  | { readonly kind: "value"; readonly expression: Expression };

/** A machine instruction, with what is remembered of it from pass to pass. */
export interface InstructionBody {
  readonly kind: "instruction";
  /** Empty if the statement consists of prefixes only. */
  readonly mnemonic: string;
  readonly entry: MnemonicEntry | undefined;
  readonly prefixes: readonly number[];
  readonly operandSize: number;
  readonly addressSize: number;
  readonly operands: readonly Operand[];
  readonly at: Span;
  readonly growth: Growth;
  /** False for other than branches whose operands mention no symbol or `$`: they are the same in every pass. */
  readonly moves: boolean;
  /** Encoding of the last pass and what it was made from. */
  cache?: { key: string; code: Uint8Array };
}

/** What a statement does. */
export type Body =
  | InstructionBody
  | { readonly kind: "data"; readonly size: number; readonly items: readonly DataItem[]; readonly at: Span }
  | { readonly kind: "reserve"; readonly size: number; readonly count: Expression }
  | { readonly kind: "equ"; readonly value: Expression }
  | {
    readonly kind: "align";
    readonly to: Expression;
    readonly fill: Body | undefined;
    readonly reserve: boolean;
    readonly at: Span;
  }
  | { readonly kind: "org"; readonly origin: Expression; readonly at: Span }
  | { readonly kind: "bits"; readonly bits: number }
  | {
    readonly kind: "section";
    readonly name: string;
    readonly align: Expression | undefined;
    readonly noBits: boolean;
    readonly at: Span;
  }
  | { readonly kind: "absolute"; readonly address: Expression; readonly at: Span }
  | {
    readonly kind: "struc";
    readonly name: string;
    readonly offset: Expression | undefined;
    readonly at: Span;
  }
  | { readonly kind: "endstruc"; readonly at: Span }
  | { readonly kind: "istruc"; readonly name: string; readonly at: Span }
  | { readonly kind: "at"; readonly offset: Expression; readonly body: Body | undefined }
  | { readonly kind: "iend"; readonly at: Span };

/** One parsed line. */
export interface Statement {
  readonly at: Span;
  /** Line of the source the listing shows it under. */
  readonly line: number;
  readonly note: string | undefined;
  readonly label: { readonly name: string; readonly at: Span } | undefined;
  readonly times: Expression | undefined;
  readonly body: Body | undefined;
}
