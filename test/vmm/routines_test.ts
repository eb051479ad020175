import { expect, test } from "vitest";
import { allForms, isPrivileged } from "../../src/isa/mod.ts";
import { asm, Monitor } from "../../mod.ts";
import { ROUTINES } from "../../src/vmm/interpreter/routines.ts";

test("there is a routine for every privileged or sensitive instruction of the processor, and for no other", () => {
  // The instructions of VMX come with the extension; a processor without it raises #UD.
  const wanted = new Set(
    allForms().filter((form) => (isPrivileged(form) || form.sensitive.length > 0) && form.family !== "vmx")
      .map(({ operation }) => operation),
  );
  expect([...ROUTINES.keys()].sort()).toEqual([...wanted].sort());
});

test("a routine asks the allocator for what its instruction reaches for", () => {
  const monitor = new Monitor({ memory: "16M", technique: "trap-and-emulate", virtualizable: true });
  const vm = monitor.createVirtualMachine({ memory: "1M" }).load(asm`
    bits 32
        cli
        out 0x80, al
        in al, 0x80
        mov eax, cr0
        mov cr0, eax
        pushfd
        popfd
        rdtsc
        hlt
  `);
  monitor.runSync();
  expect(vm.status).toBe("halted");
  expect(vm.requests).toEqual({ memory: 1, ports: 2, interrupts: 2, processor: 0, time: 1 });
});
