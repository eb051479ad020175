/**
 * Who gets a turn while a machine runs. By default the event loop; in a notebook the presentation room puts in a host that
 * answers to the Stop button.
 *
 * @module
 */

/** A run that is cut into slices by awaiting pauses. */
export interface HostedRun<T> {
  /**
   * The run. It awaits `pause()` before its first slice and then every fraction of a second, between two instructions, and
   * awaits nothing else. When `pause` gives true, it ends as soon as it can.
   */
  readonly body: (pause: () => Promise<boolean>) => Promise<T>;
  /** How far the run has come, for a message. */
  readonly describe: () => string;
}

/** Gives the host its turns during a run. */
export type RunHost = <T>(run: HostedRun<T>) => Promise<T>;

const eventLoop: RunHost = ({ body }) =>
  body(async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return false;
  });

let host: RunHost = eventLoop;

/** Puts in another host for all machines of this process; without an argument, the event loop alone again. */
export function setRunHost(other: RunHost = eventLoop): void {
  host = other;
}

/** Runs under the present host. */
export function underHost<T>(run: HostedRun<T>): Promise<T> {
  return host(run);
}
