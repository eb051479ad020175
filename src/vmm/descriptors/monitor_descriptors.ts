/**
 * The monitor's own descriptors at the end of every shadow GDT.
 *
 * @module
 */

import {
  AREA_DATA,
  AREA_GDT,
  AREA_TSS,
  CACHE_CODE,
  CACHE_DATA,
  MONITOR_BASE,
  MONITOR_CODE,
  MONITOR_STACK,
  MONITOR_TSS,
} from "../area.ts";
import { BUSY_TSS, descriptorWords, RING0_CODE, RING0_DATA, RING1_CODE, RING1_DATA } from "./deprivileged.ts";
import { type MonitorArea, TASK_STATE_LIMIT } from "./monitor_area.ts";

/** Linear address of the monitor data, which GS shows translated code from offset 0 on. */
export const DATA_BASE = (MONITOR_BASE + AREA_DATA) | 0;

function put(area: MonitorArea, selector: number, [low, high]: [number, number]): void {
  area.write32(AREA_GDT + (selector & ~7), low);
  area.write32(AREA_GDT + (selector & ~7) + 4, high);
}

/** Writes the descriptors of ring 0 and of the task state, which no guest can use. */
export function writeMonitorDescriptors(area: MonitorArea): void {
  put(area, MONITOR_CODE, descriptorWords(0, -1, RING0_CODE));
  put(area, MONITOR_STACK, descriptorWords(0, -1, RING0_DATA));
  put(area, MONITOR_TSS, descriptorWords((MONITOR_BASE + AREA_TSS) | 0, TASK_STATE_LIMIT, BUSY_TSS));
}

/**
 * Writes the descriptors of the translation cache. They are of ring 1: only where no guest code runs there untranslated may they
 * exist, for whoever loads them sees the monitor area.
 *
 * @param windowLimit last offset of what GS shows translated code
 */
export function writeCacheDescriptors(area: MonitorArea, windowLimit: number): void {
  put(area, CACHE_CODE, descriptorWords(0, -1, RING1_CODE));
  put(area, CACHE_DATA, descriptorWords(DATA_BASE, windowLimit, RING1_DATA));
}
