/** Types of npm modules that publish none. One block a module, no wider than what the project uses. */

declare module "@std/assert" {
  export class AssertionError extends Error {}
  export function assert(expression: unknown, message?: string): asserts expression;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    message?: string,
  ): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertStrictEquals<T>(
    actual: unknown,
    expected: T,
    message?: string,
  ): asserts actual is T;
  export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
  export function assertFalse(expression: unknown, message?: string): asserts expression is false;
  export function assertGreater<T>(actual: T, expected: T, message?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertObjectMatch(
    // deno-lint-ignore no-explicit-any
    actual: Record<PropertyKey, any>,
    expected: Record<PropertyKey, unknown>,
    message?: string,
  ): void;
  export function assertInstanceOf<T>(
    actual: unknown,
    // deno-lint-ignore no-explicit-any
    expectedType: abstract new (...args: any[]) => T,
    message?: string,
  ): asserts actual is T;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    // deno-lint-ignore no-explicit-any
    errorClass?: abstract new (...args: any[]) => E,
    messageIncludes?: string,
    message?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    // deno-lint-ignore no-explicit-any
    errorClass?: abstract new (...args: any[]) => E,
    messageIncludes?: string,
    message?: string,
  ): Promise<E>;
  export function fail(message?: string): never;
}

declare module "@std/path" {
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function fromFileUrl(url: string | URL): string;
  export function isAbsolute(path: string): boolean;
  export function join(...paths: string[]): string;
  export function normalize(path: string): string;
  export function relative(from: string, to: string): string;
  export function resolve(...paths: string[]): string;
  export function toFileUrl(path: string): URL;
}

declare module "d3-geo" {
  export interface Projection {
    (point: [longitude: number, latitude: number]): [x: number, y: number] | null;
    fitExtent(
      extent: [[left: number, top: number], [right: number, bottom: number]],
      object: unknown,
    ): Projection;
    translate(): [x: number, y: number];
    translate(point: [x: number, y: number]): Projection;
  }
  export interface GeoPath {
    (object: unknown): string | null;
    bounds(object: unknown): [[left: number, top: number], [right: number, bottom: number]];
    digits(digits: number): GeoPath;
  }
  export function geoEqualEarth(): Projection;
  export function geoPath(projection: Projection): GeoPath;
}

declare module "topojson-client" {
  export function feature(topology: unknown, object: unknown): unknown;
  export function merge(topology: unknown, objects: readonly unknown[]): unknown;
  export function mesh(
    topology: unknown,
    object: unknown,
    filter: (one: unknown, other: unknown) => boolean,
  ): unknown;
}

declare module "supercluster" {
  interface Point<P> {
    readonly type: "Feature";
    readonly properties: P;
    readonly geometry: { readonly type: "Point"; readonly coordinates: readonly number[] };
  }
  interface Cluster {
    readonly cluster_id: number;
    readonly point_count: number;
  }
  export default class Supercluster<P> {
    constructor(options: { readonly radius: number; readonly maxZoom: number });
    load(points: readonly Point<P>[]): this;
    getClusters(box: number[], zoom: number): (Point<P> | Point<Cluster>)[];
    getClusterExpansionZoom(cluster: number): number;
    getLeaves(cluster: number, limit: number): Point<P>[];
  }
}
