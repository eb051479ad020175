/**
 * The monitor's own descriptors at the end of every shadow GDT.
 *
 * @module
 */

import {
  AREA_DATA,
  AREA_GDT,
  CACHE_CODE,
  CACHE_DATA,
  DATA_BYTES,
  MONITOR_BASE,
  MONITOR_CODE,
  MONITOR_STACK,
  MONITOR_TSS,
} from "../area.ts";
import { descriptorWords, RING0_CODE, RING0_DATA, RING1_CODE, RING1_DATA } from "./deprivileged.ts";
import { type MonitorArea, taskStateDescriptor } from "./monitor_area.ts";

/** Linear address of the monitor data, which GS shows translated code from offset 0 on. */
export const DATA_BASE = (MONITOR_BASE + AREA_DATA) | 0;

/** Writes the descriptors of ring 0, of the task state, and of the translation cache. */
export function writeMonitorDescriptors(area: MonitorArea): void {
  const put = (selector: number, [low, high]: [number, number]) => {
    area.write32(AREA_GDT + (selector & ~7), low);
    area.write32(AREA_GDT + (selector & ~7) + 4, high);
  };
  put(MONITOR_CODE, descriptorWords(0, -1, RING0_CODE));
  put(MONITOR_STACK, descriptorWords(0, -1, RING0_DATA));
  put(MONITOR_TSS, taskStateDescriptor());
  put(CACHE_CODE, descriptorWords(0, -1, RING1_CODE));
  put(CACHE_DATA, descriptorWords(DATA_BASE, DATA_BYTES - 1, RING1_DATA));
}
