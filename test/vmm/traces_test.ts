import { expect, test } from "vitest";
import { type TraceClient, Traces } from "../../src/vmm/memory/traces.ts";

function client(heard: string[], name: string): TraceClient {
  return { name, wrote: (gpa, bytes) => heard.push(`${name} ${gpa.toString(16)}+${bytes}`) };
}

test("clients hear of writes to their frames, in the order in which they asked", () => {
  const traces = new Traces(8), heard: string[] = [];
  const a = client(heard, "a"), b = client(heard, "b");
  traces.add(3, a);
  traces.add(3, b);
  traces.add(3, a);
  traces.add(4, b);
  traces.notify(0x3ffc, 4);
  traces.notify(0x4000, 1);
  traces.notify(0x5000, 1);
  expect(heard).toEqual(["a 3ffc+4", "b 3ffc+4", "b 4000+1"]);
  expect([traces.has(3, a), traces.has(4, a), traces.size]).toEqual([true, false, 2]);
});

test("a frame's first client switches its trace on, the last one off", () => {
  const traces = new Traces(8), changes: string[] = [];
  traces.onChange = (gfn, traced) => changes.push(`${gfn} ${traced} ${traces.traced(gfn)}`);
  const a = client([], "a"), b = client([], "b");
  traces.add(3, a);
  traces.add(3, b);
  traces.remove(3, a);
  traces.remove(3, a);
  traces.remove(5, a);
  traces.remove(3, b);
  expect(changes).toEqual(["3 true true", "3 false false"]);
  expect(traces.traced(3)).toBe(false);
});

test("a client may leave, or come, while it hears of a write", () => {
  const traces = new Traces(8), heard: string[] = [];
  const late = client(heard, "late");
  const once: TraceClient = {
    name: "once",
    wrote: () => {
      heard.push("once");
      traces.remove(3, once);
      traces.add(3, late);
    },
  };
  traces.add(3, once);
  traces.add(3, client(heard, "other"));
  traces.notify(0x3000, 4);
  traces.notify(0x3004, 4);
  expect(heard).toEqual(["once", "other 3000+4", "other 3004+4", "late 3004+4"]);
});

test("frames beyond the memory are not traced, and cannot be", () => {
  const traces = new Traces(8);
  expect([traces.traced(8), traces.traced(0xfffff), traces.traced(-1)]).toEqual([false, false, false]);
  expect(() => traces.add(8, client([], "a"))).toThrow(RangeError);
});
