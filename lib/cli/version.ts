/**
 * The version of Co-Pilot.
 *
 * @module
 */

import project from "../../deno.json" with { type: "json" };

/** The version, such as `0.1.0`. */
export const VERSION: string = project.version;
