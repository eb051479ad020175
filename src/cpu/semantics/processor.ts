/**
 * The processor as a whole: CPUID, HLT, INVLPG, INVD, WBINVD, RSM.
 *
 * @module
 */

import { eventNumber } from "../../cycles/mod.ts";
import type { Handler } from "../cpu.ts";
import { cpuid as answer } from "../cpuid.ts";
import { Fault, UD } from "../fault.ts";
import { effectiveAddress } from "../operands.ts";
import { invalidatePage } from "../paging.ts";
import { requireRing0 } from "../privilege.ts";
import { ACTIVITY, BASE, EAX, EBX, ECX, EDX, HALTED } from "../state.ts";

const EVENT_PAGE_INVALIDATION = eventNumber("tlb-page-invalidation");

const cpuid: Handler = (cpu) => {
  const s = cpu.s;
  const result = answer(cpu.model, s[EAX]!);
  s[EAX] = result.eax;
  s[EBX] = result.ebx;
  s[ECX] = result.ecx;
  s[EDX] = result.edx;
};

const hlt: Handler = (cpu) => {
  requireRing0(cpu);
  cpu.s[ACTIVITY] = HALTED;
  cpu.leave();
};

const invlpg: Handler = (cpu, instruction) => {
  requireRing0(cpu);
  const operand = instruction.operands[0]!;
  const offset = effectiveAddress(cpu, instruction, operand);
  invalidatePage(cpu, (cpu.s[BASE + operand.segment]! + offset) | 0);
  cpu.ledger.count(EVENT_PAGE_INVALIDATION);
};

/** No cache is modelled, so that there is nothing to lose or to write back. */
const flushCaches: Handler = (cpu) => requireRing0(cpu);

/** There is no system-management mode to return from. */
const rsm: Handler = () => {
  throw new Fault(UD);
};

/** Routines of the family "processor". */
export const processor = {
  cpuid,
  hlt,
  invlpg,
  invd: flushCaches,
  wbinvd: flushCaches,
  rsm,
} satisfies Record<string, Handler>;
