import { oneOf, wholeNumber } from '@hourglass/contract';
import { parseWheres, type Tenant } from '@hourglass/query';
import type { OrderCriteria, OrderStore, Semaphore } from '@hourglass/reports';
import type { Response } from 'express';
import { z } from 'zod';
import { clientGone } from '../../http/client-gone.ts';
import type { EventLoopTurns } from '../../http/event-loop-turns.ts';
import { ItemByItem, sendInPieces } from '../../http/json-pieces.ts';

const maxSize = 10_000;
const maxPage = 1_000_000_000;
/** `[]` in base64. */
const noConditions = 'W10=';

/** Parameters that select orders, as in the contract. */
export const pageParameters = {
  size: wholeNumber({ min: 1, max: maxSize })
    .default(maxSize)
    .describe(`Orders per page, at most ${maxSize}.`),
  page: wholeNumber({ min: 1, max: maxPage }).default(1).describe('Number of the page, from 1.'),
  count: oneOf(['all', 'valid', 'true'])
    .default('all')
    .describe('valid: only orders that can still be granted; true is a synonym of all.'),
} as const;

export const wheresParameter = z
  .string()
  .optional()
  .describe('Base64 of a JSON array of {"k": key, "o": operator, "v": value}; every condition must hold.');

/** Reads the conditions of `wheres`; without it there are none. */
export function conditionsOf(wheres: string | undefined): ReturnType<typeof parseWheres> {
  return parseWheres(wheres ?? noConditions);
}

export interface OrderPagePorts {
  readonly orders: OrderStore;
  readonly semaphore: Semaphore;
  readonly turns: EventLoopTurns;
}

/** Reads a page of orders and sends it in the form of the contract. */
export async function sendOrders(
  response: Response,
  tenant: Tenant,
  criteria: OrderCriteria,
  { orders, semaphore, turns }: OrderPagePorts,
): Promise<void> {
  const { total, orders: items } = await semaphore.run(clientGone(response), () =>
    orders.page(tenant, criteria),
  );
  const body = { page: criteria.page, total, items: new ItemByItem(items), size: criteria.size };
  response.set('Cache-Control', 'no-store');
  await sendInPieces(response, body, () => turns.next(tenant.organization));
}
