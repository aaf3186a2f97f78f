import { z } from 'zod';

/** Per environment. */
const maxHostnames = 100;
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';

/**
 * A full DNS name, converted to lower case. No wildcards: a hostname belongs to one environment.
 */
export const hostname = z
  .string()
  .max(253, { error: 'expected at most 253 characters', abort: true })
  .toLowerCase()
  .regex(new RegExp(`^(${label}\\.)*${label}$`), 'expected a DNS name such as api.example.com');

/**
 * Body of `PUT …/hostnames`, and response to it and to `GET`: all of an environment's hostnames,
 * sorted.
 */
export const environmentHostnames = z
  .strictObject({
    hostnames: z.array(hostname).max(maxHostnames, `expected at most ${maxHostnames} hostnames`),
  })
  .meta({ id: 'Hostnames' });
export type EnvironmentHostnames = z.infer<typeof environmentHostnames>;
