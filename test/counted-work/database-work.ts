import type { SentTransaction } from '@hourglass/testing';
import type { DatabaseWork } from './bounds.ts';

export function workOf(transactions: readonly SentTransaction[]): DatabaseWork {
  return {
    transactions: transactions.length,
    statements: transactions.reduce((sum, { statements }) => sum + statements.length, 0),
    roundTrips: transactions.reduce((sum, { roundTrips }) => sum + roundTrips, 0),
  };
}

/** Lists transactions for the message of a failed test. */
export function listed(transactions: readonly SentTransaction[]): string {
  const lines = transactions.flatMap(({ statements }, index) =>
    statements.map((text) => `${index + 1}. ${text.length > 160 ? `${text.slice(0, 160)} …` : text}`),
  );
  return `transactions and their statements:\n${lines.join('\n')}\n`;
}

/** The transactions that a process sends by the clock, whatever it does otherwise. */
export class BackgroundWork {
  private readonly texts: ReadonlySet<string>;

  /** @param transactions those of a process that has had no work, over a whole round of its periodic jobs */
  constructor(transactions: readonly SentTransaction[]) {
    this.texts = new Set(transactions.map(textOf));
  }

  /** Leaves out the transactions of periodic jobs, and of new connections. */
  without(transactions: readonly SentTransaction[]): readonly SentTransaction[] {
    return transactions.filter((one) => !this.texts.has(textOf(one)));
  }
}

function textOf({ statements }: SentTransaction): string {
  return statements.join('; ');
}
