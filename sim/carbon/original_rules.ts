/**
 * The original's own carbon configuration: what it aggregates, and how long it keeps what.
 *
 * @module
 */

const MANAGERS = "copilot.jobmanager.generic.*";
const AGGREGATE = "copilot.aggregate.jobmanager.generic";

/** The original's `aggregation-rules.conf`. */
export const ORIGINAL_AGGREGATION_RULES: string = `
${AGGREGATE}.disk.<state> (60) = sum ${MANAGERS}.system.disk.<state>.sda1
${AGGREGATE}.mem.<state> (60) = sum ${MANAGERS}.system.ram.<state>.mem
${AGGREGATE}.load (60) = avg ${MANAGERS}.system.load.1min
${AGGREGATE}.queuedJobs (60) = sum ${MANAGERS}.queuedJobs
${AGGREGATE}.rt.totalJobs (10) = sum ${MANAGERS}.job.*.count
${AGGREGATE}.rt.errors (10) = sum ${MANAGERS}.error.*
${AGGREGATE}.rt.job.<status>.count (10) = sum ${MANAGERS}.job.<status>.count
${AGGREGATE}.rt.job.<status>.avg (10) = avg ${MANAGERS}.job.<status>.gmean
`;

/**
 * The original's `storage-schemas.conf`, in one point mended: it rolls weeks up into twelfths of a year
 * (2629744 s), which no week divides. Carbon leaves such a section out; four weeks take their place here,
 * over the same five years.
 */
export const ORIGINAL_STORAGE_SCHEMAS: string = String.raw`
[managers]
pattern = ^copilot\.jobmanager\.generic\.[^.]+\.(system\.|queuedJobs$)
retentions = 60:44640,600:52594,3600:43829

[connected]
pattern = ^copilot\.ejabberd\.
retentions = 60:44640,600:52594,3600:43829

[realtime]
pattern = ^copilot\.aggregate\.jobmanager\.generic\.rt\.
retentions = 10:2160,60:10080,600:262974

[per-day]
pattern = ^copilot\.aggregate\.perDay\.
retentions = 86400:31,604800:53,2419200:66

[aggregates]
pattern = ^copilot\.aggregate\.
retentions = 60:44640,600:52594,3600:262974

[events]
pattern = ^copilot\.
retentions = 10:2160,60:10080,600:262974
`;
