export * from './manifest/manifest-key.ts';
export * from './read/archive-reader.ts';
export * from './write/archive-writer.ts';
