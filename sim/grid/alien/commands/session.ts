/**
 * Commands about the session: who, where, what.
 *
 * @module
 */
import { absolutePath, type CommandCall, done, failed } from "./command.ts";

/** `JAliEnCommandcd`. */
export function cd({ services, session, options: [path = "~"] }: CommandCall) {
  const directory = absolutePath(path, session, services.home);
  if (!services.catalogue.hasDirectory(directory)) {
    return failed(2, `${directory}: no such directory`);
  }
  session.directory = `${directory.replace(/\/$/, "")}/`;
  return done();
}

/** `JAliEnCommandpwd`. */
export function pwd({ session }: CommandCall) {
  return done({ path: session.directory, message: session.directory });
}

/** `JAliEnCommandwhoami`. */
export function whoami({ session: { user } }: CommandCall) {
  return done({ username: user, role: user, roles: user, message: user });
}

/** `JAliEnCommandping`. */
export function ping(_call: CommandCall) {
  return done({ message: "1 packets transmitted" });
}

/** `JAliEnCommandversion`. */
export function version(_call: CommandCall) {
  return done({ version: "simulated", message: "JAliEn version simulated" });
}
