/**
 * How the sandbox's Carbon sums up: as the original's, but for two things that a site of today needs.
 *
 * @module
 */
import { ORIGINAL_AGGREGATION_RULES } from "../carbon/mod.ts";

/** The original's rules for all disks of a manager: it asks for `sda1` alone, which few machines have. */
export const AGGREGATION_RULES: string = ORIGINAL_AGGREGATION_RULES.replace(".sda1", ".*");

/**
 * `storage-aggregation.conf`: counts become sums of the longer times, and a quiet minute is no unknown one.
 * Carbon's defaults would make averages of counts, and drop what half of the points do not know.
 */
export const STORAGE_AGGREGATION: string = String.raw`
[counts]
pattern = (\.count|\.updates|\.totalJobs|\.errors|\.error\.\w+|\.job\.(start|end|takenBack|handedBack))$
xFilesFactor = 0
aggregationMethod = sum

[readings]
pattern = .*
xFilesFactor = 0
aggregationMethod = average
`;
