// @ts-check
/// <reference lib="dom" />
/**
 * The state of now, followed by server-sent events. One stream for the whole page.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";

/**
 * @typedef {import("../overview.ts").Overview} Overview
 * @typedef {"connecting" | "live" | "paused" | "lost"} Status
 * @typedef {{ overview: Overview | undefined, status: Status }} Live
 */

/** @type {Live} */
let live = { overview: undefined, status: "connecting" };
/** @type {Set<() => void>} */
const listeners = new Set();
/** @type {EventSource | undefined} */
let stream;
let isPaused = false;

/** @param {Partial<Live>} change */
function publish(change) {
  const next = { ...live, ...change };
  if (next.overview === live.overview && next.status === live.status) return;
  live = next;
  for (const listener of [...listeners]) listener();
}

function open() {
  stream = new EventSource("/api/live");
  stream.addEventListener("state", (event) => {
    publish({ overview: JSON.parse(event.data), status: "live" });
  });
  stream.addEventListener("beat", () => publish({ status: "live" }));
  stream.addEventListener("error", () => {
    publish({ status: "lost" });
    // A browser does not try again by itself after an answer that was no stream.
    if (stream?.readyState === EventSource.CLOSED) setTimeout(reopen, 3000);
  });
}

function reopen() {
  stream?.close();
  stream = undefined;
  if (!isPaused && !document.hidden) open();
}

/** Begins to follow; a page that nobody sees rests. */
export function followLive() {
  open();
  document.addEventListener("visibilitychange", reopen);
}

/** Stops the figures where they are, or lets them go on. */
export function togglePause() {
  isPaused = !isPaused;
  publish({ status: isPaused ? "paused" : "connecting" });
  reopen();
}

/**
 * The state of now, followed as it changes.
 *
 * @returns {Live}
 */
export function useLive() {
  const [state, setState] = useState(live);
  useEffect(() => {
    const update = () => setState(live);
    update();
    listeners.add(update);
    return () => {
      listeners.delete(update);
    };
  }, []);
  return state;
}
