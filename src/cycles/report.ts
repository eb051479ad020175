/**
 * What a ledger says, as plain data.
 *
 * @module
 */

import { Presentable } from "./presentable.ts";
import { type World, WORLDS } from "./world.ts";

/** Cycles of one virtual machine. */
export interface MachineCycles {
  /** Number of the virtual machine, 0..15. */
  readonly vm: number;
  /** Cycles by world, in the order of {@linkcode WORLDS}. */
  readonly worlds: readonly number[];
}

/** How often something happened. */
export interface EventCount {
  /** Event number in the ledger. */
  readonly event: number;
  /** What it is, in words. */
  readonly name: string;
  /** How often. */
  readonly count: number;
}

/** The contents of a {@linkcode CycleReport}. */
export interface CycleData {
  /** All cycles. */
  readonly total: number;
  /** Virtual machines that used any cycles. */
  readonly machines: readonly MachineCycles[];
  /** Events that happened at all, by event number. */
  readonly events: readonly EventCount[];
}

/** One line of a report's table. */
export interface CycleShare {
  /** Number of the virtual machine. */
  readonly vm: number;
  /** Name of the world. */
  readonly world: World;
  /** Cycles of that machine in that world. */
  readonly cycles: number;
  /** 0..100. */
  readonly percent: number;
}

/** The bill of a run: where the cycles went, and what happened how often. */
export class CycleReport extends Presentable implements CycleData {
  /** All cycles. */
  readonly total: number;
  readonly machines: readonly MachineCycles[];
  readonly events: readonly EventCount[];

  /** Makes a report of plain data. */
  constructor(data: CycleData) {
    super();
    this.total = data.total;
    this.machines = data.machines;
    this.events = data.events;
  }

  /** Cycles by world over all virtual machines; every world is present. */
  get worlds(): Record<World, number> {
    const sums = {} as Record<World, number>;
    WORLDS.forEach((world, index) => {
      sums[world] = this.machines.reduce((sum, machine) => sum + machine.worlds[index]!, 0);
    });
    return sums;
  }

  /** The non-empty buckets with their share of the total, as rows for a table or a chart. */
  get shares(): CycleShare[] {
    const rows: CycleShare[] = [];
    for (const { vm, worlds } of this.machines) {
      worlds.forEach((cycles, index) => {
        if (cycles === 0) return;
        rows.push({
          vm,
          world: WORLDS[index]!,
          cycles,
          percent: this.total === 0 ? 0 : 100 * cycles / this.total,
        });
      });
    }
    return rows;
  }

  /** How often the event of this name happened; 0 when it did not. */
  count(name: string): number {
    return this.events.find((event) => event.name === name)?.count ?? 0;
  }

  /** What was added between an earlier report of the same ledger and this one. */
  since(earlier: CycleReport): CycleReport {
    const machines = this.machines.map(({ vm, worlds }) => {
      const before = earlier.machines.find((machine) => machine.vm === vm);
      return { vm, worlds: worlds.map((cycles, index) => cycles - (before?.worlds[index] ?? 0)) };
    }).filter(({ worlds }) => worlds.some((cycles) => cycles !== 0));
    const events = this.events.map(({ event, name, count }) => ({
      event,
      name,
      count: count - (earlier.events.find((other) => other.event === event)?.count ?? 0),
    })).filter(({ count }) => count !== 0);
    return new CycleReport({ total: this.total - earlier.total, machines, events });
  }

  /** Plain data: total, cycles by world, by machine and world where there are several, and events by name. */
  toJSON(): Record<string, unknown> {
    const named = (worlds: readonly number[]) =>
      Object.fromEntries(
        WORLDS.map((world, index) => [world, worlds[index]!]).filter(([, cycles]) => cycles !== 0),
      );
    return {
      total: this.total,
      worlds: Object.fromEntries(Object.entries(this.worlds).filter(([, cycles]) => cycles !== 0)),
      ...(this.machines.length > 1
        ? { machines: this.machines.map(({ vm, worlds }) => ({ vm, worlds: named(worlds) })) }
        : {}),
      events: Object.fromEntries(this.events.map(({ name, count }) => [name, count])),
    };
  }

  /** A table for a terminal. */
  override toString(): string {
    const several = this.machines.length > 1;
    const rows = this.shares.map(({ vm, world, cycles, percent }) => [
      several ? `vm ${vm} ${world}` : world,
      group(cycles),
      `${percent.toFixed(1)} %`,
    ]);
    rows.push(["total", group(this.total), this.total === 0 ? "" : "100.0 %"]);
    for (const { name, count } of this.events) rows.push([name, group(count), ""]);
    const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
    return rows.map((row) =>
      `${row[0]!.padEnd(widths[0]!)}  ${row[1]!.padStart(widths[1]!)}  ${row[2]!.padStart(widths[2]!)}`
        .trimEnd()
    ).join("\n");
  }
}

function group(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
