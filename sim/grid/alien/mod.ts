/**
 * AliEn's central services, for demonstrations and tests: what its published interface shows of a task
 * queue, a file catalogue and storage elements, with failures on demand.
 *
 * @module
 */
export * from "./central_services.ts";
export * from "./faults.ts";
export * from "./file_catalogue.ts";
export * from "./memory.ts";
export * from "./server.ts";
export * from "./storage_element.ts";
export * from "./task_queue.ts";
export * from "./tool_book.ts";
