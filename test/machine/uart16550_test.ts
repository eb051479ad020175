import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COM1, Uart16550 } from "../../src/machine/devices/uart16550.ts";
import { bench } from "./bench_setup.ts";

const RBR = 0x3f8, IER = 0x3f9, IIR = 0x3fa, LCR = 0x3fb, MCR = 0x3fc, LSR = 0x3fd, MSR = 0x3fe, SCR = 0x3ff;

function uart(pacing: "instant" | "baud" = "instant") {
  const board = bench(1_843_200 * 10);
  const sent: number[] = [];
  let irq = false;
  const chip = new Uart16550(board.bus, board.clock, (level) => irq = level, (byte) => sent.push(byte), {
    ...COM1,
    pacing,
  });
  return {
    ...board,
    chip,
    sent,
    get irq() {
      return irq;
    },
  };
}

describe("16550A", () => {
  test("characters written leave at once, in order", () => {
    const u = uart();
    for (const byte of [72, 105, 0, 255]) u.out(RBR, byte);
    expect(u.sent).toEqual([72, 105, 0, 255]);
    expect(u.in(LSR)).toBe(0x60);
  });

  test("divisor latch, scratch and control registers read back; the latch does not disturb IER", () => {
    const u = uart();
    u.out(IER, 0xff);
    u.out(LCR, 0x83);
    u.out(RBR, 0x34);
    u.out(IER, 0x12);
    expect([u.in(RBR), u.in(IER)]).toEqual([0x34, 0x12]);
    u.out(LCR, 0x03);
    u.out(SCR, 0xa5);
    u.out(MCR, 0xff);
    expect([u.in(IER), u.in(LCR), u.in(SCR), u.in(MCR)]).toEqual([0x0f, 0x03, 0xa5, 0x1f]);
    expect(u.sent).toEqual([]);
  });

  test("FIFOs are announced in IIR once enabled: how software tells a 16550A", () => {
    const u = uart();
    expect(u.in(IIR)).toBe(0x01);
    u.out(IIR, 0x07);
    expect(u.in(IIR)).toBe(0xc1);
    u.out(IIR, 0x00);
    expect(u.in(IIR)).toBe(0x01);
  });

  test("what the host sends arrives whole and in order, with and without FIFOs", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 60 }), (fifos, bytes) => {
        const u = uart();
        u.out(IIR, fifos ? 1 : 0);
        u.chip.send(bytes);
        const got: number[] = [];
        while ((u.in(LSR) & 1) !== 0) got.push(u.in(RBR));
        expect(got).toEqual([...bytes]);
        expect(u.in(LSR) & 2).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("receive interrupt, gated by OUT2, goes when the data is read", () => {
    const u = uart();
    u.out(IER, 1);
    u.chip.send([65]);
    expect(u.irq).toBe(false);
    u.out(MCR, 0x08);
    expect(u.irq).toBe(true);
    expect(u.in(IIR)).toBe(0x04);
    expect(u.in(RBR)).toBe(65);
    expect([u.irq, u.in(IIR)]).toEqual([false, 0x01]);
  });

  test("FIFO trigger level, and the timeout for what stays below it", () => {
    const u = uart();
    u.out(MCR, 8);
    u.out(IER, 1);
    u.out(IIR, 0x81); // trigger at 8
    u.chip.send([1, 2, 3]);
    expect(u.irq).toBe(false);
    u.pass(u.clock.next() - u.clock.now());
    expect([u.irq, u.in(IIR)]).toEqual([true, 0xcc]);
    expect(u.in(RBR)).toBe(1);
    expect(u.irq).toBe(false);
    u.chip.send([4, 5, 6, 7, 8, 9]);
    expect([u.irq, u.in(IIR)]).toEqual([true, 0xc4]);
  });

  test("the THRE interrupt comes with enabling it and after each character, and goes with reading IIR", () => {
    const u = uart();
    u.out(MCR, 8);
    u.out(IER, 2);
    expect([u.irq, u.in(IIR), u.irq, u.in(IIR)]).toEqual([true, 0x02, false, 0x01]);
    u.out(RBR, 66);
    expect([u.irq, u.in(IIR), u.irq]).toEqual([true, 0x02, false]);
  });

  test("loopback: transmitter to receiver, modem outputs to modem inputs, nothing outside", () => {
    const u = uart();
    expect(u.in(MSR)).toBe(0xb0);
    u.out(MCR, 0x1e);
    expect(u.in(MSR)).toBe(0xd2); // DSR has changed; RI counts only when it goes
    expect(u.in(MSR)).toBe(0xd0);
    u.out(RBR, 0xae);
    expect([u.in(RBR), u.sent]).toEqual([0xae, []]);
    u.out(RBR, 1);
    u.out(RBR, 2); // overrun: the newer one replaces the older
    expect([u.in(LSR) & 2, u.in(LSR) & 2, u.in(RBR)]).toEqual([2, 0, 2]);
    u.out(MCR, 0x08);
    expect(u.in(MSR) & 0x04).toBe(0x04); // trailing edge of RI
  });

  test("with baud pacing a character takes its ten bits, both ways", () => {
    const u = uart("baud");
    u.out(LCR, 0x83);
    u.out(RBR, 1); // 115,200 baud
    u.out(IER, 0);
    u.out(LCR, 0x03);
    const character = 10 * 16 * 10; // bits, clocks per bit, cycles per clock
    u.out(RBR, 7);
    u.out(RBR, 8);
    expect(u.in(LSR) & 0x60).toBe(0);
    u.pass(character - 1);
    expect(u.sent).toEqual([]);
    u.pass(1);
    expect([u.sent.length, u.in(LSR) & 0x60]).toEqual([1, 0x20]);
    u.pass(character);
    expect([u.sent, u.in(LSR) & 0x60]).toEqual([[7, 8], 0x60]);
    u.chip.send([9, 10]);
    u.pass(character);
    expect([u.in(LSR) & 1, u.in(RBR), u.in(LSR) & 1]).toEqual([1, 9, 0]);
    u.pass(character);
    expect(u.in(RBR)).toBe(10);
  });

  test("save and restore in mid-transfer", () => {
    const u = uart("baud"), other = uart("baud");
    u.out(IIR, 1);
    u.out(IER, 3);
    for (const byte of [1, 2, 3]) u.out(RBR, byte);
    u.chip.send([4, 5, 6]);
    u.pass(20_000);
    other.pass(20_000);
    other.chip.restore(JSON.parse(JSON.stringify(u.chip.save())));
    other.clock.restore(u.clock.save());
    u.sent.length = 0;
    u.pass(1e7);
    other.pass(1e7);
    expect(other.sent).toEqual(u.sent);
    expect(other.chip.save()).toEqual(u.chip.save());
    expect([other.in(RBR), other.in(RBR), other.in(RBR)]).toEqual([4, 5, 6]);
  });
});
