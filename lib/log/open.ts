/**
 * Opens a component's log as its configuration says.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { ConfigError } from "../config/config_error.ts";
import type { LoggingVariables } from "../config/shared_variables.ts";
import type { ConfigOf } from "../config/variables.ts";
import { messageOf } from "../error_message.ts";
import { openDispatcher, parseDispatchConfig } from "./dispatch_config.ts";
import { DispatchSyntaxError } from "./dispatch_text.ts";
import { jsonFormat, textFormat } from "./format.ts";
import { createLogger, type Logger } from "./logger.ts";
import { fileSink, lineSink, type LogSink } from "./sink.ts";

/** Largest configuration file of Log::Dispatch in bytes. */
const LARGEST_FILE_BYTES = 1 << 18;

/** A log that is open; disposing it closes its files. */
export interface OpenLog extends Disposable {
  /** Gives each record to every output of the configuration. */
  readonly logger: Logger;
}

/** Options of {@linkcode openLog}. */
export interface OpenLogOptions {
  /** The component, for errors. */
  readonly component: string;
  /** First part of the names of the variables, for errors: `AGENT`. */
  readonly prefix: string;
  /** Time of the records. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** What went wrong with the file at `path`, as the end of a sentence. */
function describeFailure(error: unknown): string {
  if (error instanceof DispatchSyntaxError && error.line > 0) {
    return `line ${error.line}: ${error.message}`;
  }
  return messageOf(error);
}

function configError(
  options: OpenLogOptions,
  variable: "LOGGER_CONFIG_FILE" | "LOG_FILE",
  path: string,
  error: unknown,
): ConfigError {
  const name = `${options.prefix}_${variable}`;
  const isConfig = variable === "LOGGER_CONFIG_FILE";
  return new ConfigError(options.component, [{
    subject: name,
    problem: `= ${JSON.stringify(path)} cannot be used`,
    where: describeFailure(error),
    meaning: isConfig
      ? "Log::Dispatch configuration, which says where and what to log"
      : "File to append to instead of standard error",
    example: isConfig
      ? "dispatchers = file, then [file] with class = Log::Dispatch::File, filename = /var/log/copilot.log, min_level = info"
      : `${name} /var/log/copilot.log`,
  }]);
}

async function readText(path: string): Promise<string> {
  const { size } = await Deno.stat(path);
  if (size > LARGEST_FILE_BYTES) {
    throw new RangeError(`${size} bytes are more than the limit of ${LARGEST_FILE_BYTES}`);
  }
  return await Deno.readTextFile(path);
}

/** Opens the sinks one by one; if one fails, those before it are closed. */
function openAll(openers: readonly (() => LogSink)[]): LogSink[] {
  const sinks: LogSink[] = [];
  try {
    for (const open of openers) sinks.push(open());
    return sinks;
  } catch (error) {
    for (const sink of sinks) sink[Symbol.dispose]();
    throw error;
  }
}

function openSimple(config: ConfigOf<LoggingVariables>): LogSink {
  const options = {
    minLevel: config.logLevel,
    format: config.logFormat === "json" ? jsonFormat : textFormat,
  };
  const { logFile } = config;
  return logFile === undefined ? lineSink(Deno.stderr, options) : fileSink(logFile, options);
}

function asOpenLog(sinks: readonly LogSink[], options: OpenLogOptions): OpenLog {
  return {
    logger: createLogger({ sinks, clock: options.clock }),
    [Symbol.dispose]() {
      for (const sink of sinks) sink[Symbol.dispose]();
    },
  };
}

/**
 * Opens a log: by the Log::Dispatch file where one is configured, else to a file or standard error
 * by level and form. What the Log::Dispatch file asks for in vain is logged as a warning.
 *
 * @param config The values of `loggingVariables`.
 * @param options The component and the clock.
 * @returns The log.
 * @throws {ConfigError} When a file is missing, cannot be understood or cannot be written.
 */
export async function openLog(
  config: ConfigOf<LoggingVariables>,
  options: OpenLogOptions,
): Promise<OpenLog> {
  const { loggerConfigFile, logFile } = config;
  if (loggerConfigFile === undefined) {
    try {
      return asOpenLog([openSimple(config)], options);
    } catch (error) {
      throw configError(options, "LOG_FILE", logFile ?? "", error);
    }
  }
  try {
    const { dispatchers, warnings } = parseDispatchConfig(await readText(loggerConfigFile));
    const sinks = openAll(dispatchers.map((dispatcher) => () => openDispatcher(dispatcher)));
    const log = asOpenLog(sinks, options);
    for (const warning of warnings) log.logger.warning(`${loggerConfigFile} ${warning}`);
    return log;
  } catch (error) {
    throw configError(options, "LOGGER_CONFIG_FILE", loggerConfigFile, error);
  }
}
