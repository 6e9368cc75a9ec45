/**
 * Starts Debian's carbon-cache, carbon-aggregator and graphite-web for tests, on free ports of the
 * loopback address and in a folder of their own.
 *
 * @module
 */
import { join } from "@std/path";
import { freePort } from "../_free_port.ts";
import { canConnect } from "./_can_connect.ts";

/** Options of {@linkcode startGraphite}. */
export interface GraphiteOptions {
  /** Text of `storage-schemas.conf`. */
  readonly schemas: string;
  /** Text of `storage-aggregation.conf`; default: empty, so that carbon's defaults hold. */
  readonly aggregation?: string | undefined;
  /** Text of `aggregation-rules.conf`. */
  readonly rules: string;
  /** False: without graphite-web. Default: true. */
  readonly web?: boolean | undefined;
  /** False: without the aggregator. Default: as `web`. */
  readonly aggregator?: boolean | undefined;
}

/** One of the programs, to be stopped and started again. */
export interface GraphiteProgram {
  /** Sends the signal and waits for the end of the process. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again, and waits until it listens. */
  start(): Promise<void>;
}

/** The running programs; disposing of them ends the processes and removes their folder. */
export interface GraphiteProcesses extends AsyncDisposable {
  /** Port on which carbon-cache takes lines. */
  readonly carbonPort: number;
  /** Port on which carbon-aggregator takes lines. */
  readonly aggregatorPort: number;
  /** Port on which graphite-web answers. */
  readonly graphitePort: number;
  /** Process id of the carbon-cache that was started first, to ask for its use of the processor. */
  readonly carbonPid: number;
  /** Carbon-cache. */
  readonly cache: GraphiteProgram;
  /** Carbon-aggregator, where it was asked for. */
  readonly aggregator: GraphiteProgram | undefined;
  /** Folder of the whisper files. */
  readonly whisperDir: string;
}

const HOST = "127.0.0.1";
const CACHE = "/usr/bin/carbon-cache";
const AGGREGATOR = "/usr/bin/carbon-aggregator";
const WEB = "/usr/bin/graphite-manage";
/** Tries to connect, 50 ms apart, before it is given up. */
const MOST_TRIES = 600;

/** Whether graphite-carbon and graphite-web are installed. */
export const hasGraphite: boolean = [CACHE, AGGREGATOR, WEB].every((program) => {
  try {
    return Deno.statSync(program).isFile;
  } catch {
    return false;
  }
});

/**
 * Starts the programs.
 *
 * @param options See {@linkcode GraphiteOptions}.
 * @returns The programs, once they listen.
 * @throws {Error} When one does not listen in time.
 */
export async function startGraphite(options: GraphiteOptions): Promise<GraphiteProcesses> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_graphite_" });
  await using started = new AsyncDisposableStack();
  started.defer(() => Deno.remove(folder, { recursive: true }));
  const ports = {
    carbon: freePort(),
    pickle: freePort(),
    query: freePort(),
    aggregator: freePort(),
    aggregatorPickle: freePort(),
    graphite: freePort(),
  };
  await writeConfig(folder, ports, options);
  const daemon = (program: string) => [
    program,
    `--config=${join(folder, "carbon.conf")}`,
    `--pidfile=${join(folder, `${program.split("/").at(-1)}.pid`)}`,
    "--nodaemon",
    "start",
  ];
  const { web = true, aggregator: hasAggregator = web } = options;
  const launch = async (words: readonly string[], port: number) => {
    const program = started.use(new Program(folder, words, port));
    await program.start();
    return program;
  };
  const cache = await launch(daemon(CACHE), ports.carbon);
  const carbonPid = cache.pid;
  const aggregator = hasAggregator ? await launch(daemon(AGGREGATOR), ports.aggregator) : undefined;
  if (web) {
    await runToEnd(folder, [WEB, "migrate", "--run-syncdb", "--verbosity=0"]);
    await launch([WEB, "runserver", "--noreload", `${HOST}:${ports.graphite}`], ports.graphite);
  }
  const programs = started.move();
  return {
    carbonPort: ports.carbon,
    aggregatorPort: ports.aggregator,
    graphitePort: ports.graphite,
    carbonPid,
    cache,
    aggregator,
    whisperDir: join(folder, "whisper"),
    [Symbol.asyncDispose]: () => programs.disposeAsync(),
  };
}

async function writeConfig(
  folder: string,
  ports: Readonly<Record<string, number>>,
  { schemas, aggregation = "", rules }: GraphiteOptions,
): Promise<void> {
  for (const name of ["whisper", "log", "run"]) await Deno.mkdir(join(folder, name));
  const shared = [
    `STORAGE_DIR = ${folder}`,
    `LOCAL_DATA_DIR = ${join(folder, "whisper")}`,
    `CONF_DIR = ${folder}`,
    `LOG_DIR = ${join(folder, "log")}`,
    `PID_DIR = ${join(folder, "run")}`,
    "USER =",
    "ENABLE_TAGS = False",
    "CARBON_METRIC_INTERVAL = 0",
    ...["LINE", "PICKLE", "UDP"].map((kind) => `${kind}_RECEIVER_INTERFACE = ${HOST}`),
  ];
  const files = {
    "carbon.conf": [
      ...["[cache]", ...shared, "MAX_UPDATES_PER_SECOND = inf", "MAX_CREATES_PER_MINUTE = inf"],
      ...[`LINE_RECEIVER_PORT = ${ports.carbon}`, `PICKLE_RECEIVER_PORT = ${ports.pickle}`],
      ...[`CACHE_QUERY_INTERFACE = ${HOST}`, `CACHE_QUERY_PORT = ${ports.query}`],
      ...["[aggregator]", ...shared, `DESTINATIONS = ${HOST}:${ports.pickle}`],
      ...[`LINE_RECEIVER_PORT = ${ports.aggregator}`, "FORWARD_ALL = True"],
      `PICKLE_RECEIVER_PORT = ${ports.aggregatorPickle}`,
    ].join("\n"),
    "storage-schemas.conf": schemas,
    "storage-aggregation.conf": aggregation,
    "aggregation-rules.conf": rules,
    "rewrite-rules.conf": "",
    "copilot_graphite_settings.py": [
      `SECRET_KEY = "loopback"`,
      ...[`TIME_ZONE = "UTC"`, `ALLOWED_HOSTS = ["*"]`, "CARBONLINK_HOSTS = []"],
      ...[`STORAGE_DIR = "${folder}"`, `CONF_DIR = "${folder}"`, `LOG_DIR = "${folder}/log"`],
      ...[`INDEX_FILE = "${folder}/index"`, `WHISPER_DIR = "${folder}/whisper"`],
      ...["FIND_CACHE_DURATION = 0", "DEFAULT_CACHE_DURATION = 0", "LOG_ROTATION = False"],
      ...["ENFORCE_INPUT_VALIDATION = True", "DEFAULT_XFILES_FACTOR = 0"],
      `DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "${folder}/web.db"}}`,
    ].join("\n"),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder, name), `${text}\n`);
  }
}

function commandOf(folder: string, [program = "", ...args]: readonly string[]): Deno.Command {
  return new Deno.Command(program, {
    args,
    env: { GRAPHITE_SETTINGS_MODULE: "copilot_graphite_settings", PYTHONPATH: folder },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
}

async function runToEnd(folder: string, words: readonly string[]): Promise<void> {
  const { code } = await commandOf(folder, words).output();
  if (code !== 0) throw new Error(`Cannot run ${words.join(" ")}: exit code ${code}`);
}

/** A program and its present process. */
class Program implements GraphiteProgram, AsyncDisposable {
  readonly #folder: string;
  readonly #words: readonly string[];
  readonly #port: number;
  #process: Deno.ChildProcess | undefined;

  constructor(folder: string, words: readonly string[], port: number) {
    this.#folder = folder;
    this.#words = words;
    this.#port = port;
  }

  /** Process id; 0 while there is none. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    const child = commandOf(this.#folder, this.#words).spawn();
    this.#process = child;
    child.status.then(() => {
      if (this.#process === child) this.#process = undefined;
    });
    for (let tries = 0; tries < MOST_TRIES && this.#process === child; tries++) {
      if (await canConnect(this.#port)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Cannot start ${this.#words.join(" ")}: nothing listens on port ${this.#port}`);
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#process;
    child?.kill(signal);
    await child?.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }
}
