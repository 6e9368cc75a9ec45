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
  /** False: carbon-cache alone, without the aggregator and graphite-web. Default: true. */
  readonly web?: boolean | undefined;
}

/** The running programs; disposing of them ends the processes and removes their folder. */
export interface GraphiteProcesses extends AsyncDisposable {
  /** Port on which carbon-cache takes lines. */
  readonly carbonPort: number;
  /** Port on which carbon-aggregator takes lines. */
  readonly aggregatorPort: number;
  /** Port on which graphite-web answers. */
  readonly graphitePort: number;
  /** Process id of carbon-cache, to ask for its use of the processor. */
  readonly carbonPid: number;
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
  const cache = await launch(started, folder, daemon(CACHE), ports.carbon);
  if (options.web ?? true) {
    await runToEnd(folder, [WEB, "migrate", "--run-syncdb", "--verbosity=0"]);
    const web = [WEB, "runserver", "--noreload", `${HOST}:${ports.graphite}`];
    await Promise.all([
      launch(started, folder, daemon(AGGREGATOR), ports.aggregator),
      launch(started, folder, web, ports.graphite),
    ]);
  }
  const programs = started.move();
  return {
    carbonPort: ports.carbon,
    aggregatorPort: ports.aggregator,
    graphitePort: ports.graphite,
    carbonPid: cache,
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

/** Starts a program whose end is the stack's; resolves to its process id once it listens. */
async function launch(
  stack: AsyncDisposableStack,
  folder: string,
  words: readonly string[],
  port: number,
): Promise<number> {
  const child = commandOf(folder, words).spawn();
  let hasEnded = false;
  const end = child.status.then(() => hasEnded = true);
  stack.defer(async () => {
    if (!hasEnded) child.kill("SIGKILL");
    await end;
  });
  for (let tries = 0; tries < MOST_TRIES && !hasEnded; tries++) {
    if (await canConnect(port)) return child.pid;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot start ${words.join(" ")}: nothing listens on port ${port}`);
}
