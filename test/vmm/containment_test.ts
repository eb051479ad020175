import { expect, test } from "vitest";
import { asm, Monitor, type TechniqueName } from "../../mod.ts";

const TECHNIQUES: readonly [TechniqueName, boolean][] = [
  ["trap-and-emulate", false],
  ["trap-and-emulate", true],
  ["binary-translation", false],
  ["paravirtual", false],
];

function attempt(technique: TechniqueName, virtualizable: boolean, source: string) {
  const monitor = new Monitor({ memory: "16M", technique, virtualizable });
  const vm = monitor.createVirtualMachine({ memory: "1M" }).load(asm(`bits 32\n${source}`));
  const run = monitor.runSync({ maxCycles: 50_000_000, maxInstructions: 1_000_000 });
  return { vm, run, reached: vm.read(0x5000, 4)[0] };
}

test.each(TECHNIQUES)(
  "%s (virtualizable: %s): no guest can load a descriptor of the monitor",
  (technique, way) => {
    for (let selector = 0xff80; selector < 0x10000; selector += 8) {
      for (const rpl of [0, 1, 3]) {
        const { vm, reached } = attempt(
          technique,
          way,
          `
        mov ax, ${selector | rpl}
        mov ds, ax
        mov byte [es:0x5000], 1
        hlt
      `,
        );
        expect(reached).toBe(0);
        expect(vm.status).toBe("shutdown");
      }
    }
  },
  60_000,
);

test.each(TECHNIQUES)("%s (virtualizable: %s): nor jump through one", (technique, way) => {
  for (const selector of [0xff80, 0xff81, 0xff98, 0xff99, 0xff9b]) {
    const { vm } = attempt(
      technique,
      way,
      `
      jmp ${selector}:0xffd00000
    `,
    );
    expect(vm.status).toBe("shutdown");
  }
});

test.each(TECHNIQUES)(
  "%s (virtualizable: %s): a guest that does nothing but take interrupts does not hold the machine up",
  (technique, way) => {
    // Every vector leads back to an STI; the line stays up, for nobody acknowledges it.
    const { run } = attempt(
      technique,
      way,
      `
        org 0x1000
        mov edi, 0x8000
        mov ecx, 256
    fill:
        mov dword [edi], 0x00080000 + again
        mov dword [edi + 4], 0x00008f00
        add edi, 8
        dec ecx
        jnz fill
        lidt [idtr]
        mov al, 0x11
        out 0x20, al
        mov al, 0x20
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 3
        out 0x21, al
        mov dx, 0x4d0
        mov al, 0xf8
        out dx, al
        mov al, 0
        out 0x21, al
        mov dx, 0x3f9
        mov al, 2
        out dx, al
        mov dx, 0x3fc
        mov al, 8
        out dx, al
    again:
        mov esp, 0x9f000
        sti
        jmp again
    idtr: dw 0x7ff
          dd 0x8000
    `,
    );
    expect(["limit", "finished"]).toContain(run.status);
  },
);
