/**
 * Logging of components: levels and files of Log::Dispatch, lines of text or of JSON, safe against
 * text from the wire.
 *
 * @example
 * ```ts
 * import { createLogger, memorySink, textFormat } from "./log.ts";
 * import { assertMatch } from "@std/assert";
 *
 * const sink = memorySink();
 * const logger = createLogger({ sinks: [sink] });
 * logger.info("Waking the component up.");
 * assertMatch(sink.records.map(textFormat).join("\n"), /^\[.*\] \[info\] Waking the component up\.$/);
 * ```
 *
 * @module
 */

export * from "./log/dispatch_config.ts";
export { DispatchSyntaxError } from "./log/dispatch_text.ts";
export { escapeControls } from "./log/escape.ts";
export type { LogFields } from "./log/fields.ts";
export * from "./log/format.ts";
export * from "./log/level.ts";
export * from "./log/logger.ts";
export * from "./log/open.ts";
export * from "./log/sink.ts";
