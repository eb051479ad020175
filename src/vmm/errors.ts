/**
 * What goes wrong between a user and the monitor. Nothing that a guest does raises any of these.
 *
 * @module
 */

/** Options that are wrong, or a monitor that is asked for what it cannot do. */
export class MonitorError extends Error {
  /** The class's name. */
  override readonly name = "MonitorError";
}
