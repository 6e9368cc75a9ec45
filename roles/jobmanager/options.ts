/**
 * What a job manager needs to be told.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { Logger } from "../../lib/log.ts";
import type { Host } from "../../lib/machine/host.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import type { ContainerOptions } from "../../lib/messaging/container.ts";
import type { DeliveryOptions } from "../../lib/messaging/delivery.ts";
import type { EventReporterOptions } from "../../lib/messaging/event_reporter.ts";
import type { Link } from "../../lib/messaging/link.ts";
import type { Random } from "../../lib/random.ts";
import type { JobEscort } from "./job_escort.ts";
import type { JobSupplier } from "./job_supplier.ts";
import type { EndedJob } from "./output.ts";
import type { Retention } from "./retention.ts";

/** Options of a job manager; the variables of the original are named beside ours. */
export interface JobManagerOptions {
  /** The manager's XMPP session; opened when it runs, closed when it stops. */
  readonly link: Link;
  /** The queue, which other managers may share. */
  readonly store: JobStore;
  /** Fills the queue when it is empty and an agent asks. Default: jobs are submitted alone. */
  readonly supplier?: JobSupplier | undefined;
  /** Follows jobs beyond the site: to a grid. Default: nobody does. */
  readonly escort?: JobEscort | undefined;
  /** Folder shared with the Chirp server (`JM_CHIRP_WORK_DIR`). */
  readonly chirpFolder: Workspace;
  /** Folder of finished jobs (`JM_DONE_JOB_DIR`). Default: output stays in the shared folder. */
  readonly doneFolder?: Workspace | undefined;
  /** Address of the Chirp server as agents reach it, `host:port`. */
  readonly chirpAddress: string;
  /** A file that agents must have (`JM_JOB_REQUIRE_FILE`). Default: none. */
  readonly requireFile?: string | undefined;
  /** Which half of the work is done (`JM_QUEUE_ONLY_MODE_ON`, `JM_STORAGE_ONLY_MODE_ON`). Default: both. */
  readonly mode?: "queue" | "storage" | "both" | undefined;
  /**
   * JID of another manager to which agents are sent with their output (`JM_REDIRECT_STORAGE_TO`). Default:
   * none, output is taken here.
   */
  readonly redirectStorageTo?: string | undefined;
  /** An agent that asks again within so many seconds is sent to sleep (`JM_REQUEST_COOLDOWN`). Default: 0, never. */
  readonly cooldownSeconds?: number | undefined;
  /** False: a hand-out is final, as beside managers of the original (`JM_LEASES`). Default: true. */
  readonly leases?: boolean | undefined;
  /** Length of a lease without a sign of life (`JM_LEASE_SECONDS`). Default: 86,400. */
  readonly leaseSeconds?: number | undefined;
  /** Time in which pings may stay unanswered (`JM_LEASE_SILENCE`). Default: 600. */
  readonly silenceSeconds?: number | undefined;
  /** Which finished jobs are forgotten when. Default: none ever. */
  readonly retention?: Retention | undefined;
  /** Bare JID of the Heartbeat room. Default: none. */
  readonly room?: string | undefined;
  /** The machine, for whoever asks through Heartbeat. Default: none, pings alone are answered. */
  readonly host?: Host | undefined;
  /**
   * The monitor's JID (`MON_JABBER_ADDRESS`) and the name under which events are reported to it, such as
   * `jobmanager.generic.alpha`. Default: none, nothing is reported.
   */
  readonly monitor?: Pick<EventReporterOptions, "monitor" | "component"> | undefined;
  /** Told of every job that has ended. Default: nobody is. */
  readonly onEnd?: ((ended: EndedJob) => void) | undefined;
  /** Told of every hand-out and result, and of whatever goes wrong. */
  readonly log: Logger;
  /** Form of messages (`XMPP_ENVELOPE`), see `ContainerOptions`. Default: `original`. */
  readonly envelope?: ContainerOptions["envelope"];
  /** Tuning of resends and of the memory of received messages. Default: none. */
  readonly delivery?: Partial<DeliveryOptions> | undefined;
  /** Clock of sweeps and resends; lease times are those of Redis. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of message ids. Default: the machine's. */
  readonly random?: Random | undefined;
}
