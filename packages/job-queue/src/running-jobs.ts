interface RunningJob {
  readonly id: string;
  readonly controller: AbortController;
}

/** The jobs in progress and what ends them early. */
export class RunningJobs {
  private readonly jobs = new Set<RunningJob>();
  private closingReason: Error | null = null;

  start(id: string): AbortSignal {
    // Redis hands a job out again only when its lock ran out: an earlier run of it in this process has lost it.
    this.abort(id, new Error('the queue handed the job out again'));
    const controller = new AbortController();
    if (this.closingReason) controller.abort(this.closingReason);
    this.jobs.add({ id, controller });
    return controller.signal;
  }

  end(id: string, signal: AbortSignal): void {
    for (const job of this.jobs) {
      if (job.id === id && job.controller.signal === signal) this.jobs.delete(job);
    }
  }

  abort(id: string, reason: Error): void {
    for (const job of this.jobs) if (job.id === id) job.controller.abort(reason);
  }

  /** Also what starts from now on. */
  abortAll(reason: Error): void {
    this.closingReason = reason;
    for (const { controller } of this.jobs) controller.abort(reason);
  }
}
