// Constructs a machine, which makes V8 compile the engine: for bytecode.ts.
import { Machine } from "../src/machine/mod.ts";

new Machine({ memory: "1M", history: false });
