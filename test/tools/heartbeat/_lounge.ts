/**
 * A chat room in virtual time, with components of the test's making.
 *
 * @module
 */
import { silentLogger } from "../../../lib/log.ts";
import { Container, type ContainerOptions } from "../../../lib/messaging/container.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../../../lib/messaging/heartbeat.ts";
import { seededRandom } from "../../../lib/random.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Broker, type BrokerOptions, memoryLink } from "../../../sim/xmpp/mod.ts";
import {
  HeartbeatSession,
  type HeartbeatSessionOptions,
} from "../../../tools/heartbeat/session.ts";

/** Bare JID of the room. */
export const LOUNGE = "lounge@conference.localhost";
/** A signal that nobody aborts. */
export const FOREVER: AbortSignal = new AbortController().signal;

/** A broker with a room. */
export class Lounge implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly broker: Broker;
  readonly #resources = new AsyncDisposableStack();
  #made = 0;

  /** `options`: how its server differs. */
  constructor(options: Partial<BrokerOptions> = {}) {
    const { clock } = this;
    this.broker = new Broker({
      domain: "localhost",
      autoRegister: true,
      realJids: "anyone",
      clock,
      random: seededRandom(1),
      ...options,
    });
  }

  /** Puts a component into the room; `speaks`: with the plugin, else it is there and silent. */
  async component(
    user: string,
    speaks = true,
    options: Partial<ContainerOptions> = {},
  ): Promise<Container> {
    const { clock } = this;
    const random = seededRandom(100 + this.#made++);
    const load = { oneMinute: 0.9, fiveMinutes: 0.65, fifteenMinutes: 0.52 };
    const container = new Container({
      link: memoryLink(this.broker, { user, resource: user, clock, random }),
      component: { handle: () => [] },
      plugins: speaks ? { [HEARTBEAT_PREFIX]: heartbeat({ host: modelHost({ load }) }) } : {},
      room: LOUNGE,
      log: silentLogger,
      clock,
      random,
      ...options,
    });
    this.#resources.use(container);
    await this.inTime(container.start());
    await this.clock.advance(1);
    return container;
  }

  /** Makes the tool's session, not opened yet. */
  session(options: Partial<HeartbeatSessionOptions> = {}): HeartbeatSession {
    const { clock } = this;
    const random = seededRandom(50 + this.#made++);
    const link = memoryLink(this.broker, { user: "heartbeat", clock, random });
    return this.#resources.use(
      new HeartbeatSession({ link, room: LOUNGE, clock, random, ...options }),
    );
  }

  /** Opens the tool's session. */
  async open(options: Partial<HeartbeatSessionOptions> = {}): Promise<HeartbeatSession> {
    const session = this.session(options);
    await this.inTime(session.open(FOREVER));
    return session;
  }

  /** Moves time, a millisecond at a time, until a promise has settled. */
  async inTime<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let isSettled = false;
    const noted = promise.finally(() => isSettled = true);
    noted.catch(() => {});
    for (let passedMs = 0; !isSettled && passedMs < limitMs; passedMs++) {
      await this.clock.advance(1);
    }
    if (!isSettled) throw new Error(`Waited ${limitMs} ms of virtual time in vain`);
    return await noted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const disposed = this.#resources.disposeAsync();
    await this.inTime(disposed);
  }
}
