export type { FirstOrganization } from './accounts/bootstrap.ts';
export { migrate, type MigrateOptions } from './migrate/migrate.ts';
export { MigrationRefused } from './migrate/migration-history.ts';
export { openDatabase, type Database, type DatabaseOptions } from './open-database.ts';
