import { orderError, orderList, type OrderError, type QueryParameter } from '@hourglass/contract';
import { invalidRequest, type FieldFault, type OrderCriteria } from '@hourglass/reports';
import { z } from 'zod';
import { setErrorHead } from '../../http/error-response.ts';
import { describeIssue } from '../../http/read-parameters.ts';
import { openRoute, type ErrorStyle, type OpenRoute } from '../../http/route.ts';
import type { SignatureCheck } from '../../http/signed-request.ts';
import { unknownParameters } from '../../http/unknown-parameters.ts';
import {
  conditionsOf,
  pageParameters,
  sendOrders,
  wheresParameter,
  type OrderPagePorts,
} from './order-page.ts';

export const ordersPath = '/openapi/v1/alg/orders';

const parameters = {
  ...pageParameters,
  wheres: wheresParameter,
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

/** `GET /openapi/v1/alg/orders`: orders of the environment whose access key signed the request. */
export function listOrdersRoute(ports: OrderPagePorts, checkSignature: SignatureCheck): OpenRoute {
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
      await sendOrders(response, signed.tenant, criteria, ports);
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
  const wheres = conditionsOf(texts.get('wheres'));
  if (!wheres.ok) faults.push(...wheres.faults);
  if (unknown.length > 0) throw unknownParameters(unknown, known, faults);
  if (size === undefined || page === undefined || count === undefined || !wheres.ok)
    throw invalidRequest(faults);
  return { size, page, remainingOnly: count === 'valid', conditions: wheres.conditions };
}
