/**
 * What running costs: price lists of processors, the ledger that adds cycles up, and its report.
 *
 * @module
 */

export * from "./event.ts";
export * from "./ledger.ts";
export { nearest } from "./nearest.ts";
export * from "./presentable.ts";
export * from "./profile.ts";
export * from "./profiles.ts";
export * from "./report.ts";
export * from "./world.ts";
export * from "./world_recorder.ts";
