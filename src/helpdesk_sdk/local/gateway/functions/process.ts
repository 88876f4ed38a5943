/** The process of one edge function. */

import type { Settings } from "../settings.ts";

/** Only a function that never listens reaches this limit. A slow machine may need long, so the process decides. */
const START_LIMIT_MS = 120_000;
const START_ATTEMPTS = 3;
const POLL_MS = 20;
const STDERR_KEPT = 4000;
const IDLE_MS = 10 * 60_000;
/** The functions that send to any host: webhooks, and Slack or what stands for it. */
const SENDERS = ["deliver", "slack"];
const GUARD = new URL("./guard.ts", import.meta.url).href;

/**
 * The newest modification time of a function: in its folder, in folders of shared code, whose names begin with an
 * underscore, and of the files that functions share. A change restarts the function.
 */
export async function lastModified(functionsDir: string, name: string): Promise<number> {
  let newest = 0;
  for (const entry of await listDirectory(functionsDir)) {
    const path = `${functionsDir}/${entry.name}`;
    if (entry.name === name || entry.name.startsWith("_")) {
      for (const file of await listDirectory(path)) newest = Math.max(newest, await modifiedAt(`${path}/${file.name}`));
    } else if (SHARED_FILES.has(entry.name)) {
      newest = Math.max(newest, await modifiedAt(path));
    }
  }
  return newest;
}

const CONFIGS = ["deno.json", "deno.jsonc"];
const SHARED_FILES = new Set([...CONFIGS, "deno.lock"]);

async function listDirectory(path: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

async function modifiedAt(path: string): Promise<number> {
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}

/**
 * Deno's arguments for a function's configuration: its own `deno.json`, or else the one that all functions share. A
 * lock file is kept to when there is one. `_gateway.py` has the same rule.
 */
export async function configArguments(functionsDir: string, name: string): Promise<string[]> {
  for (const folder of [`${functionsDir}/${name}`, functionsDir]) {
    for (const config of CONFIGS) {
      if (!await exists(`${folder}/${config}`)) continue;
      return [`--config=${folder}/${config}`, await exists(`${folder}/deno.lock`) ? "--frozen" : "--no-lock"];
    }
  }
  return ["--no-config", "--no-lock"];
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

export interface Clock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Wait for a process to listen: as long as it lives, within START_LIMIT_MS. */
export async function waitUntilListening(
  process: { readonly alive: boolean; listens(): Promise<boolean> },
  clock = SYSTEM_CLOCK,
): Promise<"listening" | "ended" | "timeout"> {
  const deadline = clock.now() + START_LIMIT_MS;
  while (process.alive) {
    if (await process.listens()) return "listening";
    if (clock.now() >= deadline) return "timeout";
    await clock.sleep(POLL_MS);
  }
  return "ended";
}

/** The line of a process's last output that says why it ended. */
export function reasonOf(output: string): string {
  const lines = output.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.findLast((line) => line.startsWith("error:")) ?? lines.at(-1) ?? "it printed no reason";
}

export class FunctionProcess {
  alive = true;
  #output = "";
  readonly #forwarded: Promise<void>;
  #idle: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    readonly modifiedAt: number,
    private readonly child: Deno.ChildProcess,
    private readonly port: number,
  ) {
    child.status.then(() => {
      this.alive = false;
      clearTimeout(this.#idle);
    });
    this.#forwarded = this.#forward(child.stderr, true).catch(() => {});
    this.#forward(child.stdout, false).catch(() => {});
  }

  /** Start a function and wait until it listens. */
  static async start(
    name: string,
    settings: Settings,
    dbUrl: string,
    gatewayPort: number,
    modifiedAt: number,
  ): Promise<FunctionProcess> {
    for (let attempt = 1;; attempt++) {
      const config = await configArguments(settings.functions_dir, name);
      const process = FunctionProcess.#spawn(name, settings, config, dbUrl, gatewayPort, modifiedAt);
      const outcome = await waitUntilListening(process);
      if (outcome === "listening") return process;
      await process.stop();
      if (outcome === "timeout") throw new Error(`did not listen within ${START_LIMIT_MS / 1000} seconds`);
      await process.#forwarded;
      // Another process took the port before the function did.
      if (attempt < START_ATTEMPTS && process.#output.includes("AddrInUse")) continue;
      throw new Error(`ended before it listened: ${reasonOf(process.#output)}`);
    }
  }

  static #spawn(
    name: string,
    settings: Settings,
    config: string[],
    dbUrl: string,
    gatewayPort: number,
    modifiedAt: number,
  ): FunctionProcess {
    const port = freePort();
    const command = new Deno.Command(Deno.execPath(), {
      args: denoArguments(name, settings, config, gatewayPort, port),
      cwd: settings.functions_dir,
      clearEnv: true,
      env: environment(name, settings, dbUrl, gatewayPort, port),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    return new FunctionProcess(modifiedAt, command.spawn(), port);
  }

  async fetch(path: string, init: RequestInit): Promise<Response> {
    clearTimeout(this.#idle);
    try {
      return await fetch(`http://127.0.0.1:${this.port}${path}`, init);
    } finally {
      const timer = setTimeout(() => void this.stop(), IDLE_MS);
      Deno.unrefTimer(timer);
      this.#idle = timer;
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    if (!this.alive) return;
    this.child.kill("SIGTERM");
    const hard = setTimeout(() => this.alive && this.child.kill("SIGKILL"), 2000);
    await this.child.status;
    clearTimeout(hard);
  }

  async listens(): Promise<boolean> {
    try {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
      connection.close();
      // The system may choose the very port as the source: then the connection is one with itself, and nobody listens.
      return (connection.localAddr as Deno.NetAddr).port !== this.port;
    } catch {
      return false;
    }
  }

  /**
   * Copy output to the gateway's log, and keep the end of standard error for the error message. The gateway's own
   * standard output is for its events alone.
   */
  async #forward(output: ReadableStream<Uint8Array>, isKept: boolean): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of output) {
      if (isKept) this.#output = (this.#output + decoder.decode(bytes, { stream: true })).slice(-STDERR_KEPT);
      try {
        for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
      } catch {
        // For example a full disk: the function goes on without a log.
      }
    }
  }
}

function freePort(): number {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  return port;
}

function denoArguments(
  name: string,
  settings: Settings,
  config: string[],
  gatewayPort: number,
  port: number,
): string[] {
  const database = new URL(settings.db_url).host;
  const hosts = [`127.0.0.1:${gatewayPort}`, `127.0.0.1:${port}`, database, ...settings.functions_net];
  if (settings.embeddings.url) hosts.push(new URL(settings.embeddings.url).host);
  // It may go anywhere on hosted Supabase, too, and looks at each target itself.
  const net = SENDERS.includes(name) ? "--allow-net" : `--allow-net=${hosts.join(",")}`;
  const visible = [...Object.keys(environment(name, settings, "", 0, 0)), ...LIBRARY_VARIABLES];
  return [
    "run",
    "--quiet",
    "--no-prompt",
    ...config,
    "--node-modules-dir=none",
    net,
    `--allow-env=${visible.filter((variable) => !HIDDEN_VARIABLES.has(variable)).join(",")}`,
    `--allow-read=${settings.functions_dir}`,
    `--preload=${GUARD}`,
    `${settings.functions_dir}/${name}/index.ts`,
  ];
}

/** Variables that libraries read. They are absent here, but reading them must not fail. */
const LIBRARY_VARIABLES = ["NODE_ENV", "NODE_DEBUG", "DEBUG", "WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"];

/** Variables for Deno itself, hidden from the function. */
const HIDDEN_VARIABLES = new Set([
  "HOME",
  "PATH",
  "DENO_DIR",
  "DENO_SERVE_ADDRESS",
  "DENO_NO_UPDATE_CHECK",
  "NO_COLOR",
]);

function environment(
  name: string,
  settings: Settings,
  dbUrl: string,
  gatewayPort: number,
  port: number,
): Record<string, string> {
  const own: Record<string, string> = {};
  for (const variable of ["HOME", "PATH", "DENO_DIR"]) {
    const value = Deno.env.get(variable);
    if (value !== undefined) own[variable] = value;
  }
  return {
    ...own,
    ...Object.fromEntries(Object.entries(settings.functions_env).filter(([key]) => !key.startsWith("SUPABASE_"))),
    HELPDESK_EMBEDDINGS_URL: settings.embeddings.url,
    HELPDESK_EMBEDDINGS_MODEL: settings.embeddings.model,
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    SUPABASE_URL: `http://127.0.0.1:${gatewayPort}`,
    SUPABASE_ANON_KEY: settings.publishable_key,
    SUPABASE_SERVICE_ROLE_KEY: settings.secret_key,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: settings.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: settings.secret_key }),
    SUPABASE_JWKS: JSON.stringify({ keys: [] }),
    SUPABASE_DB_URL: dbUrl,
    SB_REGION: "local",
    SB_EXECUTION_ID: crypto.randomUUID(),
    DENO_DEPLOYMENT_ID: `helpdesk_${name}_local`,
  };
}
