/**
 * The emulated processor against recorded silicon.
 *
 * @module
 */

export {
  type ComparedCase,
  replaySilicon,
  type ReplaySiliconOptions,
  SILICON_VERDICTS,
  SiliconComparison,
  type SiliconReason,
  type SiliconRow,
  type SiliconVerdict,
} from "./compare.ts";
export { SILICON_DIFFERENCES, type SiliconDifference } from "./differences.ts";
export {
  fillPages,
  readRecording,
  type RecordedCase,
  type RecordedEffect,
  recordedSilicon,
  type Recording,
  type RecordingHeader,
  SILICON_RECORDING,
} from "./recording.ts";
export { type ReplayedCase, SiliconReplay } from "./replay.ts";
