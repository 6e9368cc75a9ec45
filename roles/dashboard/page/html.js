// @ts-check
/**
 * Tagged templates instead of JSX, so that nothing has to be built.
 *
 * @module
 */
export { html } from "htm/preact";
