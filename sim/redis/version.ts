/**
 * The version of Redis whose behaviour this server shows.
 *
 * @module
 */

/** As `INFO` and `HELLO` answer it. */
export const REDIS_VERSION = "7.0.15";
