// @ts-check
/// <reference lib="dom" />
/**
 * Figures from the dashboard's interface, read anew as often as a view asks for it.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";

/**
 * @typedef {{ state: string, message: string, status: number }} Failure Why there are no figures.
 */

/**
 * @template T
 * @typedef {{ data: T | undefined, failure: Failure | undefined, isOld: boolean, reload: () => void }} Loaded
 */

/**
 * Asks the server.
 *
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<any>} What it tells, from JSON.
 * @throws {Failure}
 */
export async function ask(address, options = {}) {
  const response = await fetch(address, options).catch(() => undefined);
  if (options.signal?.aborted) throw new DOMException("No longer wanted", "AbortError");
  if (response === undefined) {
    throw { state: "broken", message: "The dashboard cannot be reached", status: 0 };
  }
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  const { state = "broken", message = `The dashboard answers ${response.status}` } = told;
  throw { state, message, status: response.status };
}

/**
 * Figures of an address. While they are read anew the old ones stay, also where the address changes.
 *
 * @template T
 * @param {string} address
 * @param {{ everyMs?: number }} [options] `everyMs`: time between two reads. Default: once.
 * @returns {Loaded<T>}
 */
export function useData(address, { everyMs } = {}) {
  const [loaded, setLoaded] = useState(/** @type {any} */ ({ address: "" }));
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const read = async () => {
      try {
        const data = await ask(address, { signal: stop.signal });
        setLoaded({ address, data });
      } catch (failure) {
        if (stop.signal.aborted) return;
        setLoaded((/** @type {any} */ before) => ({ ...before, address, failure }));
      }
      if (everyMs !== undefined) timer = setTimeout(read, everyMs);
    };
    read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [address, everyMs, round]);
  return {
    data: loaded.data,
    failure: loaded.failure,
    isOld: loaded.address !== address,
    reload: () => setRound(round + 1),
  };
}
