import type { Response } from 'express';
import type { Tenant } from '@hourglass/query';
import {
  ReportError,
  type Accounts,
  type ConsumptionStore,
  type Principal,
  type Scope,
  type Subscription,
  type Semaphore,
} from '@hourglass/reports';
import { tenantOfToken } from '../../http/find-tenant.ts';
import type { GuardedRoute } from '../../http/route.ts';
import { secondsSince } from '../../http/seconds-since.ts';
import { consumptionErrorStyle } from './consumption-error-style.ts';

export interface ConsumptionPorts {
  readonly accounts: Accounts;
  readonly consumption: ConsumptionStore;
  readonly semaphore: Semaphore;
}

/** What both calls have in common: whom they answer, and how they refuse. */
export const consumptionCall = {
  method: 'get',
  scope: 'read',
  tokenHeader: 'authorizationToken',
  ofEveryEnvironment: true,
  knowsCustomers: true,
  logsRequests: true,
  errorStyle: consumptionErrorStyle,
} as const satisfies Partial<GuardedRoute> & { readonly scope: Scope };

/**
 * The environment that the caller's token is bound to.
 * @throws ReportError `auth.unbound`; `customer.not_found` alike for a customer who is not the token's and one who does
 * not exist
 */
export async function tenantOfCustomer(
  principal: Principal,
  customerId: string,
  accounts: Accounts,
): Promise<Tenant> {
  const tenant = await tenantOfToken(principal, accounts);
  const { customers } = principal;
  if (customers.length > 0 && !customers.includes(customerId)) throw new ReportError('customer.not_found');
  return tenant;
}

export function subscriptionView({ accountName, number, startDate, endDate }: Subscription<unknown>) {
  return { account_name: accountName, number, start_date: startDate, end_date: endDate ?? '' };
}

/** The request as its answer names it. */
export function requestView(response: Response) {
  return {
    request_id: String(response.locals['requestId']),
    response_time: secondsSince(response).toFixed(3),
  };
}
