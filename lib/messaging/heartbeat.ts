/**
 * The Heartbeat plugin (report 2.2.6): answers `Heartbeat:ping` and `Heartbeat:getStatus`, in a room or
 * directly. Leases live by it: an agent that answers keeps its job.
 *
 * @module
 */
import { messageOf } from "../error_message.ts";
import { type Logger, silentLogger } from "../log.ts";
import type { Host } from "../machine/host.ts";
import type { Command } from "../protocol/commands.ts";
import type { CommandHandler, Reply } from "./container.ts";
import {
  answeredComponent,
  isStatusComponent,
  readStatus,
  type StatusComponent,
} from "./heartbeat_status.ts";

/** Prefix under which the plugin is registered. */
export const HEARTBEAT_PREFIX = "Heartbeat";

/** Time for which a reading is sent again while nobody acknowledges it; an older one is of no use. */
const STATUS_LASTS_MS = 60_000;

/** Options of {@linkcode heartbeat}. */
export interface HeartbeatOptions {
  /** The machine that is asked for. Default: none, only pings are answered. */
  readonly host?: Host | undefined;
  /** Told of readings that fail. Default: nobody is. */
  readonly log?: Logger | undefined;
}

/**
 * Makes the plugin of a component.
 *
 * A status is read when it is asked for. Where a reading fails, it is logged and not answered; what the
 * original does not know is not answered either.
 *
 * @param options See {@linkcode HeartbeatOptions}.
 * @returns The plugin, to be registered under {@linkcode HEARTBEAT_PREFIX}.
 */
export function heartbeat(options: HeartbeatOptions = {}): CommandHandler {
  return new Heartbeat(options);
}

class Heartbeat implements CommandHandler {
  readonly #host: Host | undefined;
  readonly #log: Logger;
  /** Readings that are being taken: whoever asks meanwhile gets the same, however many ask. */
  readonly #running = new Map<StatusComponent, Promise<string>>();

  constructor({ host, log = silentLogger }: HeartbeatOptions) {
    this.#host = host;
    this.#log = log;
  }

  handle(command: Command): readonly Reply[] | Promise<readonly Reply[]> {
    switch (command.command) {
      case "Heartbeat:ping":
        return [{ command: { command: "pong" }, noack: true }];
      case "Heartbeat:getStatus":
        return this.#tellStatus(command.component);
      default:
        return [];
    }
  }

  async #tellStatus(component: string): Promise<readonly Reply[]> {
    if (this.#host === undefined || !isStatusComponent(component)) return [];
    try {
      const status = await this.#read(component, this.#host);
      return [{
        command: { command: "haveStatus", component: answeredComponent(component), status },
        lastsMs: STATUS_LASTS_MS,
      }];
    } catch (error) {
      const reason = messageOf(error);
      this.#log.error(`Cannot read ${component}: ${reason}`);
      return [];
    }
  }

  #read(component: StatusComponent, host: Host): Promise<string> {
    let reading = this.#running.get(component);
    if (reading === undefined) {
      reading = readStatus(component, host).finally(() => this.#running.delete(component));
      this.#running.set(component, reading);
    }
    return reading;
  }
}
