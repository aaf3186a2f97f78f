export interface StoredObject {
  readonly bytes: number;
  /** Opaque, without quotes. Changes when the bytes change. */
  readonly etag: string;
}

export interface IncompleteObject {
  readonly key: string;
  /** Aborts the upload and frees its space. The process that is uploading it gets an error. */
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
  /**
   * Null when there is no such object. The caller destroys a stream that it does not read to the
   * end.
   */
  read(key: string, range?: ByteRange): Promise<NodeJS.ReadableStream | null>;
  /** Succeeds when there is no such object. */
  delete(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<{ readonly key: string; readonly bytes: number }>;
  /**
   * Lists uploads that have begun and are not complete, of this process and of others, even dead
   * ones.
   */
  listIncomplete(prefix: string): AsyncIterable<IncompleteObject>;
  /** @throws ServiceUnavailable when the store cannot be reached or written */
  check(): Promise<void>;
}
