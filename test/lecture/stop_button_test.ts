/** The Stop button and a machine's run, against a real Deno kernel. */
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { embeddedServer, KernelSession } from "../../src/lecture/mod.ts";

const server = embeddedServer();
afterAll(() => server.close());

test("ends a run between two instructions, says so, and keeps kernel, variables and machine", async () => {
  const cwd = fileURLToPath(new URL("../../notebooks/", import.meta.url));
  const session = await KernelSession.open({ server, kernel: "ringlab", cwd });
  try {
    const setUp = await session.execute(`
      import { asm, Machine } from "ringlab";
      const machine = new Machine({ memory: "1M" });
      machine.load(asm("bits 32\\nagain: inc eax\\n jmp again"));
      machine.registers.gpr.eax`);
    expect(setUp.status).toBe("ok");
    const running = session.execute("await machine.run()");
    setTimeout(() => void session.interrupt(), 700);
    const stopped = await running;
    expect(stopped).toMatchObject({ status: "error", error: { ename: "StoppedError" } });
    expect(stopped.error?.evalue).toMatch(
      /^Stopped by the Stop button after [\d,]+ cycles; the machine can be continued\.$/,
    );
    const later = await session.execute(`
      const before = machine.registers;
      const run = await machine.run({ maxInstructions: 1001 });
      [before.gpr.eax > 0, run.status, machine.registers.instructions - before.instructions]`);
    expect(later.outputs.at(-1)).toMatchObject({ data: { "text/plain": '[ true, "limit", 1001 ]' } });
  } finally {
    await session.close();
  }
});
