/**
 * Agents on the map, near ones taken together, so that ten thousand are as quick to draw as ten.
 *
 * @module
 */
import Supercluster from "supercluster";
import type { Place } from "./sources/connections.ts";
import { onMap } from "./world_map.ts";

/** A dot on the map. */
export interface Dot {
  /** Place on the drawing. */
  readonly x: number;
  readonly y: number;
  /** Number of agents. */
  readonly count: number;
  /** Document of the connection, where there is one agent; else empty. */
  readonly id: string;
  /** Names the agents that are taken together; 0 where there is one. */
  readonly cluster: number;
  /** Zoom at which they part; beyond {@linkcode CLOSEST_ZOOM} where they are in one place. */
  readonly partsAt: number;
}

/** A part of the drawing. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Nearest look: agents of one town are still apart. */
export const CLOSEST_ZOOM = 8;
/** Distance within which agents are taken together, in pixels. */
const RADIUS = 34;
const WORLD = [-180, -90, 180, 90] as const;

/** Agents of one moment on the map. */
export class Places {
  readonly #index: Supercluster<{ readonly id: string }>;
  readonly #dots = new Map<number, readonly Dot[]>();
  /** Number of agents that have a place. */
  readonly count: number;
  /** Number of agents whose place nobody knows: they are reported from the sea where both degrees are 0. */
  readonly unplaced: number;

  /** @param places Where agents are. */
  constructor(places: readonly Place[]) {
    const placed = places.filter(({ at: [longitude, latitude] }) =>
      longitude !== 0 || latitude !== 0
    );
    this.count = placed.length;
    this.unplaced = places.length - placed.length;
    this.#index = new Supercluster({ radius: RADIUS, maxZoom: CLOSEST_ZOOM });
    this.#index.load(placed.map(({ id, at }) => ({
      type: "Feature",
      properties: { id },
      geometry: { type: "Point", coordinates: [at[0], at[1]] },
    })));
  }

  /**
   * Lists what is to be drawn.
   *
   * @param zoom From 0, the whole world, to {@linkcode CLOSEST_ZOOM}.
   * @param box The part that is seen. Default: all.
   * @returns The dots in it, the greatest first.
   */
  dots(zoom: number, box?: Box): readonly Dot[] {
    const all = this.#dots.get(zoom) ?? this.#place(zoom);
    this.#dots.set(zoom, all);
    if (box === undefined) return all;
    const { left, top, right, bottom } = box;
    return all.filter(({ x, y }) => x >= left && x <= right && y >= top && y <= bottom);
  }

  #place(zoom: number): Dot[] {
    return this.#index.getClusters([...WORLD], zoom).map(({ geometry, properties }) => {
      const [longitude = 0, latitude = 0] = geometry.coordinates;
      const [x, y] = onMap([longitude, latitude]);
      if (!("cluster_id" in properties)) {
        return { x, y, count: 1, id: properties.id, cluster: 0, partsAt: zoom };
      }
      const { cluster_id: cluster, point_count: count } = properties;
      return {
        x,
        y,
        count,
        id: "",
        cluster,
        partsAt: this.#index.getClusterExpansionZoom(cluster),
      };
    }).sort((one, other) => other.count - one.count);
  }

  /**
   * Lists the agents that are taken together in a dot.
   *
   * @param cluster As {@linkcode Dot} names it.
   * @param limit Most of them.
   * @returns Ids of their connections' documents; none where there is no such dot any more.
   */
  members(cluster: number, limit: number): string[] {
    try {
      return this.#index.getLeaves(cluster, limit).map(({ properties }) => properties.id);
    } catch {
      return [];
    }
  }
}
