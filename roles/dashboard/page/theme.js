// @ts-check
/// <reference lib="dom" />
/**
 * Light or dark: as the system says, until the reader says otherwise.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";

const KEY = "copilot-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
/** @type {Set<() => void>} */
const listeners = new Set();

/** @returns {"light" | "dark"} */
function wanted() {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "dark" : "light";
}

function apply() {
  document.documentElement.dataset.theme = wanted();
  for (const listener of [...listeners]) listener();
}

/** Puts the colours on, and follows the system. */
export function followTheme() {
  apply();
  system.addEventListener("change", apply);
}

/** Turns to the other colours, and remembers. */
export function toggleTheme() {
  localStorage.setItem(KEY, wanted() === "dark" ? "light" : "dark");
  apply();
}

/** The present colours, followed as they change. */
export function useTheme() {
  const [theme, setTheme] = useState(wanted);
  useEffect(() => {
    const update = () => setTheme(wanted());
    listeners.add(update);
    return () => {
      listeners.delete(update);
    };
  }, []);
  return theme;
}
