/**
 * The processor: state, run loop, segmentation, paging, exceptions, and the ports that other rooms plug into.
 *
 * @module
 */

export { Cpu, type CpuOptions, type Handler, type StopReason } from "./cpu.ts";
export * from "./cpuid.ts";
export { Descriptor } from "./descriptors.ts";
export { type DecodedBlock, decodedBlock, type DecodedMicroOperation } from "./engine/decoded_block.ts";
export * from "./fault.ts";
export { materializeFlags } from "./flags.ts";
export { raise, raiseFromInstruction } from "./exceptions.ts";
export { probeWrite, readLinear, readLinearBytes, writeLinear } from "./memory.ts";
export { effectiveAddress, readRegister, writeRegister } from "./operands.ts";
export * from "./paging.ts";
export { physicalRead, physicalRead32, physicalWrite, physicalWrite32 } from "./physical.ts";
export * from "./ports.ts";
export * from "./registers.ts";
export { HANDLERS } from "./semantics/mod.ts";
export { REAL_MODE_RIGHTS, setRealModeSegment, setSegment, V86_RIGHTS } from "./segmentation.ts";
export * from "./state.ts";
