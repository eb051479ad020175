/**
 * Binary translation of guest kernels.
 *
 * @module
 */

export { BinaryTranslation, type TranslationCounts } from "./binary_translation.ts";
export type { CacheCounts } from "./cache.ts";
export { DEFAULT_TRANSLATION, type TranslationOptions } from "./options.ts";
export type {
  TranslatedInstruction,
  TranslationExit,
  TranslationLine,
  TranslationReport,
  TranslationUnit,
} from "./report.ts";
export type { TranslationKind } from "./unit.ts";
