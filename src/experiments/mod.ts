/**
 * What the notebooks measure: one instruction in a chosen ring and state, what each ring makes of the system instructions,
 * what a trap costs, the whole instruction set classified after Popek and Goldberg, and the processor against recorded
 * silicon.
 *
 * @module
 */

export {
  Bench,
  benchFor,
  type Ending,
  type Environment,
  type Place,
  type ProcessorOptions,
} from "./bench.ts";
export * from "./classification.ts";
export * from "./classify.ts";
export type { Difference, Effect } from "./effect.ts";
export {
  type CompareOptions,
  compareWithNative,
  differencesBetween,
  type Equivalence,
  type EquivalenceDifference,
  type GuestEnd,
  type MemoryRange as IgnoredMemory,
  nativeEnd,
} from "./equivalence.ts";
export { type FactDisagreement, factDisagreements } from "./facts.ts";
export { experimentOn, type FormFindings, Laboratory } from "./form_experiment.ts";
export { contain, type Containment, type ContainOptions } from "./containment.ts";
export { BenchError, type GeneralRegister, type GuestStateOptions } from "./guest_state.ts";
export { PLACES, type Ring, SELECTORS } from "./layout.ts";
export {
  MONITOR_PREMISE,
  type Premise,
  type Resources,
  USUAL,
  type Variation,
  VARIATIONS,
} from "./resources.ts";
export {
  MONITOR_PARTS,
  type MonitorEntry,
  type MonitorPart,
  MonitorTrace,
  type MonitorTraceOptions,
  type RoutineCount,
} from "./monitor_trace.ts";
export * from "./nanobench.ts";
export {
  type MeasureOptions,
  NanobenchError,
  type OperationCost,
  OperationMeter,
} from "./nanobench_measure.ts";
export { parametersOf, PROFILE_ENTRIES, type ProfileEntry, raised } from "./nanobench_parameters.ts";
export {
  PUBLISHED,
  PUBLISHED_PROFILE,
  PUBLISHED_RDTSC_BY_CALLOUT,
  type PublishedFigure,
} from "./nanobench_published.ts";
export * from "./ring_table.ts";
export {
  GUEST_TECHNIQUES,
  type GuestRun,
  type GuestTechnique,
  runGuest,
  type RunGuestOptions,
} from "./run_guest.ts";
export * from "./robin_irvine.ts";
export {
  type FrameWord,
  type InstructionLike,
  type InstructionOptions,
  InstructionRun,
  type MemoryChange,
  runInstruction,
} from "./run_instruction.ts";
export * from "./silicon/mod.ts";
export { instructionName } from "./subject.ts";
export {
  WATCHED_MODES,
  WATCHED_PLACES,
  type WatchedMode,
  type WatchedRun,
  type WatchOptions,
  watchProgram,
} from "./watched_program.ts";
export type { Witness, WitnessKind } from "./witness.ts";
