/**
 * The life of a component that serves until it is stopped.
 *
 * @module
 */
import type { Container } from "./container.ts";

/**
 * Opens a container's link, waits until the component is stopped, and closes it.
 *
 * @param container Hosts the component.
 * @param signal Stops it.
 * @param begin Called once online; what it returns is disposed of before the link is closed. Default: nothing
 * goes on by itself.
 * @throws {LinkRefusedError} When the server refuses the account for good.
 * @throws Whatever `begin` throws.
 */
export async function serve(
  container: Container,
  signal: AbortSignal,
  begin?: () => AsyncDisposable | Promise<AsyncDisposable>,
): Promise<void> {
  await using hosted = container;
  try {
    await hosted.start(signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  {
    await using _work = await begin?.();
    await ended(AbortSignal.any([signal, hosted.closed]));
  }
  if (!signal.aborted) throw hosted.closed.reason;
}

function ended(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
