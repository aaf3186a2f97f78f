import type { ApiMetrics, Logger } from '@hourglass/platform';
import type { AuditLog, LastUses } from '@hourglass/reports';
import type { AppParts } from './app.ts';
import { createNotedUses } from './http/note-use.ts';
import { createRefusals } from './http/refusals.ts';

/** Precision of the last use of tokens and organizations. */
const lastUseWriteMs = 60_000;
const maxNotedUses = 10_000;
/** Credentials that are refused again within the window are counted until its end. */
const refusalWindowMs = 60_000;
const refusalTickMs = 1_000;
const maxRefusedCredentials = 100;

/** Notes of requests, which are written behind their responses. */
export interface Notes {
  readonly parts: Pick<AppParts, 'noteUse' | 'refusals'>;
  /** Writes what was noted, and stops. */
  close(): Promise<void>;
}

export interface NoteServices {
  readonly lastUses: LastUses;
  readonly audit: Pick<AuditLog, 'recordRefusals'>;
  readonly metrics: Pick<ApiMetrics, 'countLostRefusals'>;
  readonly log: Pick<Logger, 'warn'>;
}

export function startNotes({ lastUses, audit, metrics, log }: NoteServices): Notes {
  const notedUses = createNotedUses({
    lastUses,
    everyMs: lastUseWriteMs,
    maxNoted: maxNotedUses,
    onError: (error) => log.warn({ err: error }, 'cannot record the last use of tokens'),
  });
  const refusals = createRefusals({
    audit,
    onLost(count, error) {
      metrics.countLostRefusals(count);
      log.warn({ err: error, count }, 'cannot record refused credentials in the audit log');
    },
    tickMs: refusalTickMs,
    ticksPerWindow: refusalWindowMs / refusalTickMs,
    maxKeys: maxRefusedCredentials,
  });
  return {
    parts: { noteUse: notedUses.note, refusals },
    async close() {
      await notedUses.close();
      await refusals.close();
    },
  };
}
