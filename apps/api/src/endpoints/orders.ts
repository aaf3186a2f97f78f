import {
  oneOf,
  orderError,
  orderList,
  wholeNumber,
  type OrderError,
  type QueryParameter,
} from '@hourglass/contract';
import { parseWheres } from '@hourglass/query';
import {
  invalidRequest,
  type FieldFault,
  type OrderCriteria,
  type OrderStore,
  type Semaphore,
} from '@hourglass/reports';
import { z } from 'zod';
import { clientGone } from '../http/client-gone.ts';
import { setErrorHead } from '../http/error-response.ts';
import type { EventLoopTurns } from '../http/event-loop-turns.ts';
import { ItemByItem, sendInPieces } from '../http/json-pieces.ts';
import { describeIssue } from '../http/read-parameters.ts';
import { openRoute, type ErrorStyle, type OpenRoute } from '../http/route.ts';
import type { SignatureCheck } from '../http/signed-request.ts';
import { unknownParameters } from '../http/unknown-parameters.ts';

export const ordersPath = '/openapi/v1/alg/orders';
const maxSize = 10_000;
const maxPage = 1_000_000_000;
/** `[]` in base64. */
const noConditions = 'W10=';

const pageParameters = {
  size: wholeNumber({ min: 1, max: maxSize })
    .default(maxSize)
    .describe(`Orders per page, at most ${maxSize}.`),
  page: wholeNumber({ min: 1, max: maxPage }).default(1).describe('Number of the page, from 1.'),
  count: oneOf(['all', 'valid', 'true'])
    .default('all')
    .describe('valid: only orders that can still be granted; true is a synonym of all.'),
} as const;

const parameters = {
  ...pageParameters,
  wheres: z
    .string()
    .optional()
    .describe('Base64 of a JSON array of {"k": key, "o": operator, "v": value}; every condition must hold.'),
  accesskey_id: z.string().describe('Id of the access key that signs.'),
  expires: z.string().describe('Seconds since 1970, at most 24 hours ahead.'),
  signature: z.string().describe('Base64 of the HMAC-SHA1 of the string to sign.'),
} as const;

/** The contract's own error body, with the faults beside its members. */
const errorStyle: ErrorStyle = {
  schema: orderError,
  write(response, error) {
    setErrorHead(response, error);
    if (error.kind === 'unauthenticated') response.set('WWW-Authenticate', 'Signature realm="hourglass"');
    const { code, message, faults } = error;
    const body: OrderError = { code, message, ...(faults.length === 0 ? {} : { faults: [...faults] }) };
    response.json(body);
  },
};

export interface OrdersPorts {
  readonly orders: OrderStore;
  readonly semaphore: Semaphore;
  readonly turns: EventLoopTurns;
}

/** `GET /openapi/v1/alg/orders`: orders of the environment whose access key signed the request. */
export function listOrdersRoute(
  { orders, semaphore, turns }: OrdersPorts,
  checkSignature: SignatureCheck,
): OpenRoute {
  return openRoute({
    method: 'get',
    path: ordersPath,
    operation: { id: 'listOrders', tag: 'Orders', summary: 'List algorithm orders, newest first' },
    parameters,
    // The signature covers the query string as sent and is checked before any other fault is
    // reported.
    readsOwnQuery: true,
    beforeOtherMethods: checkSignature,
    errorStyle,
    responses: { 200: { description: 'A page of orders.', json: orderList } },
    async handle({ request, response }) {
      const signed = await checkSignature(request);
      const criteria = readCriteria(signed.parameters);
      const { total, orders: items } = await semaphore.run(clientGone(response), () =>
        orders.page(signed.tenant, criteria),
      );
      const body = { page: criteria.page, total, items: new ItemByItem(items), size: criteria.size };
      response.set('Cache-Control', 'no-store');
      await sendInPieces(response, body, () => turns.next(signed.tenant.organization));
    },
  });
}

/**
 * Reads the criteria from the parameters of a signed request, without those of the signature.
 * @throws ReportError `request.unknown_parameter` or `request.invalid`, with every fault
 */
function readCriteria(signed: readonly QueryParameter[]): OrderCriteria {
  const known = [...Object.keys(pageParameters), 'wheres'];
  const unknown = signed.map(([name]) => name).filter((name) => !known.includes(name));
  const texts = new Map(signed);
  const faults: FieldFault[] = [];
  const read = <Value>(name: string, schema: z.ZodType<Value>): Value | undefined => {
    const text = texts.get(name);
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    faults.push({ field: name, message: describeIssue(result.error.issues[0], text) });
    return undefined;
  };
  const size = read('size', pageParameters.size);
  const page = read('page', pageParameters.page);
  const count = read('count', pageParameters.count);
  const wheres = parseWheres(texts.get('wheres') ?? noConditions);
  if (!wheres.ok) faults.push(...wheres.faults);
  if (unknown.length > 0) throw unknownParameters(unknown, known, faults);
  if (size === undefined || page === undefined || count === undefined || !wheres.ok)
    throw invalidRequest(faults);
  return { size, page, remainingOnly: count === 'valid', conditions: wheres.conditions };
}
