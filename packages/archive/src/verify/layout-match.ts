import { ManifestFault, type ResultManifest } from '../manifest/manifest.ts';
import {
  archiveEnd,
  localHeader,
  localHeaderBytes,
  type PlacedMember,
  type StoredMember,
  type ZipLayout,
} from './zip-layout.ts';

const crc32Offset = 14;

/**
 * Compares the headers of one archive with those of known layouts; one layout must account for all
 * of them.
 */
export class LayoutMatch {
  /** The layouts that account for every header so far. */
  #layouts: readonly ZipLayout[];
  readonly #createdAt: Date;
  readonly #writer: string;

  constructor(layouts: readonly ZipLayout[], manifest: ResultManifest) {
    this.#layouts = layouts;
    this.#createdAt = new Date(manifest.createdAt);
    this.#writer = manifest.hourglassVersion;
  }

  /** The length of the longest header that a member of this name may have. */
  maxHeaderBytes(name: string): number {
    const lengths = this.#layouts.map(
      (layout) => this.#localHeader(layout, { name, bytes: 0, crc32: 0 }).length,
    );
    return Math.max(...lengths);
  }

  /**
   * Compares the local header at the start of `found`, which was read at `offset`. Returns its
   * length and its CRC-32, which the caller compares with that of the member's bytes.
   * @throws ManifestFault
   */
  checkLocalHeader(
    { name, bytes }: Omit<StoredMember, 'crc32'>,
    found: Buffer,
    offset: number,
  ): { headerBytes: number; crc32: number } {
    const crc32 = found.length < localHeaderBytes ? 0 : found.readUInt32LE(crc32Offset);
    const matching = this.#narrow({ what: `the header of ${name}`, offset }, (layout) => {
      const header = this.#localHeader(layout, { name, bytes, crc32 });
      return { header, found: found.subarray(0, header.length) };
    });
    return { headerBytes: matching.length, crc32 };
  }

  /**
   * Compares everything after the last member, which begins at `offset`.
   * @throws ManifestFault
   */
  checkEnd(members: readonly PlacedMember[], found: Buffer, offset: number): void {
    this.#narrow({ what: 'the central directory', offset }, (layout) => ({
      header: archiveEnd(layout, members, { createdAt: this.#createdAt, offset }),
      found,
    }));
  }

  #localHeader(layout: ZipLayout, member: StoredMember): Buffer {
    return localHeader(layout, member, this.#createdAt);
  }

  /** Keeps the layouts whose header is the one that was found, and returns that header. */
  #narrow(
    { what, offset }: { what: string; offset: number },
    compared: (layout: ZipLayout) => { header: Buffer; found: Buffer },
  ): Buffer {
    const results = this.#layouts.map((layout) => ({ layout, ...compared(layout) }));
    const matching = results.filter(({ header, found }) => header.equals(found));
    const [first] = matching;
    if (first === undefined) {
      const fault = Math.max(...results.map(({ header, found }) => firstDifference(header, found)));
      throw new ManifestFault(
        `${what}: unexpected bytes from byte ${offset + fault} on; expected a layout that Hourglass writes (this archive: ${this.#writer})`,
      );
    }
    this.#layouts = matching.map(({ layout }) => layout);
    return first.header;
  }
}

/**
 * Returns the index of the first byte that differs; the end of the shorter one counts as a
 * difference.
 */
function firstDifference(expected: Buffer, found: Buffer): number {
  const index = expected.findIndex((byte, at) => byte !== found[at]);
  return index === -1 ? expected.length : index;
}
