import { z } from 'zod';

/** Hourglass has no properties; Edge clients read the list without asking whether it is there. */
const properties = z.strictObject({ property: z.array(z.never()) });
/** Milliseconds since 1970. */
const createdAt = z.int();

/** Answer of `GET /v1/organizations` and `GET …/environments`: bare names, as Edge has it. */
export const names = z.array(z.string());

/** Answer of `GET /v1/organizations/{org}`. */
export const organizationView = z
  .strictObject({
    name: z.string(),
    environments: names,
    createdAt,
    properties,
  })
  .meta({ id: 'Organization' });
export type OrganizationView = z.infer<typeof organizationView>;

/** Answer of `GET …/environments/{env}`. */
export const environmentView = z
  .strictObject({ name: z.string(), createdAt, properties })
  .meta({ id: 'Environment' });
export type EnvironmentView = z.infer<typeof environmentView>;
