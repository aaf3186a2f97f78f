import { z } from 'zod';
import { oneOf, wholeNumber, type QueryParameter } from '@hourglass/contract';
import { parseWheres } from '@hourglass/query';
import { ReportError, invalidRequest, type FieldFault, type OrderCriteria } from '@hourglass/reports';

const maxSize = 10_000;
const maxPage = 1_000_000_000;

const asked = {
  size: wholeNumber({ min: 1, max: maxSize }).default(maxSize).describe('Orders on a page.'),
  page: wholeNumber({ min: 1, max: maxPage }).default(1),
  count: oneOf(['all', 'valid', 'true'])
    .default('all')
    .describe('valid: only orders of which something can still be granted; true means all.'),
} as const;

/** Of `GET /openapi/v1/alg/orders`, as its document has them. */
export const listOrdersParameters = {
  ...asked,
  wheres: z
    .string()
    .optional()
    .describe('Base64 of a JSON array of {"k": key, "o": operator, "v": value}, all of which hold.'),
  accesskey_id: z.string().describe('Id of the access key that signs.'),
  expires: z.string().describe('Seconds since 1970, at most 24 hours ahead.'),
  signature: z.string().describe('Base64 of the HMAC-SHA1 of what is signed.'),
} as const;

/**
 * What a signed request asks for; `parameters` are without those of the signature.
 * @throws ReportError `request.unknown_parameter`, `request.invalid` with everything that is wrong
 */
export function readListOrders(parameters: readonly QueryParameter[]): OrderCriteria {
  const expected = [...Object.keys(asked), 'wheres'];
  const unknown = parameters.map(([name]) => name).filter((name) => !expected.includes(name));
  if (unknown.length > 0) {
    const name = unknown.slice(0, 10).join('", "').slice(0, 200);
    throw new ReportError('request.unknown_parameter', { name, expected: expected.join(', ') });
  }
  const texts = new Map(parameters);
  const faults: FieldFault[] = [];
  const read = <Value>(name: string, schema: z.ZodType<Value>): Value | undefined => {
    const text = texts.get(name);
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    const found = JSON.stringify(text?.slice(0, 60));
    faults.push({ field: name, message: `${result.error.issues[0]?.message ?? ''}, found ${found}` });
    return undefined;
  };
  const size = read('size', asked.size);
  const page = read('page', asked.page);
  const count = read('count', asked.count);
  const wheres = parseWheres(texts.get('wheres') ?? noConditions);
  if (!wheres.ok) faults.push(...wheres.faults);
  if (size === undefined || page === undefined || count === undefined || !wheres.ok)
    throw invalidRequest(faults);
  return { size, page, remainingOnly: count === 'valid', conditions: wheres.conditions };
}

/** `[]` */
const noConditions = 'W10=';
