/**
 * What roles and tools share at the terminal: exit codes, signals, errors, tables, JSON. The parser
 * of command lines stands apart in `cli/flags.ts`, since loading it takes time.
 *
 * @module
 */

export * from "./cli/display_width.ts";
export * from "./cli/exit_code.ts";
export * from "./cli/main.ts";
export * from "./cli/output.ts";
export * from "./cli/report_files.ts";
export * from "./cli/role_config.ts";
export * from "./cli/table.ts";
export * from "./cli/version.ts";
