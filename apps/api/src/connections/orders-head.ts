import { ordersPath } from '../endpoints/orders/signed-orders.ts';

const endOfHead = Buffer.from('\r\n\r\n');
const longestMethod = 10;
const keyId = /[?&]accesskey_id=([\w-]{1,64})(?=[& ])/;

/** Whether a connection that begins with these bytes may begin with a request for orders. */
export function mayBeginWithOrders(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, longestMethod + 1 + ordersPath.length);
  const [, method = '', space = '', target = ''] = /^([A-Z]*)( ?)(.*)$/is.exec(text) ?? [];
  if (method === '' || method.length > longestMethod) return false;
  if (space === '') return target === '';
  return ordersPath.startsWith(target.slice(0, ordersPath.length).toLowerCase());
}

/** Whether the bytes contain the empty line that ends a head. */
export function hasWholeHead(bytes: Buffer): boolean {
  return bytes.includes(endOfHead);
}

/** Returns the `accesskey_id` of the first line; null: there is none that a key can have. */
export function accessKeyIdOf(head: Buffer): string | null {
  const line = head.toString('latin1', 0, head.indexOf('\r\n'));
  return keyId.exec(line)?.[1] ?? null;
}

/** Collects a head that arrives in chunks, which may be single bytes, in memory of twice its size. */
export class HeadBuffer {
  #bytes = Buffer.alloc(0);
  #length = 0;
  #end = -1;

  add(chunk: Buffer): void {
    const searchFrom = Math.max(0, this.#length - endOfHead.length + 1);
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#length);
    this.#length = length;
    if (this.#end === -1) this.#end = this.bytes.indexOf(endOfHead, searchFrom);
  }

  get isWhole(): boolean {
    return this.#end !== -1;
  }

  /** Bytes of the head so far, without those after its end. */
  get length(): number {
    return this.isWhole ? this.#end : this.#length;
  }

  /** All bytes, those after the end of the head included. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
