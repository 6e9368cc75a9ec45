/**
 * A trace as a page: the diagram, and every message with its decoded values. One file that asks for
 * nothing: no script, no request, all text escaped.
 *
 * @module
 */
import { escapeControls } from "../../../lib/log.ts";
import { escapeXml } from "../../../lib/protocol/xml.ts";
import { summaryOf } from "./summary.ts";
import type { Saying, Story } from "./story.ts";
import { drawSvg } from "./svg.ts";
import { detailsOf, fateOf, labelOf, moodOf } from "./words.ts";

/** Characters of a raw stanza, and of one value, that are shown. */
const LONGEST = 20_000;

const STYLE = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#57606a;--paper:#fff;--edge:#d0d7de;--tint:#f6f8fa;
--good:#1a7f37;--warn:#9a6700;--bad:#cf222e}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#8d96a0;--paper:#0d1117;--edge:#30363d;
--tint:#161b22;--good:#3fb950;--warn:#d29922;--bad:#f85149}}
body{margin:0 auto;padding:2rem 1.5rem 4rem;max-width:1200px;background:var(--paper);color:var(--ink);
font:15px/1.5 ui-sans-serif,system-ui,"Segoe UI","DejaVu Sans",sans-serif}
h1{font-size:1.5rem;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2.5rem 0 .75rem}
.facts{display:flex;flex-wrap:wrap;gap:.4rem 1.6rem;margin:0 0 1.5rem;padding:0;color:var(--soft);list-style:none}
.facts b{color:var(--ink)}.picture{overflow-x:auto;border:1px solid var(--edge);border-radius:10px}
.picture svg{display:block}details{border:1px solid var(--edge);border-radius:8px;margin:.3rem 0;scroll-margin:1rem}
details:target{outline:2px solid #0969da}summary{display:flex;gap:.8rem;padding:.35rem .8rem;cursor:pointer;
align-items:baseline}summary:hover{background:var(--tint)}.when{color:var(--soft);min-width:4.5rem;text-align:right;
font-variant-numeric:tabular-nums;font-size:.85em}.way{color:var(--soft);min-width:11rem}.what{font-weight:600;white-space:nowrap}
.gist{color:var(--soft);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.85em}
.fate{color:var(--good);font-weight:700}.repeated .what{color:var(--warn)}.failed .what,.failed .fate{color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.4rem 1rem .8rem}
dt{color:var(--soft)}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:.9em}
pre{margin:.4rem 1rem 1rem;padding:.7rem;background:var(--tint);border-radius:6px;white-space:pre-wrap;
overflow-wrap:anywhere;font-size:.8em;color:var(--soft)}
`;

/**
 * Writes the page of a story.
 *
 * @param story The story.
 * @param title Name of the trace.
 * @returns The page.
 */
export function writeHtml(story: Story, title: string): string {
  const picture = drawSvg(story, { title, linkTo: (line) => `#l${line}` });
  const sayings = story.steps.filter((step) => step.type === "saying");
  const facts = summaryOf(story).map(({ name, value }) =>
    `<li><b>${safe(value)}</b> ${safe(name)}</li>`
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${safe(title)}</title><style>${STYLE}</style></head><body>
<h1>${safe(title)}</h1><ul class="facts">${facts.join("")}</ul>
<div class="picture">${picture}</div>
<h2>Messages</h2>
${sayings.map(entry).join("\n")}
</body></html>
`;
}

function entry(saying: Saying): string {
  const { line, t, from, to, values, fromJid, toJid, id = "none", xml } = saying;
  const shown = [
    { name: "from", value: fromJid },
    { name: "to", value: toJid },
    { name: "id", value: id },
    ...values,
  ].map(({ name, value }) => `<dt>${safe(name)}</dt><dd>${safe(value)}</dd>`);
  return `<details id="l${line}" class="${moodOf(saying)}"><summary>` +
    `<span class="when">${t.toFixed(3)}</span><span class="way">${safe(from)} → ${
      safe(to.join(", "))
    }</span><span class="what">${safe(labelOf(saying))}</span>` +
    `<span class="fate">${safe(fateOf(saying))}</span>` +
    `<span class="gist">${safe(detailsOf(saying))}</span></summary>` +
    `<dl>${shown.join("")}</dl><pre>${safe(xml)}</pre></details>`;
}

/** Text from outside: escaped, line ends kept, not too long. */
function safe(text: string): string {
  const kept = text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
  return kept.split("\n").map((line) => escapeXml(escapeControls(line))).join("\n");
}
