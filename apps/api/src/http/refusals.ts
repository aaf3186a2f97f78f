import type { Request, Response } from 'express';
import type { AuditLog, Principal, RefusedCredentials, ReportError } from '@hourglass/reports';
import { clientAddress } from './client-address.ts';
import type { SentCredentials } from './sent-credentials.ts';

/** Refusals of credentials for the audit log, written behind the response. */
export interface Refusals {
  /** Notes the error if it refuses credentials. Costs no statement. */
  note(request: Request, response: Response, error: ReportError): void;
  /** Writes what was noted, and stops. */
  close(): Promise<void>;
}

export interface RefusalsOptions {
  readonly audit: Pick<AuditLog, 'recordRefusals'>;
  /** Called with the number of refusals that could not be written. */
  readonly onLost: (count: number, error: unknown) => void;
  readonly tickMs: number;
  /** A credential that is refused again within these ticks is only counted until their end. */
  readonly ticksPerWindow: number;
  /** Credentials and addresses that are counted separately within a window. Others are counted together. */
  readonly maxKeys: number;
}

const codes = new Set([
  'organization.suspended',
  'result.link',
  'sign_in.no_access',
  'sign_in.refused',
  'sign_in.state',
  'shared_view.refused',
  'signature.refused',
]);

/**
 * Writes the first refusal of credentials at an address in the next tick, and the number of further
 * ones at the end of the window: at most two events for each, however many a stranger causes.
 */
export function createRefusals({
  audit,
  onLost,
  tickMs,
  ticksPerWindow,
  maxKeys,
}: RefusalsOptions): Refusals {
  const counts = new RefusalCounts(maxKeys);
  let ticks = 0;
  let writing = Promise.resolve();

  /** One write at a time. A window that ends meanwhile is written after it. */
  function write(refusals: readonly RefusedCredentials[]): void {
    if (refusals.length === 0) return;
    const total = refusals.reduce((sum, { count }) => sum + count, 0);
    writing = writing
      .then(() => audit.recordRefusals(refusals))
      .catch((error: unknown) => onLost(total, error));
  }

  const timer = setInterval(() => {
    ticks += 1;
    write(ticks % ticksPerWindow === 0 ? counts.endWindow() : counts.takeNew());
  }, tickMs).unref();
  return {
    note(request, response, error) {
      if (isRefusal(response, error)) counts.add(refusedBy(request, response, error));
    },
    async close() {
      clearInterval(timer);
      write(counts.endWindow());
      await writing;
    },
  };
}

interface Counted {
  readonly refused: Omit<RefusedCredentials, 'count'>;
  count: number;
  isNew: boolean;
}

/** Refusals of a window by address, account and code, in bounded memory. */
class RefusalCounts {
  private readonly counted = new Map<string, Counted>();
  private readonly maxKeys: number;

  constructor(maxKeys: number) {
    this.maxKeys = maxKeys;
  }

  add(refused: Counted['refused']): void {
    const { address, email, tokenId, code } = refused;
    const key = JSON.stringify([address, email, tokenId, code]);
    const known = this.counted.get(key);
    if (known !== undefined) known.count += 1;
    else if (this.counted.size < this.maxKeys || address === null)
      this.counted.set(key, { refused, count: 1, isNew: true });
    else this.add({ ...refused, address: null, email: null, tokenId: null });
  }

  /** Returns those that were added for the first time since the last call. */
  takeNew(): readonly RefusedCredentials[] {
    return this.take(({ isNew }) => isNew);
  }

  /** Returns all that were not returned yet, and begins a new window. */
  endWindow(): readonly RefusedCredentials[] {
    const rest = this.take(() => true);
    this.counted.clear();
    return rest;
  }

  private take(isDue: (entry: Counted) => boolean): readonly RefusedCredentials[] {
    return [...this.counted.values()]
      .filter((entry) => entry.count > 0 && isDue(entry))
      .map((entry) => {
        const { refused, count } = entry;
        Object.assign(entry, { count: 0, isNew: false });
        return { ...refused, count };
      });
  }
}

/** Notes for the audit log whose credentials a request has shown. */
export function noteCredentials(response: Response, sent: SentCredentials): void {
  if (sent.kind === 'password') response.locals['claimedEmail'] = sent.email.toLowerCase();
}

/** Notes for the audit log that credentials are valid, although they may not suffice. */
export function notePrincipal(response: Response, principal: Principal): void {
  response.locals['caller'] = principal;
}

/** Notes for the audit log that the next error refuses credentials, whatever the response is. */
export function noteRefusal(response: Response): void {
  response.locals['isRefusal'] = true;
}

function isRefusal({ locals }: Response, { code }: ReportError): boolean {
  return locals['isRefusal'] === true || code.startsWith('auth.') || codes.has(code);
}

function refusedBy(request: Request, { locals }: Response, { code }: ReportError): Counted['refused'] {
  const caller = locals['caller'] as Principal | undefined;
  const claimed = locals['claimedEmail'] as string | undefined;
  return {
    address: clientAddress(request),
    email: caller?.email ?? claimed ?? null,
    tokenId: caller?.tokenId ?? null,
    code,
    requestId: String(locals['requestId']),
  };
}
