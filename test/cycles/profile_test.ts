import { describe, expect, test } from "vitest";
import {
  COST_EVENTS,
  integerCosts,
  OPERAND_COSTS,
  profileByName,
  ProfileError,
  PROFILES,
} from "../../src/cycles/mod.ts";
import { COST_CLASSES } from "../../src/isa/mod.ts";

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))("profile %s", (name, profile) => {
  test("prices everything, with a source for each figure, and nothing else", () => {
    expect(Object.keys(profile.instruction).sort()).toEqual([...COST_CLASSES].sort());
    expect(Object.keys(profile.operand).sort()).toEqual([...OPERAND_COSTS].sort());
    expect(Object.keys(profile.event).sort()).toEqual([...COST_EVENTS].sort());
    for (const costs of [profile.instruction, profile.operand, profile.event]) {
      for (const [what, { cycles, source }] of Object.entries(costs)) {
        expect(cycles, what).toBeGreaterThanOrEqual(0);
        expect(source, what).toMatch(/InstLatx64|ASPLOS|Reference Manual|^model parameter: .{20}/);
      }
    }
  });

  test("charges whole cycles, at least one per instruction", () => {
    const costs = integerCosts(profile);
    for (const cycles of Object.values(costs.instruction)) {
      expect(Number.isInteger(cycles) && cycles >= 1).toBe(true);
    }
    for (const cycles of [...Object.values(costs.operand), ...Object.values(costs.event)]) {
      expect(Number.isInteger(cycles)).toBe(true);
    }
    expect(Number.isInteger(profile.hertz)).toBe(true);
    expect(profileByName(name)).toBe(profile);
  });
});

test("the Pentium 4's mechanism costs make up the simple native rows of Adams and Agesen", () => {
  const { instruction, operand, event } = integerCosts(profileByName("pentium4-672"));
  const call_ret = instruction.call + instruction.return;
  const in_port = instruction["input-output"] + event["port-access"];
  const syscall = 2 * instruction.alu + instruction["flag-interrupt"] + instruction["fast-system-call"] +
    instruction["fast-system-return"];
  const ptemod = instruction.alu + operand.store;
  expect({ call_ret, in_port, syscall, ptemod }).toEqual({
    call_ret: 11,
    in_port: 3209,
    syscall: 242,
    ptemod: 1,
  });
});

test("an unknown profile is an error that proposes the nearest", () => {
  expect(() => profileByName("pentium4")).toThrow(ProfileError);
  expect(() => profileByName("pentium4")).toThrow(/did you mean pentium4-672\?/);
});
