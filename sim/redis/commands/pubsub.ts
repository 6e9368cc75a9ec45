/**
 * Commands of publish and subscribe.
 *
 * @module
 */

import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { unknownSubcommand } from "../errors.ts";
import { NO_REPLY, type Outcome, Push, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

function subscribe(session: Session, [, ...channels]: readonly Bytes[]): Outcome {
  for (const channel of channels) {
    session.store.channels.subscribe(session, channel);
    session.send(new Push(["subscribe", channel, session.subscriptionCount]));
  }
  return NO_REPLY;
}

function subscribePatterns(session: Session, [, ...patterns]: readonly Bytes[]): Outcome {
  for (const pattern of patterns) {
    session.store.channels.subscribePattern(session, pattern);
    session.send(new Push(["psubscribe", pattern, session.subscriptionCount]));
  }
  return NO_REPLY;
}

function unsubscribe(session: Session, [, ...given]: readonly Bytes[]): Outcome {
  const channels = given.length > 0 ? given : [...session.channels];
  for (const channel of channels) {
    session.store.channels.unsubscribe(session, channel);
    session.send(new Push(["unsubscribe", channel, session.subscriptionCount]));
  }
  if (channels.length === 0) {
    session.send(new Push(["unsubscribe", null, session.subscriptionCount]));
  }
  return NO_REPLY;
}

function unsubscribePatterns(session: Session, [, ...given]: readonly Bytes[]): Outcome {
  const patterns = given.length > 0 ? given : [...session.patterns];
  for (const pattern of patterns) {
    session.store.channels.unsubscribePattern(session, pattern);
    session.send(new Push(["punsubscribe", pattern, session.subscriptionCount]));
  }
  if (patterns.length === 0) {
    session.send(new Push(["punsubscribe", null, session.subscriptionCount]));
  }
  return NO_REPLY;
}

function publish(session: Session, [, channel = "", message = ""]: readonly Bytes[]): Reply {
  return session.store.channels.publish(channel, message);
}

function inspect(session: Session, args: readonly Bytes[]): Reply {
  const { channels } = session.store;
  const subcommand = args[1] ?? "";
  switch (subcommand.toUpperCase()) {
    case "CHANNELS":
      return channels.channels(args[2] ?? "*");
    case "NUMSUB":
      return args.slice(2).flatMap((channel) => [channel, channels.subscriberCount(channel)]);
    case "NUMPAT":
      return channels.patternCount;
    default:
      throw unknownSubcommand("PUBSUB", subcommand);
  }
}

/** The commands. */
export const pubsubCommands: readonly CommandSpec[] = [
  { name: "SUBSCRIBE", arity: -2, flags: ["pubsub", "noscript"], run: subscribe },
  { name: "PSUBSCRIBE", arity: -2, flags: ["pubsub", "noscript"], run: subscribePatterns },
  { name: "UNSUBSCRIBE", arity: -1, flags: ["pubsub", "noscript"], run: unsubscribe },
  { name: "PUNSUBSCRIBE", arity: -1, flags: ["pubsub", "noscript"], run: unsubscribePatterns },
  { name: "PUBLISH", arity: 3, flags: ["fast"], run: publish },
  { name: "PUBSUB", arity: -2, flags: [], run: inspect },
];
