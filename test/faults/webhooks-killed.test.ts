import { expect, test } from 'vitest';
import { printFigure } from '@hourglass/testing';
import { measureLoss } from '../webhook-loss.ts';
import { fullOrShort, patienceMs } from './fault-run.ts';

const events = fullOrShort(10_000, 1_000);

test(
  'of the events to a receiver that fails 30 %, none is lost while their worker is killed repeatedly',
  async () => {
    const figures = await measureLoss({ events, kills: fullOrShort(10, 3), failingShare: 0.3 });
    printFigure('webhook events', { events, ...figures });
    const { lost, surplus, undelivered } = figures;
    expect({ lost, surplus, undelivered }).toEqual({ lost: 0, surplus: 0, undelivered: 0 });
  },
  patienceMs,
);
