/**
 * The looks of the HTML report.
 *
 * @module
 */

/** Style sheet. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --ok: #18794e; --bad: #c62a2f; --known: #9a6700; --mute: #697177;
  --line: #8884; --soft: #8881; font: 15px/1.45 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { --ok: #4cc38a; --bad: #ff6369; --known: #f1a10d; --mute: #9ba1a6; } }
body { max-width: 78rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font: 600 1rem ui-monospace, monospace; margin: 1.6rem 0 .3rem; }
small { display: block; color: var(--mute); font-weight: normal; }
.legend { color: var(--mute); } .legend span { margin-right: 1.2rem; }
.row { display: grid; grid-template-columns: 15rem 1fr repeat(var(--runs), minmax(6.5rem, 9rem));
  gap: .8rem; align-items: center; }
.head { position: sticky; top: 0; background: Canvas; border-bottom: 2px solid var(--line);
  padding: .6rem .5rem; font-weight: 600; z-index: 1; }
body:has(#odd:checked) .case:not(.failed, .known, .skipped),
body:has(#odd:checked) .topic:not(:has(.failed, .known, .skipped)) { display: none; }
.run { font-size: .85rem; text-align: center; overflow-wrap: anywhere; }
.case { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .4rem .5rem; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: var(--soft); }
summary code { font-size: .85em; overflow-wrap: anywhere; }
.cell { text-align: center; font-size: 1.1rem; font-weight: 600; border-radius: .3rem; }
.cell.failed { background: color-mix(in srgb, var(--bad) 14%, transparent); }
.cell.known { background: color-mix(in srgb, var(--known) 14%, transparent); }
.passed { color: var(--ok); } .failed { color: var(--bad); }
.known { color: var(--known); } .skipped { color: var(--mute); }
.case.passed, .case.failed, .case.known, .case.skipped { color: inherit; }
.cells { padding: .2rem .8rem 1rem; }
.cells h3 { font-size: .95rem; margin: .8rem 0 .2rem; }
.cells p { margin: .2rem 0 .6rem; }
.cells ol { list-style: none; margin: 0; padding: .5rem .7rem; background: var(--soft);
  border-radius: .4rem; font: .8rem/1.5 ui-monospace, monospace; }
.cells li { display: grid; grid-template-columns: 4.5rem 13rem 1fr; gap: .6rem; }
.cells li b { font-weight: normal; color: var(--mute); overflow-wrap: anywhere; }
.cells li span { color: var(--mute); text-align: right; }
.cells li code { overflow-wrap: anywhere; white-space: pre-wrap; font: inherit; }
.cells li.s2c code { color: color-mix(in srgb, CanvasText 75%, var(--ok)); }
`;
