/**
 * Publish and subscribe.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";
import type { Client } from "./client.ts";
import { matchGlob } from "./glob.ts";
import { Push } from "./reply.ts";

/** Who has subscribed to which channels and patterns. */
export class Channels {
  readonly #channels = new Map<Bytes, Set<Client>>();
  readonly #patterns = new Map<Bytes, Set<Client>>();

  /** Adds a subscription. */
  subscribe(client: Client, channel: Bytes): void {
    client.channels.add(channel);
    this.#channels.set(channel, (this.#channels.get(channel) ?? new Set()).add(client));
  }

  /** Adds a subscription to all channels that match a pattern. */
  subscribePattern(client: Client, pattern: Bytes): void {
    client.patterns.add(pattern);
    this.#patterns.set(pattern, (this.#patterns.get(pattern) ?? new Set()).add(client));
  }

  /** Ends a subscription. */
  unsubscribe(client: Client, channel: Bytes): void {
    client.channels.delete(channel);
    remove(this.#channels, client, channel);
  }

  /** Ends a subscription to a pattern. */
  unsubscribePattern(client: Client, pattern: Bytes): void {
    client.patterns.delete(pattern);
    remove(this.#patterns, client, pattern);
  }

  /** Sends a message and returns how many subscriptions it reached. */
  publish(channel: Bytes, message: Bytes): number {
    let receivers = 0;
    for (const client of this.#channels.get(channel) ?? []) {
      client.send(new Push(["message", channel, message]));
      receivers++;
    }
    for (const [pattern, clients] of this.#patterns) {
      if (!matchGlob(pattern, channel)) continue;
      for (const client of clients) {
        client.send(new Push(["pmessage", pattern, channel, message]));
        receivers++;
      }
    }
    return receivers;
  }

  /** Channels with subscribers that match a pattern. */
  channels(pattern: Bytes): Bytes[] {
    return [...this.#channels.keys()].filter((channel) => matchGlob(pattern, channel));
  }

  /** Number of subscribers of a channel. */
  subscriberCount(channel: Bytes): number {
    return this.#channels.get(channel)?.size ?? 0;
  }

  /** Number of patterns subscribed to. */
  get patternCount(): number {
    return this.#patterns.size;
  }
}

function remove(subscriptions: Map<Bytes, Set<Client>>, client: Client, name: Bytes): void {
  const clients = subscriptions.get(name);
  clients?.delete(client);
  if (clients?.size === 0) subscriptions.delete(name);
}
