export * from './archive-reader.ts';
export * from './archive-writer.ts';
