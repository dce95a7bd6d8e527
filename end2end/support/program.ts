/** The release binary as a process: start, the links it prints, stop, kill. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Longest wait for the program to say that it serves, in milliseconds. */
const START = 60_000;

/** The binary under test. */
export function binary(): string {
  const path = process.env.KYOHYO_BIN;
  if (!path) throw new Error("KYOHYO_BIN names the binary under test; `cargo xtask test --only e2e` sets it");
  return path;
}

/** A folder of our own for one program's data. */
export function dataFolder(): string {
  return mkdtempSync(join(tmpdir(), "kyohyo-end2end-"));
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A running program. */
export class Program {
  /** What it printed: data on stdout, log on stderr. */
  out = "";
  log = "";

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly data: string,
  ) {}

  /** Starts `kyohyo serve` on a folder and waits until it answers. */
  static async start(data: string, port: number, ...more: string[]): Promise<Program> {
    const child = spawn(binary(), ["serve", "--listen", `127.0.0.1:${port}`, "--data", data, ...more], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const program = new Program(child, `http://127.0.0.1:${port}`, data);
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        child.kill("SIGKILL");
        reject(new Error(`not serving after ${START} ms\n${program.log}`));
      }, START);
      child.stdout?.on("data", (chunk: Buffer) => (program.out += chunk.toString()));
      child.stderr?.on("data", (chunk: Buffer) => {
        program.log += chunk.toString();
        if (program.log.includes("serving on")) {
          clearTimeout(late);
          resolve();
        }
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`exit ${code}\n${program.out}\n${program.log}`)));
    });
    return program;
  }

  /** The one-time link printed for an e-mail address; without one, the administrator's. */
  link(email?: string): string {
    const lines = this.out.split("\n");
    const line = email
      ? lines.find((l) => l.includes(email))
      : lines.find((l) => l.includes("/welcome/") && !l.includes("@"));
    const link = line?.match(/\S+\/welcome\/\S+/)?.[0];
    if (!link) throw new Error(`no link for ${email ?? "the administrator"} in:\n${this.out}`);
    return link;
  }

  /** Asks it to stop and waits until it is gone. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Pulls the plug. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill(signal);
    await gone;
  }
}
