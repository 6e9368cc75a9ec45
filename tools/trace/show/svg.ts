/**
 * A sequence diagram as a picture (SVG). It refers to nothing outside itself; all text is escaped.
 *
 * @module
 */
import { escapeControls } from "../../../lib/log.ts";
import { escapeXml } from "../../../lib/protocol/xml.ts";
import type { Note, Saying, Story } from "./story.ts";
import { detailsOf, fateOf, labelOf, moodOf, pauseBefore } from "./words.ts";

/** How a picture is made. */
export interface SvgOptions {
  /** Title for those who cannot see it. */
  readonly title: string;
  /** Makes the target of a link from a line of the trace. Default: no links. */
  readonly linkTo?: ((line: number) => string) | undefined;
}

/** Lengths in pixels. */
const LEFT = 96;
const RIGHT = 72;
const TOP = 64;
const GAP = 300;
const BOTTOM = 32;
const ROW = { saying: 46, note: 28, pause: 30 } as const;
const HEAD = 8;
/** Characters of the two sizes of text that fit between two lifelines. */
const LABEL_FITS = 34;
const DETAIL_FITS = 46;

const STYLE = `
.sheet{fill:#fff}.line{stroke:#c9d1d9;stroke-width:1.5}
.box{fill:#f6f8fa;stroke:#c9d1d9}.name{font-weight:600;font-size:14px;fill:#1f2328}
text{font-family:ui-sans-serif,system-ui,"Segoe UI","DejaVu Sans",sans-serif}
.time{font-size:11px;fill:#8b949e;font-variant-numeric:tabular-nums}
.label{font-size:13px;font-weight:600;fill:#1f2328}.detail{font-size:10.5px;fill:#6e7781}
.note{font-size:11px;fill:#57606a}.dot{fill:#8b949e}.pause{font-size:11px;font-style:italic;fill:#8b949e}
.arrow{stroke:#57606a;stroke-width:1.5;fill:none}.head{fill:#57606a}
.acked .arrow{stroke:#0969da}.acked .head{fill:#0969da}.fate{font-size:13px;font-weight:700}
.acked .fate,.repeated .fate{fill:#1a7f37}
.repeated .arrow{stroke:#bf8700;stroke-dasharray:6 4}.repeated .head{fill:#bf8700}.repeated .label{fill:#9a6700}
.failed .arrow{stroke:#cf222e;stroke-dasharray:3 3}.failed .head,.failed .label,.failed .fate{fill:#cf222e}
a:hover .label{text-decoration:underline}
@media (prefers-color-scheme:dark){.sheet{fill:#0d1117}.line,.box{stroke:#30363d}.box{fill:#161b22}
.name,.label{fill:#e6edf3}.detail,.note{fill:#8d96a0}.arrow{stroke:#8d96a0}.head{fill:#8d96a0}
.acked .arrow{stroke:#4493f8}.acked .head{fill:#4493f8}.acked .fate,.repeated .fate{fill:#3fb950}
.repeated .label{fill:#d29922}.failed .arrow{stroke:#f85149}.failed .head,.failed .label,.failed .fate{fill:#f85149}}
`;

/**
 * Draws a story.
 *
 * @param story The story.
 * @param options See {@linkcode SvgOptions}.
 * @returns The picture, a whole SVG document without a declaration.
 */
export function drawSvg(story: Story, options: SvgOptions): string {
  const pen = new SvgPen(story.components, options);
  for (const [index, step] of story.steps.entries()) {
    const pause = pauseBefore(step, story.steps[index - 1]);
    if (pause !== undefined) pen.pause(pause);
    if (step.type === "note") pen.note(step);
    else pen.saying(step);
  }
  return pen.finish();
}

class SvgPen {
  readonly #components: readonly string[];
  readonly #options: SvgOptions;
  readonly #parts: string[] = [];
  readonly #pauses: { readonly y: number; readonly text: string }[] = [];
  #y = TOP + 24;

  constructor(components: readonly string[], options: SvgOptions) {
    this.#components = components;
    this.#options = options;
  }

  pause(text: string): void {
    this.#pauses.push({ y: this.#y + ROW.pause / 2 - 6, text });
    this.#y += ROW.pause;
  }

  note({ t, of, text }: Note): void {
    const x = this.#x(of);
    const y = this.#y;
    const side = this.#isLast(of) ? `x="${x - 10}" text-anchor="end"` : `x="${x + 10}"`;
    this.#parts.push(
      time(t, y),
      `<circle class="dot" cx="${x}" cy="${y}" r="4"/>`,
      `<text class="note" ${side} y="${y + 4}">${safe(text, DETAIL_FITS)}</text>`,
    );
    this.#y += ROW.note;
  }

  saying(saying: Saying): void {
    const { linkTo } = this.#options;
    const y = this.#y + 12;
    const from = this.#x(saying.from);
    const ends = saying.to.map((name) => this.#x(name));
    const farthest = ends.reduce(
      (far, end) => Math.abs(end - from) > Math.abs(far - from) ? end : far,
      from,
    );
    const arrows = farthest === from
      ? loop(from, y)
      : ends.map((end) => arrow(from, end, y)).join("");
    // The words stand beside the sender, over the first stretch of the arrow.
    const side = farthest === from
      ? (this.#isLast(saying.from) ? -1 : 1)
      : Math.sign(farthest - from);
    const middle = from + side * GAP / 2;
    const fate = fateOf(saying);
    const mark = fate === "" ? "" : ` <tspan class="fate">${safe(fate, 24)}</tspan>`;
    const body = `${arrows}<text class="label" x="${middle}" y="${y - 7}" text-anchor="middle">` +
      `${safe(labelOf(saying), LABEL_FITS)}${mark}</text>` +
      `<text class="detail" x="${middle}" y="${y + 14}" text-anchor="middle">` +
      `${safe(detailsOf(saying), DETAIL_FITS)}</text><title>${titleOf(saying)}</title>`;
    const group = `<g class="${moodOf(saying)}">${body}</g>`;
    this.#parts.push(
      time(saying.t, y),
      linkTo === undefined ? group : `<a href="${escapeXml(linkTo(saying.line))}">${group}</a>`,
    );
    this.#y += ROW.saying;
  }

  finish(): string {
    const width = LEFT + Math.max(0, this.#components.length - 1) * GAP + RIGHT;
    const height = this.#y + BOTTOM;
    const end = height - BOTTOM / 2;
    const columns = this.#components.map((name) => {
      const x = this.#x(name);
      const wide = Math.min(GAP - 20, Math.max(84, 10 * [...name].length + 24));
      return `<line class="line" x1="${x}" y1="${TOP - 14}" x2="${x}" y2="${end}"/>` +
        `<rect class="box" x="${x - wide / 2}" y="16" width="${wide}" height="34" rx="8"/>` +
        `<text class="name" x="${x}" y="38" text-anchor="middle">${safe(name, 28)}</text>`;
    });
    const pauses = this.#pauses.map(({ y, text }) =>
      `<rect class="sheet" x="0" y="${y - 9}" width="${width}" height="18"/>` +
      `<text class="pause" x="${LEFT / 2 - 40}" y="${y + 4}">${safe(text, 12)} later</text>`
    );
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" role="img"><title>${
        safe(this.#options.title, 200)
      }</title>` +
      `<style>${STYLE}</style><rect class="sheet" width="${width}" height="${height}"/>` +
      [...columns, ...pauses, ...this.#parts].join("\n") + "</svg>\n";
  }

  #isLast(name: string): boolean {
    return this.#components.length > 1 && name === this.#components.at(-1);
  }

  #x(name: string): number {
    return LEFT + Math.max(0, this.#components.indexOf(name)) * GAP;
  }
}

function time(t: number, y: number): string {
  return `<text class="time" x="8" y="${y + 4}">${t.toFixed(3)}</text>`;
}

function arrow(from: number, to: number, y: number): string {
  const step = Math.sign(to - from);
  const tip = to - step * 2;
  const base = tip - step * HEAD;
  return `<path class="arrow" d="M${from + step * 2} ${y}H${base}"/>` +
    `<path class="head" d="M${tip} ${y}L${base} ${y - 5}V${y + 5}Z"/>`;
}

/** An arrow from a component to itself. */
function loop(x: number, y: number): string {
  return `<path class="arrow" d="M${x + 2} ${y - 6}h22v12h-14"/>` +
    `<path class="head" d="M${x + 3} ${y + 6}l8 -5v10Z"/>`;
}

function titleOf({ line, values, fromJid, toJid }: Saying): string {
  const lines = values.map(({ name, value }) => `${name}: ${value.slice(0, 2000)}`);
  return [`line ${line}: ${fromJid} → ${toJid}`, ...lines].map((text) => safe(text, 2100)).join(
    "\n",
  );
}

/** Text from outside, escaped and not too long. */
function safe(text: string, longest: number): string {
  const characters = [...escapeControls(text).toWellFormed()];
  const kept = characters.length <= longest
    ? characters
    : [...characters.slice(0, longest - 1), "…"];
  // XML has no place for these two, whatever way they are written.
  return escapeXml(kept.join("").replace(/[\ufffe\uffff]/g, "\ufffd"));
}
