/** Axis domains worked out here, so that labels can be placed where the chart will draw its marks. */

/** A numeric axis: its domain and where a value falls on it. */
export interface Axis {
  readonly domain: readonly [number, number];
  readonly type: "linear" | "log";
  /** The values at which the axis is labelled. */
  readonly ticks: readonly number[];
  /** The position of a value in pixels from the low end. */
  at(value: number): number;
}

/** A linear axis from zero (or the least value, if that is negative) with room for a label of `room` pixels at the end. */
export function linearAxis(values: readonly number[], length: number, room = 0, fromZero = true): Axis {
  const least = Math.min(...values);
  const low = fromZero ? Math.min(0, least) : least;
  let high = Math.max(...values, fromZero ? 0 : -Infinity);
  if (high === low) high = low + 1;
  high = low + (high - low) * length / Math.max(length / 4, length - room);
  const step = niceStep((high - low) / 6);
  const start = Math.floor(low / step) * step;
  const end = room > 0 ? high : Math.ceil(high / step - 1e-9) * step;
  const ticks: number[] = [];
  for (let i = 0; start + i * step <= end + step * 1e-9; i++) ticks.push(tidy(start + i * step));
  return {
    domain: [start, end],
    type: "linear",
    ticks,
    at: (v) => pixel((v - start) / (end - start) * length),
  };
}

/** A logarithmic axis whose low end lies below the least value, so that its bar can be seen. All values must be positive. */
export function logAxis(values: readonly number[], length: number, room = 0): Axis {
  const least = Math.min(...values);
  const decade = 10 ** Math.floor(Math.log10(least) + 1e-9);
  const start = least / decade < 1.5 ? decade / 2 : decade;
  const high = Math.log10(Math.max(...values, start * 10) / start);
  const end = tidy(start * 10 ** (high * length / Math.max(length / 4, length - room)));
  const ticks: number[] = [];
  const factors = end / start < 500 ? [1, 2, 5] : [1];
  for (let power = Math.floor(Math.log10(start)); 10 ** power <= end; power++) {
    ticks.push(
      ...factors.map((factor) => tidy(factor * 10 ** power)).filter((tick) => tick >= start && tick <= end),
    );
  }
  return {
    domain: [start, end],
    type: "log",
    ticks,
    at: (v) => pixel(Math.log10(v / start) / Math.log10(end / start) * length),
  };
}

/** 1, 2 or 5 times a power of ten, at least as large as the given step. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 5]) if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/** Logarithms differ in the last bit from one JavaScript engine to the next; a hundredth of a pixel does not. */
function pixel(value: number): number {
  return Math.round(value * 100) / 100;
}

function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
