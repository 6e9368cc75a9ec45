/**
 * What a Log::Dispatch configuration asks for: which sinks, from which level, in which form.
 *
 * @module
 */

import { type DispatchSettings, DispatchSyntaxError, parseDispatchText } from "./dispatch_text.ts";
import { jsonFormat, type LogFormat, patternFormat, textFormat } from "./format.ts";
import { type LogLevel, parseLogLevel } from "./level.ts";
import { fileSink, lineSink, type LogSink } from "./sink.ts";

/** A dispatcher of the file, checked. */
export interface Dispatcher {
  /** Its name in the file. */
  readonly name: string;
  /** `file` writes to {@linkcode filename}, `stdout` and `stderr` to the stream. */
  readonly target: "file" | "stdout" | "stderr";
  /** Path of the file; empty for the streams. */
  readonly filename: string;
  /** Whether the file is emptied first. */
  readonly truncate: boolean;
  /** Permissions of a new file. */
  readonly permissions: number | undefined;
  /** Least important level. */
  readonly minLevel: LogLevel;
  /** Most important level. */
  readonly maxLevel: LogLevel;
  /** Form of the lines. */
  readonly format: LogFormat;
}

/** A whole file, checked. */
export interface DispatchConfig {
  /** The dispatchers in the file's order; none means that nothing is logged. */
  readonly dispatchers: readonly Dispatcher[];
  /** Settings that have no effect here. */
  readonly warnings: readonly string[];
}

/** Settings of Log::Dispatch's outputs that change nothing here, since lines are written at once. */
const WITHOUT_EFFECT = new Set(["autoflush", "close_after_write", "binmode", "name", "newline"]);
const WITH_EFFECT = new Set([
  "class",
  "min_level",
  "max_level",
  "filename",
  "mode",
  "permissions",
  "stderr",
  "format",
]);

/** Looks up the settings of one dispatcher. */
class DispatcherReader {
  constructor(private readonly settings: DispatchSettings, readonly name: string) {}

  text(key: string): string | undefined {
    return this.settings.get(`${this.name}.${key}`)?.value;
  }

  /** The error for a setting of this dispatcher. */
  error(key: string, expected: string): DispatchSyntaxError {
    const setting = this.settings.get(`${this.name}.${key}`);
    const found = setting === undefined
      ? "found nothing"
      : `found ${JSON.stringify(setting.value.slice(0, 60))}`;
    return new DispatchSyntaxError(
      `Expected ${expected} for ${this.name.slice(0, 60)}.${key}, ${found}`,
      setting?.line ?? 0,
    );
  }

  level(key: string, fallback: LogLevel): LogLevel {
    const text = this.text(key);
    if (text === undefined) return fallback;
    const level = parseLogLevel(text);
    if (level === undefined) throw this.error(key, "a level such as info");
    return level;
  }

  permissions(): number | undefined {
    const text = this.text("permissions");
    if (text === undefined) return undefined;
    if (!/^0?[0-7]{3}$/.test(text)) throw this.error("permissions", "octal digits such as 0644");
    return parseInt(text, 8);
  }

  truncates(): boolean {
    const mode = this.text("mode") ?? "write";
    if (mode === "append" || mode === ">>") return false;
    if (mode === "write" || mode === ">" || mode === "clobber") return true;
    throw this.error("mode", "append or write");
  }

  format(): LogFormat {
    const pattern = this.text("format") ?? this.settings.get("format")?.value;
    if (pattern === undefined) return textFormat;
    return pattern === "json" ? jsonFormat : patternFormat(pattern);
  }

  read(): Dispatcher {
    const isFile = /^Log::Dispatch::File(::Locked)?$/.test(this.text("class") ?? "");
    if (!isFile && this.text("class") !== "Log::Dispatch::Screen") {
      throw this.error("class", "Log::Dispatch::File or Log::Dispatch::Screen");
    }
    const filename = this.text("filename") ?? "";
    if (isFile && filename === "") throw this.error("filename", "a path");
    const toStderr = !/^(0|off|false|no|)$/i.test(this.text("stderr") ?? "1");
    return {
      name: this.name,
      target: isFile ? "file" : toStderr ? "stderr" : "stdout",
      filename,
      truncate: isFile && this.truncates(),
      permissions: isFile ? this.permissions() : undefined,
      minLevel: this.level("min_level", "debug"),
      maxLevel: this.level("max_level", "emergency"),
      format: this.format(),
    };
  }
}

function warnOfSettings(settings: DispatchSettings, names: readonly string[]): string[] {
  const warnings: string[] = [];
  for (const [key, { line }] of settings) {
    if (key === "dispatchers" || key === "format") continue;
    const dot = key.lastIndexOf(".");
    const [name, setting] = [key.slice(0, dot), key.slice(dot + 1)];
    const isKnown = WITH_EFFECT.has(setting) || WITHOUT_EFFECT.has(setting);
    if (!names.includes(name)) {
      const shown = key.slice(0, 120);
      warnings.push(`line ${line}: Ignored ${shown}: no dispatcher of that name is listed`);
    } else if (!isKnown) {
      warnings.push(`line ${line}: Ignored the unknown setting ${key.slice(0, 120)}`);
    }
  }
  return warnings;
}

/**
 * Reads a Log::Dispatch configuration. `format = json` gives lines of JSON, which Log::Dispatch
 * does not know.
 *
 * @param text The text of the file.
 * @returns Its dispatchers and warnings.
 * @throws {DispatchSyntaxError} When the file cannot be understood, names a class other than
 * `Log::Dispatch::File` and `Log::Dispatch::Screen`, or a value is of the wrong kind.
 */
export function parseDispatchConfig(text: string): DispatchConfig {
  const settings = parseDispatchText(text);
  const list = settings.get("dispatchers");
  if (list === undefined) {
    throw new DispatchSyntaxError("Expected a line such as `dispatchers = file`, found none", 0);
  }
  const names = list.value.split(/[\s,]+/).filter((name) => name !== "");
  return {
    dispatchers: names.map((name) => new DispatcherReader(settings, name).read()),
    warnings: warnOfSettings(settings, names),
  };
}

/**
 * Opens the sink of a dispatcher.
 *
 * @param dispatcher The dispatcher.
 * @returns The sink.
 * @throws {Deno.errors.NotFound} When the file's directory does not exist.
 * @throws {Deno.errors.PermissionDenied} When the file may not be written.
 */
export function openDispatcher(dispatcher: Dispatcher): LogSink {
  const { target, filename } = dispatcher;
  if (target === "file") return fileSink(filename, dispatcher);
  return lineSink(target === "stderr" ? Deno.stderr : Deno.stdout, dispatcher);
}
