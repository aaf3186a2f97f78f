import type { FieldFault } from '@hourglass/reports';
import type { ZodError } from 'zod';

/** zod's findings in the contract's words: the field's path, what was found, what is expected. */
export function bodyFaults(error: ZodError, body: unknown): FieldFault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: fieldName([...issue.path, key]),
        message: 'unknown property',
      }));
    }
    const field = fieldName(issue.path);
    const expected = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message;
    const found = valueAt(body, issue.path);
    if (found === undefined) {
      return [{ field, message: issue.code === 'invalid_type' ? `is required: ${expected}` : expected }];
    }
    const shown = issue.path.at(-1) === 'password' ? describeSecret(found) : describe(found);
    return [{ field, message: `${expected}, found ${shown}` }];
  });
}

function fieldName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const step of path) {
    if (typeof step === 'number') name += `[${step}]`;
    else name += name === '' ? String(step) : `.${String(step)}`;
  }
  return name === '' ? 'body' : name;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** Answers end up in the logs of clients. */
function describeSecret(value: unknown): string {
  return typeof value === 'string' ? `${value.length} characters` : `a ${typeof value}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
