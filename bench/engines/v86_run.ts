// Runs one ROM image on v86 and prints the sample. The guest's write to the debug-exit port ends it.
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { V86 } from "v86";
import { threadSeconds } from "../processor_time.ts";

/** What v86 offers besides its declared interface: the port space. */
interface Inside {
  readonly v86: {
    readonly cpu: {
      readonly io: { register_write(port: number, device: unknown, write: (value: number) => void): void };
    };
  };
}

const image = new Uint8Array(readFileSync(process.argv[2]!));
const emulator = new V86({
  wasm_path: fileURLToPath(new URL("../../node_modules/v86/build/v86.wasm", import.meta.url)),
  bios: { buffer: image.buffer },
  memory_size: 64 << 20,
  vga_memory_size: 2 << 20,
  autostart: false,
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
});
let output = "";
emulator.add_listener("serial0-output-byte", (byte: number) => {
  output += String.fromCharCode(byte);
});
emulator.add_listener("emulator-loaded", () => {
  const start = threadSeconds();
  (emulator as unknown as Inside).v86.cpu.io.register_write(0xf4, null, () => {
    console.log(JSON.stringify({ seconds: threadSeconds() - start, output: output.trimEnd() }));
    process.exit(0);
  });
  void emulator.run();
});
