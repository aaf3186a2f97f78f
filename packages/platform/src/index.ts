export * from './end-process.ts';
export * from './logger.ts';
export * from './metrics.ts';
export { settingDefinitions } from './setting-definitions.ts';
export * from './settings.ts';
export * from './shutdown.ts';
export * from './start-process.ts';
