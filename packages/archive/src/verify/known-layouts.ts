import type { ZipLayout } from './zip-layout.ts';

const unix = 3;
/** A regular file with permissions 0644, and the MS-DOS attribute "archive". */
const regularFile = (0o100644 << 16) | 0x20;

/**
 * Every layout that a release has written, oldest first; the last is the one that
 * `createArchiveWriter` writes. The ZIP library chooses these bytes: when an upgrade changes them,
 * add an entry and keep the others, since the verifier must go on accepting the archives that users
 * have.
 */
export const knownLayouts: readonly ZipLayout[] = [
  {
    // archiver 8.0.0
    since: '0.1.0',
    versionMadeBy: (unix << 8) | 45,
    versionNeeded: 10,
    zip64Version: 45,
    flags: 0,
    externalAttributes: regularFile >>> 0,
    extraFields: () => Buffer.alloc(0),
  },
];
