// @ts-check
/// <reference lib="dom" />
/**
 * The world with agents on it. The server draws and clusters; the page moves and enlarges.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useData } from "../data.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { go, to } from "../router.js";
import { Icon } from "./icon.js";
import { Missing } from "./state.js";

/**
 * @typedef {import("../../world_map.ts").WorldMap} World
 * @typedef {import("../../places.ts").Dot} Dot
 * @typedef {{ x: number, y: number, scale: number }} Look Middle of the drawing, and enlargement.
 */

const REFRESH_MS = 10_000;
/** Zoom beyond which agents in one place are listed. */
const CLOSEST_ZOOM = 8;
const CLOSEST = 2 ** CLOSEST_ZOOM;
/** Width in pixels from which on dots need not be drawn larger. */
const FULL_WIDTH = 720;
/** Enlargement of one step. */
const STEP = 2;

/**
 * The nearest look that stays on the drawing.
 *
 * @param {World} world
 * @param {Look} look
 * @returns {Look}
 */
function onWorld({ width, height }, look) {
  const scale = Math.max(1, Math.min(CLOSEST, look.scale));
  const [halfWidth, halfHeight] = [width / scale / 2, height / scale / 2];
  return {
    scale,
    x: Math.max(halfWidth, Math.min(width - halfWidth, look.x)),
    y: Math.max(halfHeight, Math.min(height - halfHeight, look.y)),
  };
}

/** @param {number} scale Enlargement. @returns {number} Zoom of the clusters that suit it. */
function zoomOf(scale) {
  return Math.max(0, Math.min(CLOSEST_ZOOM, Math.round(Math.log2(scale)) + 1));
}

/**
 * The part of the drawing about a look, as an address names it: cells as large as what is seen, so that
 * small moves ask nothing. Of the whole world nothing needs to be left out.
 *
 * @param {World} world
 * @param {Look} look
 */
function boxOf({ width, height }, { x, y, scale }) {
  if (scale < 4) return "";
  const side = 2 ** Math.round(Math.log2(scale));
  const [cellX, cellY] = [width / side, height / side];
  const [left, top] = [(Math.floor(x / cellX) - 1) * cellX, (Math.floor(y / cellY) - 1) * cellY];
  return [left, top, left + 3 * cellX, top + 3 * cellY].map((edge) => edge.toFixed(1)).join(",");
}

/**
 * @param {{ dot: Dot, scale: number, onOpen: (dot: Dot) => void }} props
 */
function Spot({ dot, scale, onOpen }) {
  const radius = (dot.count === 1 ? 3.4 : 6 + 2.6 * Math.log10(dot.count) ** 1.3) / scale;
  const label = dot.count === 1 ? "An agent" : `${count(dot.count)} agents`;
  const open = (/** @type {Event} */ event) => {
    event.stopPropagation();
    onOpen(dot);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" || event.key === " ") open(event);
  };
  return html`
    <g class="spot ${dot.count === 1
      ? "single"
      : ""}" tabindex="0" role="button" aria-label=${label}
      onClick=${open} onKeyDown=${onKey}>
      <circle cx=${dot.x} cy=${dot.y} r=${radius} />
      ${dot.count === 1 ? html`<title>${label}</title>` : html`
        <text x=${dot.x} y=${dot.y} font-size=${(dot.count > 999 ? 8 : 9) / scale}
          dy="0.35em">${dot.count > 9999
            ? `${Math.round(dot.count / 1000)}k`
            : count(dot.count)}</text>
      `}
    </g>
  `;
}

/** @param {{ onZoom: (factor: number) => void, onWhole: () => void }} props */
function Controls({ onZoom, onWhole }) {
  return html`
    <div class="map-controls">
      <button type="button" class="icon-button" aria-label="Nearer" onClick=${() => onZoom(STEP)}>
        <${Icon} name="plus" /></button>
      <button type="button" class="icon-button" aria-label="Farther" onClick=${() =>
        onZoom(1 / STEP)}>
        <${Icon} name="minus" /></button>
      <button type="button" class="icon-button" aria-label="The whole world" onClick=${onWhole}>
        <${Icon} name="world" /></button>
    </div>
  `;
}

/**
 * Lets a pointer move the drawing, a wheel with Ctrl enlarge it.
 *
 * @param {{ current: SVGSVGElement | null }} svg
 * @param {World | undefined} world
 * @param {(change: (look: Look) => Look) => void} move
 */
function usePointer(svg, world, move) {
  useEffect(() => {
    const element = svg.current;
    if (element === null || world === undefined) return;
    /** @type {{ x: number, y: number } | undefined} */
    let grip;
    const down = (/** @type {PointerEvent} */ event) =>
      grip = { x: event.clientX, y: event.clientY };
    const up = () => grip = undefined;
    const drag = (/** @type {PointerEvent} */ event) => {
      if (grip === undefined || event.buttons === 0) return;
      const [byX, byY] = [event.clientX - grip.x, event.clientY - grip.y];
      grip = { x: event.clientX, y: event.clientY };
      const units = world.width / element.clientWidth;
      move((look) => ({
        ...look,
        x: look.x - byX * units / look.scale,
        y: look.y - byY * units / look.scale,
      }));
    };
    const wheel = (/** @type {WheelEvent} */ event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      move((look) => ({ ...look, scale: look.scale * 1.0015 ** -event.deltaY }));
    };
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", drag);
    addEventListener("pointerup", up);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", drag);
      removeEventListener("pointerup", up);
      element.removeEventListener("wheel", wheel);
    };
  }, [world]);
}

/**
 * How much larger dots must be drawn on a small screen, to be seen and met by a finger.
 *
 * @param {{ current: SVGSVGElement | null }} svg
 * @param {World | undefined} world
 */
function useDotSize(svg, world) {
  const [size, setSize] = useState(1);
  useEffect(() => {
    const element = svg.current;
    if (element === null || world === undefined) return;
    const widths = new ResizeObserver(() => {
      setSize(Math.max(1, FULL_WIDTH / Math.max(1, element.clientWidth)));
    });
    widths.observe(element);
    return () => widths.disconnect();
  }, [world]);
  return size;
}

/**
 * The map.
 *
 * @param {{ onCluster: (cluster: number) => void }} props `onCluster`: a dot of many agents in one place
 * was opened.
 */
export function WorldMap({ onCluster }) {
  const svg = useRef(/** @type {SVGSVGElement | null} */ (null));
  const [wanted, setLook] = useState(/** @type {Look} */ ({ x: 480, y: 200, scale: 1 }));
  const world = /** @type {import("../data.js").Loaded<World>} */ (useData("/api/world")).data;
  const dotSize = useDotSize(svg, world);
  const query = new URLSearchParams({ zoom: `${zoomOf(wanted.scale / dotSize)}` });
  const box = world === undefined ? "" : boxOf(world, wanted);
  if (box !== "") query.set("box", box);
  const { data, failure, isOld } =
    /** @type {import("../data.js").Loaded<{ count: number, unplaced: number, dots: Dot[] }>} */ (
      useData(`/api/places?${query}`, { everyMs: REFRESH_MS })
    );
  const move = (/** @type {(look: Look) => Look} */ change) =>
    setLook((look) => world === undefined ? look : onWorld(world, change(look)));
  usePointer(svg, world, move);
  if (world === undefined) return html`<div class="map"></div>`;
  const { x, y, scale } = onWorld(world, wanted);
  const [width, height] = [world.width / scale, world.height / scale];
  const open = (/** @type {Dot} */ dot) => {
    if (dot.count === 1) go(to(["connections", dot.id]));
    else if (dot.partsAt > CLOSEST_ZOOM) onCluster(dot.cluster);
    else move(() => ({ x: dot.x, y: dot.y, scale: Math.max(scale * STEP, 2 ** dot.partsAt) }));
  };
  const isSeen = (/** @type {Dot} */ dot) =>
    Math.abs(dot.x - x) < 0.55 * width && Math.abs(dot.y - y) < 0.55 * height;
  const spots = (data?.dots ?? []).filter(isSeen).map((dot) =>
    html`<${Spot} key="${dot.x} ${dot.y}" dot=${dot} scale=${scale / dotSize} onOpen=${open} />`
  );
  return html`
    <div class="map">
      <svg ref=${svg} viewBox="${x - width / 2} ${y - height / 2} ${width} ${height}" role="group"
        aria-busy=${`${isOld}`} aria-label="Agents on a map of the world">
        <path class="land" d=${world.land} />
        <path class="borders" d=${world.borders} stroke-width=${0.5 / scale} />
        ${spots}
      </svg>
      <${Controls} onZoom=${(/** @type {number} */ factor) =>
        move((look) => ({ ...look, scale: look.scale * factor }))}
        onWhole=${() => move((look) => ({ ...look, scale: 1 }))} />
      ${failure !== undefined
        ? html`
          <div class="map-note">
            <${Missing} health=${failure} />
          </div>
        `
        : data !== undefined && data.unplaced > 0
        ? html`
          <p class="map-rest">${unplacedText(data.unplaced)}</p>
        `
        : ""}
    </div>
  `;
}

/**
 * What is said of agents that the map cannot show.
 *
 * @param {number} number
 */
function unplacedText(number) {
  return number === 1 ? "1 agent without a known place" : `${number} agents without a known place`;
}
