/**
 * The cases that the recorder runs: systematic forms of the unprivileged instructions with interesting operands. The list is
 * the same every time it is made.
 */

import {
  arithmeticCases,
  bitCases,
  decimalCases,
  flagCases,
  movementCases,
  multiplyCases,
  shiftCases,
} from "./computing_cases.ts";
import { branchCases, stackCases, stringCases } from "./control_cases.ts";
import { faultCases } from "./fault_cases.ts";
import { type Case, Workshop } from "./workshop.ts";

/** Makes all cases. */
export function makeCases(): readonly Case[] {
  const shop = new Workshop();
  arithmeticCases(shop);
  movementCases(shop);
  multiplyCases(shop);
  decimalCases(shop);
  shiftCases(shop);
  bitCases(shop);
  flagCases(shop);
  stackCases(shop);
  branchCases(shop);
  stringCases(shop);
  faultCases(shop);
  return shop.cases;
}
