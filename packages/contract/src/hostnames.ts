import { z } from 'zod';

/** Of one environment. */
const maxHostnames = 100;
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';

/** A DNS name in full, of any letter case; it becomes lower case. No wildcard: a hostname means one environment. */
export const hostname = z
  .string()
  .max(253, { error: 'expected at most 253 characters', abort: true })
  .toLowerCase()
  .regex(new RegExp(`^(${label}\\.)*${label}$`), 'expected a DNS name such as api.example.com');

/** Body of `PUT …/hostnames` and answer of it and of `GET`: all of an environment's, in the order of the alphabet. */
export const environmentHostnames = z
  .strictObject({
    hostnames: z.array(hostname).max(maxHostnames, `expected at most ${maxHostnames} hostnames`),
  })
  .meta({ id: 'Hostnames' });
export type EnvironmentHostnames = z.infer<typeof environmentHostnames>;
