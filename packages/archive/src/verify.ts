/** `@hourglass/archive/verify`: reads archives without the writer and its ZIP library. */
export { ManifestFault } from './manifest/manifest.ts';
export * from './read/unpack-parts.ts';
export { verifyArchive } from './verify/verify-archive.ts';
