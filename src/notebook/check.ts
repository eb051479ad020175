/** Worksheet checks: they run the machine to judge an answer, and give points with reasons. */
import { type Displayable, jupyterDisplay, type MimeBundle } from "./display.ts";
import { formatNumber } from "./format.ts";
import { css, el, tint } from "./html.ts";

/** One thing an answer has to do. */
export interface Criterion {
  /** What is looked at, as the learner reads it: "The guest reaches ring 3". */
  readonly what: string;
  /** What it is worth; the points of a check are the sum. Without points, all criteria weigh the same. */
  readonly points?: number;
  /** Runs the answer and judges it. `true` passes. `false` or a hint fails; the hint must not give the answer away. */
  readonly test: () => Verdict | Promise<Verdict>;
  /** Where to look when it fails. Shown if the test gives no hint of its own. */
  readonly hint?: string;
}

/** What a criterion's test returns: passed, failed, failed with a hint, or a share of the points with a reason. */
export type Verdict = boolean | string | { readonly share: number; readonly reason: string };

/** How one criterion came out. */
export interface CriterionResult {
  readonly what: string;
  readonly points: number;
  readonly earned: number;
  /** Why points are missing; empty if none are. */
  readonly reason: string;
}

/** Raised when a check itself is wrong: no criteria, points that do not add up. */
export class CheckError extends Error {
  override name = "CheckError";
  /** The check at fault. */
  readonly check: string;
  constructor(message: string, check: string) {
    super(message);
    this.check = check;
  }
}

/** The outcome of a {@link check}. As a number it is the points earned: a grader can read it. */
export class CheckResult implements Displayable {
  readonly name: string;
  /** The most that can be earned. */
  readonly points: number;
  /** What was earned, 0 to {@link points}. */
  readonly earned: number;
  readonly criteria: readonly CriterionResult[];

  constructor(name: string, points: number, criteria: readonly CriterionResult[]) {
    this.name = name;
    this.points = points;
    this.criteria = criteria;
    this.earned = tidy(criteria.reduce((sum, each) => sum + each.earned, 0));
  }

  /** Whether everything was earned. */
  get correct(): boolean {
    return this.earned === this.points;
  }

  /** The points, so that a result reads as a number. */
  valueOf(): number {
    return this.earned;
  }

  /** `3/5 points: ...` and a line for each criterion. */
  text(): string {
    const lines = this.criteria.map((each) =>
      `  [${mark(each)}] ${each.what} (${formatNumber(each.earned)}/${formatNumber(each.points)})${
        each.reason ? `: ${each.reason}` : ""
      }`
    );
    return [`${this.#score()}: ${this.name}. ${this.#sentence()}`, ...lines].join("\n");
  }

  /** A card: green when correct, orange when partly, red when not. */
  html(): string {
    const fill = this.correct ? tint.green : this.earned > 0 ? tint.orange : tint.red;
    const edge = this.correct ? "#009e73" : this.earned > 0 ? "#e69f00" : "#d55e00";
    const rows = this.criteria.map((each) =>
      el(
        "li",
        { style: "margin:2px 0" },
        el("b", {}, `${wordFor(each)}. `),
        `${each.what} (${formatNumber(each.earned)}/${formatNumber(each.points)})`,
        each.reason ? el("div", { style: css.dim }, each.reason) : "",
      )
    );
    return el(
      "div",
      {
        role: "status",
        style:
          `${css.sans};border-left:5px solid ${edge};background:${fill};padding:8px 14px;margin:4px 0;color:inherit`,
      },
      el("div", {}, el("b", {}, `${this.#score()}: ${this.name}. `), this.#sentence()),
      el("ul", { style: "margin:6px 0 0 0;padding-left:18px" }, rows),
    ).html;
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.text() };
  }

  #score(): string {
    return `${formatNumber(this.earned)}/${formatNumber(this.points)} points`;
  }

  #sentence(): string {
    if (this.correct) return "Correct.";
    return this.earned > 0 ? "Partly correct." : "Not yet.";
  }
}

/**
 * Judges an answer by running it.
 *
 * An exception in a criterion does not end the check: the criterion fails and says what was thrown, since an answer that
 * crashes is an answer too.
 *
 * @param name what is checked.
 * @param points what the whole check is worth, above 0.
 * @param criteria what the answer has to do, or one test for all of it.
 * @throws {CheckError} if there are no criteria or their points do not add up to `points`.
 * @example
 * ```ts
 * import { check } from "ringlab";
 * const result = await check("Ring of HLT", 2, [
 *   { what: "The answer is a ring", test: () => true },
 *   { what: "HLT runs there", test: () => "HLT raised #GP in the ring you chose" },
 * ]);
 * if (Number(result) !== 1) throw new Error(result.text());
 * ```
 */
export async function check(
  name: string,
  points: number,
  criteria: readonly Criterion[] | Criterion["test"],
): Promise<CheckResult> {
  const list = typeof criteria === "function" ? [{ what: name, test: criteria }] : criteria;
  const worth = pointsOf(name, points, list);
  const results: CriterionResult[] = [];
  for (const [i, criterion] of list.entries()) results.push(await judge(criterion, worth[i]!));
  return new CheckResult(name, points, results);
}

async function judge(criterion: Criterion, points: number): Promise<CriterionResult> {
  const { what, hint = "Look at this part again." } = criterion;
  let verdict: Verdict;
  try {
    verdict = await criterion.test();
  } catch (error) {
    if (error instanceof Error && error.name === "StoppedError") throw error;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { what, points, earned: 0, reason: `The answer could not be run: ${message}` };
  }
  if (verdict === true) return { what, points, earned: points, reason: "" };
  if (verdict === false) return { what, points, earned: 0, reason: hint };
  if (typeof verdict === "string") return { what, points, earned: 0, reason: verdict };
  const share = Math.min(1, Math.max(0, verdict.share));
  return { what, points, earned: tidy(points * share), reason: share === 1 ? "" : verdict.reason };
}

function pointsOf(name: string, points: number, criteria: readonly Criterion[]): number[] {
  if (criteria.length === 0) throw new CheckError(`check "${name}" has no criteria`, name);
  if (!(points > 0) || !Number.isFinite(points)) {
    throw new CheckError(`check "${name}" is worth ${points} points; it must be worth more than 0`, name);
  }
  if (criteria.every((each) => each.points === undefined)) {
    return criteria.map(() => points / criteria.length);
  }
  const worth = criteria.map((each) => each.points ?? 0);
  const sum = tidy(worth.reduce((a, b) => a + b, 0));
  if (sum !== points) {
    throw new CheckError(
      `check "${name}" is worth ${points} points, but its criteria add up to ${sum}`,
      name,
    );
  }
  return worth;
}

function mark(each: CriterionResult): string {
  return each.earned === each.points ? "x" : each.earned > 0 ? "~" : " ";
}

function wordFor(each: CriterionResult): string {
  return each.earned === each.points ? "Yes" : each.earned > 0 ? "Partly" : "No";
}

/** Points are given in hundredths at the finest, so that thirds add up. */
function tidy(points: number): number {
  return Math.round(points * 100) / 100;
}
