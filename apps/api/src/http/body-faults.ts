import { pathText, repeatedMessage, repeatedNames } from '@hourglass/contract';
import { counted, didYouMean, quoted } from '@hourglass/contract/messages';
import { inexactNumberFault } from '@hourglass/facts';
import type { FieldFault } from '@hourglass/reports';
import { z } from 'zod';
import { nearestChoice } from './read-parameters.ts';

type Issue = z.core.$ZodIssue;

export type CheckedBody<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly faults: readonly FieldFault[] };

/** Returns every fault: the path of the field, the value found, the value expected. */
export function checkBody<Body>(schema: z.ZodType<Body>, body: unknown): CheckedBody<Body> {
  const read = schema.safeParse(body);
  if (read.success) return { ok: true, body: read.data };
  const { issues } = read.error.issues.some(namesUnknown)
    ? withKnownNames(schema, body, read.error)
    : read.error;
  const faults = issues.flatMap((issue, index) =>
    index < maxShown || namesUnknown(issue) ? faultsOf(issue, body) : unshown,
  );
  return { ok: false, faults };
}

function namesUnknown(issue: Issue): boolean {
  if (issue.code === 'invalid_union') return issue.errors.some((errors) => errors.some(namesUnknown));
  return issue.code === 'unrecognized_keys';
}

/** Validates again: a message of its own makes each issue several times more expensive. */
function withKnownNames<Body>(schema: z.ZodType<Body>, body: unknown, found: z.ZodError): z.ZodError {
  return schema.safeParse(body, { error: namesInMessage }).error ?? found;
}

/** No response shows more faults; of the others only the number counts. */
const maxShown = 100;
/** An object repeats the names that it may have for this number of its unknown ones. */
const maxListings = 10;
const unshown: readonly FieldFault[] = [{ field: 'body', message: 'not shown' }];
const betweenNames = '\n';

/**
 * Puts the properties of an object into the message of its unknown ones, because zod's issue does not
 * contain them.
 */
function namesInMessage({ code, inst }: z.core.$ZodRawIssue): string | undefined {
  if (code !== 'unrecognized_keys' || !(inst instanceof z.ZodObject)) return undefined;
  return Object.keys(inst.shape).join(betweenNames);
}

/** Bounds the response to a body that repeats one name thousands of times. */
const maxRepeatedNames = 100;

/** The faults of names that occur twice: `JSON.parse` keeps the last of their values. */
export function repeatedNameFaults(json: string): FieldFault[] {
  return repeatedNames(json, maxRepeatedNames).map((path) => ({
    field: path === '' ? 'body' : path,
    message: repeatedMessage,
  }));
}

/** The fault of a number that `JSON.parse` rounds. */
export function inexactNumberFaults(json: string): FieldFault[] {
  const message = inexactNumberFault(json);
  return message === null ? [] : [{ field: 'body', message }];
}

function faultsOf(issue: Issue, body: unknown): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(betweenNames);
    return issue.keys.map((key, index) => {
      if (index >= maxShown) return { field: key, message: 'unknown property' };
      const expected = index < maxListings ? `; expected ${known.join(', ')}` : '';
      const message = `unknown property${expected}${didYouMean(key, known)}`;
      return { field: fieldName([...issue.path, key]), message };
    });
  }
  if (issue.code === 'invalid_union') {
    const variant = matchingVariant(issue.errors);
    if (variant !== null) {
      return variant.flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, body));
    }
  }
  const field = fieldName(issue.path);
  const expected = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message;
  const found = valueAt(body, issue.path);
  if (found === undefined) {
    return [{ field, message: issue.code === 'invalid_type' ? `is required; ${expected}` : expected }];
  }
  if (secretNames.has(issue.path.at(-1)))
    return [{ field, message: `${expected}, found ${describeSecret(found)}` }];
  const suggestion = typeof found === 'string' ? nearestChoice(issue, found) : '';
  return [{ field, message: `${expected}, found ${describe(found)}${suggestion}` }];
}

/** Properties whose values no response shows. */
const secretNames: ReadonlySet<PropertyKey | undefined> = new Set(['password', 'secret', 'secretAccessKey']);

/**
 * The issues of the only variant of a union whose type the value has; null if there is none or
 * several.
 */
function matchingVariant(variants: readonly Issue[][]): readonly Issue[] | null {
  const candidates = variants.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

function fieldName(path: readonly PropertyKey[]): string {
  return pathText(path) || 'body';
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  }
  return value;
}

/** Shows only the length: clients log error responses. */
function describeSecret(value: unknown): string {
  return typeof value === 'string' ? counted(value.length, 'character') : `a ${typeof value}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return quoted(value);
  // `JSON.parse` reads 1e999 as Infinity, which `JSON.stringify` would show as null.
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
