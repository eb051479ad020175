import { expect, test } from "vitest";
import { asm, Machine, WorldRecorder, worldTimeline } from "../../mod.ts";

/** Paging on, then a fault whose handler halts: kernel, page walks and a transition take turns. */
const PROGRAM = asm`
  bits 32
  org 0x10000
      mov edi, 0x20000          ; page directory: one entry, one table of 256 identity entries
      mov dword [edi], 0x21003
      mov edi, 0x21000
      mov eax, 3
next: mov [edi], eax
      add edi, 4
      add eax, 0x1000
      cmp eax, 0x100003
      jb next
      lidt [idtr]
      mov eax, 0x20000
      mov cr3, eax
      mov eax, cr0
      or eax, 0x80000000
      mov cr0, eax
      mov ebx, [0x400000]       ; not mapped: #PF
      hlt
fault: hlt
      align 8
idt:  times 14 dq 0
      dw (fault - $$ + 0x10000) & 0xffff, 8, 0x8e00, (fault - $$ + 0x10000) >> 16
idtr: dw $ - idt - 1
      dd idt
`;

test("the spans of a recorded run follow one another without gap and sum to its cycles", async () => {
  const machine = new Machine({ memory: "1M" }).load(PROGRAM);
  const recorder = new WorldRecorder(machine.board.ledger);
  expect(() => new WorldRecorder(machine.board.ledger)).toThrow(RangeError);
  const run = await machine.run();
  recorder.stop();
  expect(run.status).toBe("halted");
  let now = 0;
  for (const { start, cycles } of recorder.spans) {
    expect(start).toBe(now);
    expect(cycles).toBeGreaterThan(0);
    now += cycles;
  }
  expect(now).toBe(run.cycles.total);
  const sums = new Map<string, number>();
  for (const { world, cycles } of recorder.spans) sums.set(world, (sums.get(world) ?? 0) + cycles);
  for (const [world, cycles] of sums) {
    expect([world, cycles]).toEqual([world, run.cycles.worlds[world as "idle"]]);
  }
  expect([...sums.keys()].sort()).toEqual(["guest-kernel", "page-walk", "transition"]);
});

test("recording changes nothing: same registers, same bill", async () => {
  const plain = await new Machine({ memory: "1M" }).load(PROGRAM).run();
  const machine = new Machine({ memory: "1M" }).load(PROGRAM);
  new WorldRecorder(machine.board.ledger);
  const recorded = await machine.run();
  expect(recorded.registers).toEqual(plain.registers);
  expect(recorded.cycles.toJSON()).toEqual(plain.cycles.toJSON());
});

test("drawn as a timeline with a lane for each world", async () => {
  const machine = new Machine({ memory: "1M" }).load(PROGRAM);
  const recorder = new WorldRecorder(machine.board.ledger);
  await machine.run();
  const chart = worldTimeline(recorder.spans);
  expect(chart.data.length).toBe(recorder.spans.length);
  expect(chart.summary).toContain("the largest part is guest kernel");
  expect(await chart.svg()).toContain("page walk");
});
