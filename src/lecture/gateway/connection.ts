/**
 * A kernel's connection: the loopback ports, the signing key, and the private file that carries both
 * (Jupyter client documentation, "Connection files").
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The contents of a connection file. */
export interface ConnectionInfo {
  transport: "tcp";
  ip: string;
  shell_port: number;
  control_port: number;
  stdin_port: number;
  iopub_port: number;
  hb_port: number;
  key: string;
  signature_scheme: "hmac-sha256";
  kernel_name: string;
}

/** Finds `count` different TCP ports on loopback that are free now. They may be taken by the time they are used. */
export async function freePorts(count: number, host = "127.0.0.1"): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, host, resolve);
      });
    }
    return servers.map((server) => (server.address() as { port: number }).port);
  } finally {
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }
}

/** A connection on the given ports (shell, control, stdin, iopub, heartbeat) with a fresh key. */
export function makeConnection(ports: readonly number[], kernelName: string): ConnectionInfo {
  const [shell, control, stdin, iopub, heartbeat] = ports;
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    shell_port: shell!,
    control_port: control!,
    stdin_port: stdin!,
    iopub_port: iopub!,
    hb_port: heartbeat!,
    key: randomBytes(32).toString("hex"),
    signature_scheme: "hmac-sha256",
    kernel_name: kernelName,
  };
}

/** Writes the connection file into a new private directory: only the user can read the key. */
export function writeConnection(connection: ConnectionInfo): { directory: string; file: string } {
  const directory = mkdtempSync(join(tmpdir(), "ringlab-kernel-")); // mode 0700
  const file = join(directory, "connection.json");
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  return { directory, file };
}
