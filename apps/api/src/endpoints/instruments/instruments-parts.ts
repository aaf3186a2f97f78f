import type { Accounts, InstrumentStore, Semaphore } from '@hourglass/reports';
import type { OffsetAt } from './local-time.ts';

export interface InstrumentsParts {
  readonly accounts: Accounts;
  readonly instruments: InstrumentStore;
  /** Of the statements, which may take seconds on connections that polls need too. */
  readonly semaphore: Semaphore;
  /** Of times that name none. */
  readonly zone: { readonly name: string; readonly offsetAt: OffsetAt };
}
