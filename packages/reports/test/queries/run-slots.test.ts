import { describe, expect, test } from 'vitest';
import type { Pauses } from '../../src/queries/report-engine.ts';
import { RunSlots } from '../../src/queries/run-slots.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

/** A run of three slices, each of which the test ends. It pauses between them like the engine. */
class SlicedRun {
  readonly log: string[] = [];
  #endSlice = () => {};
  readonly signal: AbortSignal;
  constructor(signal: AbortSignal = never) {
    this.signal = signal;
  }

  readonly work = async (pauses: Pauses): Promise<void> => {
    for (let slice = 1; slice <= 3; slice += 1) {
      await new Promise<void>((resolve) => {
        this.#endSlice = resolve;
      });
      this.log.push(`slice ${slice}`);
      if (slice < 3 && pauses.isWanted()) {
        this.log.push('pause');
        await pauses.wait(this.signal);
      }
    }
  };

  async endSlice(): Promise<void> {
    this.#endSlice();
    await settled();
  }
}

const owner = (organization: string, share = 1) => ({ organization, share });
const waiting = (organization: string, share = 1) => ({
  ...{ id: organization, organization, share },
  hasJoined: false,
});

describe('run slots', () => {
  test('a run keeps its slot while only its own organization waits, and leaves it at the end of a slice for another one', async () => {
    const slots = new RunSlots({ slots: 1, maxPaused: 1 });
    const long = new SlicedRun();
    let left = false;
    const turn = slots.start(owner('acme'), long.work).then(() => (left = true));
    slots.setWaiting(waiting('acme'));
    await long.endSlice();
    expect([left, long.log]).toEqual([false, ['slice 1']]);
    slots.setWaiting(waiting('beta'));
    await long.endSlice();
    await turn;
    expect(long.log).toEqual(['slice 1', 'slice 2', 'pause']);
    // The next query of the organization comes after its paused run.
    expect(slots.choice).toEqual({ shares: new Map(), skipped: ['acme'] });
    expect(slots.areAllTaken).toBe(false);
    const ended = slots.resume(null);
    await settled();
    await long.endSlice();
    await ended;
    expect(long.log.at(-1)).toBe('slice 3');
    expect([slots.hasPaused, slots.choice.skipped]).toEqual([false, []]);
  });

  test('two long runs of two organizations take turns in one slot, slice by slice', async () => {
    const slots = new RunSlots({ slots: 1, maxPaused: 1 });
    const [acme, beta] = [new SlicedRun(), new SlicedRun()];
    const acmeTurn = slots.start(owner('acme'), acme.work);
    slots.setWaiting(waiting('beta'));
    await acme.endSlice();
    await acmeTurn;
    // Neither holds a slot now. The one that waits has had no turn yet.
    expect(slots.resume(waiting('beta'))).toBeNull();
    const betaTurn = slots.start(owner('beta'), beta.work);
    await beta.endSlice();
    await betaTurn;
    const secondAcmeTurn = slots.resume(null);
    expect(secondAcmeTurn).not.toBeNull();
    await settled();
    await acme.endSlice();
    await secondAcmeTurn;
    expect([acme.log, beta.log]).toEqual([
      ['slice 1', 'pause', 'slice 2', 'pause'],
      ['slice 1', 'pause'],
    ]);
  });

  test('a paused run continues between two short queries of another organization in one slot', async () => {
    const slots = new RunSlots({ slots: 1, maxPaused: 1 });
    const acme = new SlicedRun();
    const acmeTurn = slots.start(owner('acme'), acme.work);
    slots.setWaiting(waiting('beta'));
    await acme.endSlice();
    await acmeTurn;
    await slots.start(owner('beta'), () => Promise.resolve());
    expect(slots.resume(waiting('beta'))).not.toBeNull();
  });

  test('the larger the weight, the more slots an organization keeps', async () => {
    const slots = new RunSlots({ slots: 2, maxPaused: 2 });
    const runs = [new SlicedRun(), new SlicedRun(), new SlicedRun()];
    void slots.start(owner('heavy', 1 / 3), runs[0]?.work ?? (() => Promise.resolve()));
    void slots.start(owner('light'), runs[1]?.work ?? (() => Promise.resolve()));
    slots.setWaiting(waiting('heavy', 1 / 3));
    await runs[0]?.endSlice();
    await runs[1]?.endSlice();
    expect([runs[0]?.log, runs[1]?.log]).toEqual([['slice 1'], ['slice 1', 'pause']]);
  });

  test('a waiting organization with a smaller share comes before a paused run, an equal one after it', async () => {
    const slots = new RunSlots({ slots: 2, maxPaused: 2 });
    const [first, second] = [new SlicedRun(), new SlicedRun()];
    void slots.start(owner('acme'), first.work);
    void slots.start(owner('acme'), second.work);
    slots.setWaiting(waiting('beta'));
    await first.endSlice();
    expect(first.log).toEqual(['slice 1', 'pause']);
    expect(slots.resume(waiting('beta'))).toBeNull();
    void slots.start(owner('beta'), new SlicedRun().work);
    expect(slots.resume(waiting('beta'))).not.toBeNull();
  });

  test('with as many paused runs as allowed, no further one gives way to a waiting query', async () => {
    const slots = new RunSlots({ slots: 2, maxPaused: 1 });
    const [first, second] = [new SlicedRun(), new SlicedRun()];
    void slots.start(owner('acme'), first.work);
    void slots.start(owner('acme'), second.work);
    slots.setWaiting(waiting('beta'));
    await first.endSlice();
    void slots.start(owner('beta'), new SlicedRun().work);
    slots.setWaiting(waiting('gamma'));
    await second.endSlice();
    expect([first.log, second.log]).toEqual([['slice 1', 'pause'], ['slice 1']]);
  });

  test('a paused run that is stopped ends without a slot', async () => {
    const slots = new RunSlots({ slots: 1, maxPaused: 1 });
    const cancelled = new AbortController();
    const run = new SlicedRun(cancelled.signal);
    const turn = slots.start(owner('acme'), run.work);
    slots.setWaiting(waiting('beta'));
    await run.endSlice();
    await turn;
    cancelled.abort(new Error('the query was cancelled'));
    await slots.allEnded();
    expect([slots.hasPaused, slots.resume(null)]).toEqual([false, null]);
  });
});
