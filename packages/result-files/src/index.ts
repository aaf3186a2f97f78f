export * from './archive-writer.ts';
