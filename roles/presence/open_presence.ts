/**
 * From a configuration to a presence reporter on real servers.
 *
 * @module
 */
import { chatRoomAddress, ConfigError, type ConfigOf, xmppAccount } from "../../lib/config.ts";
import { messageOf } from "../../lib/error_message.ts";
import type { Logger } from "../../lib/log.ts";
import { linuxHost } from "../../lib/machine/linux_host.ts";
import { accountLink } from "../../lib/messaging/account_link.ts";
import type { ConnectionSource } from "./connection_source.ts";
import { httpSource } from "./http_source.ts";
import { keptConnections } from "./kept_connections.ts";
import { openLocations } from "./locations.ts";
import type { PresenceOptions } from "./options.ts";
import { RoomSource } from "./room_source.ts";
import { PRESENCE_COMPONENT, presenceVariables } from "./variables.ts";

type Config = ConfigOf<typeof presenceVariables>;

/** A reporter's parts; disposing of them closes the source. */
export interface OpenPresence extends AsyncDisposable {
  /** Options for `new Presence(…)`. */
  readonly options: PresenceOptions;
}

/**
 * Makes the options of a presence reporter.
 *
 * @param config The configuration.
 * @param log Its log.
 * @returns What to give to `new Presence(…)`; nothing is connected yet.
 * @throws {ConfigError} When variables contradict each other, or a file cannot be read.
 */
export async function openPresence(config: Config, log: Logger): Promise<OpenPresence> {
  const account = xmppAccount(PRESENCE_COMPONENT, "PRES", config);
  const room = chatRoomAddress(PRESENCE_COMPONENT, config)?.bare;
  const link = await accountLink(account);
  const locate = config.locations === undefined
    ? undefined
    : await readable("locations", config.locations, openLocations);
  const roomSource = config.source === "room"
    ? new RoomSource(needed(room, "chatRoom"))
    : undefined;
  const source = roomSource ?? await serverSource(config);
  const options: PresenceOptions = {
    link: roomSource?.listen(link) ?? link,
    monitor: config.monitor.full,
    host: config.host ?? account.jid.domain,
    source,
    locate,
    kept: config.stateFile === undefined ? undefined : keptConnections(config.stateFile),
    lookMs: config.interval * 1000,
    room,
    machine: linuxHost(),
    envelope: config.envelope,
    log,
  };
  return { options, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
}

async function serverSource(config: Config): Promise<ConnectionSource> {
  const url = needed(config.url, "url");
  const authorization = config.authorization === undefined
    ? undefined
    : (await readable("authorization", config.authorization, (path) => Deno.readTextFile(path)))
      .trim();
  return httpSource({
    server: config.source === "ejabberd" ? "ejabberd" : "prosody",
    url,
    authorization,
  });
}

/** A value that another one makes necessary. */
function needed(value: string | undefined, key: "url" | "chatRoom"): string {
  if (value === undefined) throw problem(key, "is not set", "PRES_SOURCE needs it");
  return value;
}

async function readable<T>(
  key: "locations" | "authorization",
  path: string,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(path);
  } catch (error) {
    throw problem(key, "cannot be used", messageOf(error));
  }
}

function problem(
  key: "url" | "chatRoom" | "locations" | "authorization",
  what: string,
  where: string,
): ConfigError {
  const { name, meaning, example } = presenceVariables[key];
  return new ConfigError(PRESENCE_COMPONENT, [{
    subject: name,
    problem: what,
    where,
    meaning,
    example,
  }]);
}
