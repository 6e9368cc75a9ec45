/**
 * A storage element: bytes by address.
 *
 * @module
 */

/** Options of a {@linkcode StorageElement}. */
export interface StorageElementOptions {
  /** Its name, such as `ALICE::CERN::EOS`. */
  readonly name: string;
  /** Bytes that it holds. Default: as many as come. */
  readonly capacityBytes?: number | undefined;
  /** False: it has no HTTP address, as many of today's. Default: true. */
  readonly speaksHttp?: boolean | undefined;
  /** True: it takes no upload by HTTP that does not say its length first. Default: false. */
  readonly needsLength?: boolean | undefined;
}

/** A storage element. */
export class StorageElement {
  readonly name: string;
  readonly speaksHttp: boolean;
  readonly needsLength: boolean;
  /** Bytes that it holds; may be changed. */
  capacityBytes: number;
  /** Content by path. */
  readonly objects = new Map<string, Uint8Array>();

  /** @param options See {@linkcode StorageElementOptions}. */
  constructor(options: StorageElementOptions) {
    const { name, capacityBytes = Infinity, speaksHttp = true, needsLength = false } = options;
    this.name = name;
    this.capacityBytes = capacityBytes;
    this.speaksHttp = speaksHttp;
    this.needsLength = needsLength;
  }

  /** Path of a content, also that in HTTP addresses. */
  pathOf(guid: string): string {
    return `/${this.name.replaceAll("::", ".").toLowerCase()}/${guid}`;
  }

  /** Address of a content for XRootD. */
  pfnOf(guid: string): string {
    return `root://se.localhost:1094/${this.pathOf(guid)}`;
  }

  /** Stores a content; false where it is full. */
  put(path: string, bytes: Uint8Array): boolean {
    let used = bytes.length;
    for (const [other, { length }] of this.objects) if (other !== path) used += length;
    if (used > this.capacityBytes) return false;
    this.objects.set(path, bytes);
    return true;
  }
}
