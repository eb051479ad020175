/**
 * The routines of instruction semantics, by operation; one file per family.
 *
 * @module
 */

import type { Operation } from "../../isa/mod.ts";
import type { Handler } from "../cpu.ts";
import { arithmetic } from "./arithmetic.ts";
import { bcd } from "./bcd.ts";
import { bit } from "./bit.ts";
import { branch } from "./branch.ts";
import { convert } from "./convert.ts";
import { dataMovement } from "./data_movement.ts";
import { descriptor } from "./descriptor.ts";
import { farTransfer } from "./far_transfer.ts";
import { flag } from "./flag.ts";
import { flagImage } from "./flag_image.ts";
import { floatingPoint } from "./floating_point.ts";
import { inputOutput } from "./input_output.ts";
import { interrupt } from "./interrupt.ts";
import { interruptFlag } from "./interrupt_flag.ts";
import { interruptReturn } from "./interrupt_return.ts";
import { logic } from "./logic.ts";
import { multiply } from "./multiply.ts";
import { processor } from "./processor.ts";
import { segment } from "./segment.ts";
import { shift } from "./shift.ts";
import { stack } from "./stack.ts";
import { string } from "./string.ts";
import { stringIo } from "./string_io.ts";
import { systemRegister } from "./system_register.ts";
import { systemTable } from "./system_table.ts";

/** What every operation does. Operations without an entry raise #UD, unless an extension port executes them. */
export const HANDLERS: Partial<Record<Operation, Handler>> = {
  ...dataMovement,
  ...arithmetic,
  ...logic,
  ...multiply,
  ...bcd,
  ...shift,
  ...bit,
  ...convert,
  ...flag,
  ...stack,
  ...branch,
  ...string,
  ...floatingPoint,
  ...segment,
  ...descriptor,
  ...farTransfer,
  ...interruptReturn,
  ...interrupt,
  ...interruptFlag,
  ...flagImage,
  ...inputOutput,
  ...stringIo,
  ...systemTable,
  ...systemRegister,
  ...processor,
};
