// @ts-check
/// <reference lib="dom" />
/**
 * Where the reader is: the path below `/dashboard` and its query. Every view can be linked to.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";

const BASE = "/dashboard";
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * The place that the address bar shows.
 *
 * @returns {{ path: string, parts: string[], query: URLSearchParams }}
 */
export function here() {
  const path = location.pathname.slice(BASE.length) || "/";
  const parts = path.split("/").filter((part) => part !== "").map(decodePart);
  return { path, parts, query: new URLSearchParams(location.search) };
}

/** @param {string} part */
function decodePart(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Makes an address.
 *
 * @param {readonly string[]} parts Parts of the path; escaped here.
 * @param {Readonly<Record<string, string | number | undefined>>} [query] Empty ones are left out.
 * @returns {string}
 */
export function to(parts, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, `${value}`);
  }
  const path = parts.map((part) => `/${encodeURIComponent(part)}`).join("") || "/";
  return `${BASE}${path}${search.size > 0 ? `?${search}` : ""}`;
}

/**
 * Goes somewhere without loading the page again.
 *
 * @param {string} address As {@linkcode to} makes it.
 * @param {{ replace?: boolean }} [options] `replace`: the way back leads past the present place.
 */
export function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  for (const listener of [...listeners]) listener();
  if (!replace) scrollTo(0, 0);
}

/** The present place, followed as it changes. */
export function useHere() {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const update = () => setPlace(here());
    listeners.add(update);
    addEventListener("popstate", update);
    return () => {
      listeners.delete(update);
      removeEventListener("popstate", update);
    };
  }, []);
  return place;
}

/**
 * Lets plain clicks on links of ours change the view; everything else is the browser's.
 *
 * @param {MouseEvent} event
 */
export function followLinks(event) {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== "") return;
  if (link.origin !== location.origin || !link.pathname.startsWith(BASE)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
