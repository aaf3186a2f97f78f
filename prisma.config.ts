import { defineConfig } from 'prisma/config';

// For Prisma's command line only. The programs get their connection string from the settings of
// @hourglass/platform. `generate` needs no database, so a missing DATABASE_URL is not a fault here.
const url = process.env['DATABASE_URL'];

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
});
