/**
 * How a value of a lower room gets its looks from the notebook room without knowing it.
 *
 * @module
 */

/** The method by which Deno's Jupyter kernel asks a value for its MIME bundle. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** What a Jupyter front-end renders: one value per MIME type. */
export type MimeBundle = Record<string, unknown>;

/** How values of one class look; registered by the notebook room. */
export interface Presenter<T> {
  /** The MIME bundle that a notebook shows for the value. */
  display(value: T): MimeBundle | Promise<MimeBundle>;
  /** The value's chart. */
  chart?(value: T, options: Record<string, unknown>): unknown;
}

const presenters = new Map<unknown, Presenter<unknown>>();

/**
 * A value that a notebook can show. Without a presenter it shows as its text; once a presenter is registered with
 * {@linkcode present} for its class, that decides.
 */
export abstract class Presentable {
  /** The value as plain text, for a terminal. */
  abstract toString(): string;

  /** Called by Deno's Jupyter kernel for the last value of a cell. */
  [DISPLAY](): MimeBundle | Promise<MimeBundle> {
    return presenters.get(this.constructor)?.display(this) ?? { "text/plain": this.toString() };
  }

  /** Called by Deno when it prints the value. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /**
   * The value as a chart, drawn by the presenter of its class.
   *
   * @throws {TypeError} when the class has no presenter with charts (the notebook room is not loaded).
   */
  chart(options: Record<string, unknown> = {}): unknown {
    const presenter = presenters.get(this.constructor);
    if (presenter?.chart === undefined) {
      throw new TypeError(
        `${this.constructor.name} has no chart here: import "ringlab" (or its notebook room) first`,
      );
    }
    return presenter.chart(this, options);
  }
}

/** Registers how values of a class look in a notebook. A later registration replaces an earlier one. */
export function present<T extends Presentable>(
  type: abstract new (...args: never[]) => T,
  presenter: Presenter<T>,
): void {
  presenters.set(type, presenter as Presenter<unknown>);
}
