/**
 * The world as lines of an SVG, from the public-domain data of Natural Earth: no map server is asked.
 *
 * @module
 */
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature, merge, mesh } from "topojson-client";
import atlas from "world-atlas/countries-110m.json" with { type: "json" };
import type { Coordinates } from "./sources/connections.ts";

/** The drawing. */
export interface WorldMap {
  /** Size of the drawing in its own units. */
  readonly width: number;
  readonly height: number;
  /** Outline of all land, as the `d` of a path. */
  readonly land: string;
  /** Borders between countries, as the `d` of a path. */
  readonly borders: string;
}

const WIDTH = 960;
const MARGIN = 10;
/** Antarctica, where no agents are, would take a fifth of the drawing. */
const ANTARCTICA = "010";

const countries = atlas.objects.countries;
const shown = {
  ...countries,
  geometries: countries.geometries.filter(({ id }) => id !== ANTARCTICA),
};
const outline = feature(atlas, shown);
const projection = geoEqualEarth().fitExtent([[MARGIN, MARGIN], [WIDTH - MARGIN, WIDTH]], outline);
const path = geoPath(projection).digits(1);
const [[, top], [, bottom]] = path.bounds(outline);
const height = Math.ceil(bottom - top + 2 * MARGIN);
const [middleX, middleY] = projection.translate();
projection.translate([middleX, middleY - top + MARGIN]);

/**
 * Draws the world.
 *
 * @returns The drawing.
 */
export function drawWorld(): WorldMap {
  return {
    width: WIDTH,
    height,
    land: path(merge(atlas, shown.geometries)) ?? "",
    borders: path(mesh(atlas, shown, (one, other) => one !== other)) ?? "",
  };
}

/**
 * Finds a place on the drawing.
 *
 * @param place Degrees.
 * @returns Units of the drawing, to a tenth.
 */
export function onMap(place: Coordinates): readonly [x: number, y: number] {
  const [x = 0, y = 0] = projection([place[0], place[1]]) ?? [];
  return [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
}
