import { describe, expect, test } from "vitest";
import { compareLines, runGuest } from "./guests.ts";
import { guestGolden, guestRom, GUESTS } from "./guest_images.ts";
import { CUTS, KNOWN_DIFFERENCES } from "./known_differences.ts";

describe("guests print what Bochs recorded", () => {
  for (const guest of GUESTS) {
    test(guest, () => {
      expect(runGuest(guestRom(guest))).toEqual(guestGolden(guest));
    });
  }
});

describe("known differences between emulators", () => {
  test("every entry names lines that a guest prints, and the section of the manual that decides", () => {
    for (const { guest, lines, reason } of KNOWN_DIFFERENCES) {
      const golden = guestGolden(guest).map((line) => line.trimStart());
      for (const start of lines) {
        expect(golden.some((line) => line.startsWith(start)), `${guest}: ${start}`).toBe(true);
      }
      expect(reason).toMatch(/SDM \d/);
    }
    for (const { guest, from } of CUTS) {
      expect(guestGolden(guest).some((line) => line.startsWith(from)), `${guest}: ${from}`).toBe(true);
    }
  });

  test("a line that nothing explains is reported", () => {
    const golden = guestGolden("sysenter");
    const spoiled = golden.map((line, n) => n === 2 ? "something else" : line);
    const result = compareLines("qemu", "sysenter", golden, spoiled);
    expect(result.status).toBe("differs");
    expect(result.unexplained.map(({ line }) => line)).toEqual([3]);
  });
});
