export { migrate, type MigrateOptions } from './migrate/migrate.ts';
export { MigrationRefused } from './migrate/migration-history.ts';
