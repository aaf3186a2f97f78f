/** A JSON number with more digits than a JavaScript number may hold. */
export class ExactNumber {
  readonly digits: string;

  /** @param digits a JSON number */
  constructor(digits: string) {
    this.digits = digits;
  }
}

/** A `bigint` is an integer beyond 2^53. */
export type JsonValue = string | number | bigint | boolean | null | ExactNumber | JsonList | JsonObject;
type JsonList = readonly JsonValue[];
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Like `JSON.stringify`, which writes doubles only, with `ExactNumber` and `bigint`. */
export function writeJson(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (value instanceof ExactNumber) return value.digits;
  if (isList(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

/** `Array.isArray` does not narrow to readonly arrays. */
function isList(value: JsonValue): value is JsonList {
  return Array.isArray(value);
}
