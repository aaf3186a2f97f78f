export interface StoredObject {
  readonly bytes: number;
  /** Opaque, without quotes; changes when the bytes change. */
  readonly etag: string;
}

export interface IncompleteObject {
  readonly key: string;
  /** Gives it up, and what it takes of the store. Whoever is storing it fails. */
  discard(): Promise<void>;
}

export interface ByteRange {
  readonly start: number;
  readonly endExclusive: number;
}

/** Keys are `/`-separated paths of `[A-Za-z0-9._-]` segments. */
export interface ObjectStore {
  putFile(
    key: string,
    path: string,
    options: { contentType: string; signal?: AbortSignal },
  ): Promise<StoredObject>;
  /** Null when there is no such object. */
  stat(key: string): Promise<StoredObject | null>;
  /** Null when there is no such object. The caller destroys the stream when it stops early. */
  read(key: string, range?: ByteRange): Promise<NodeJS.ReadableStream | null>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<{ readonly key: string; readonly bytes: number }>;
  /** What was begun to be stored and is not complete, by this process or another one that may be dead. */
  listIncomplete(prefix: string): AsyncIterable<IncompleteObject>;
  /** Throws `ServiceUnavailable` when the store cannot be reached or written. */
  check(): Promise<void>;
}
