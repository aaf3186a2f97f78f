/** Closes each part after the one before it. Null: there is none. */
export async function closeInTurn(parts: readonly ({ close(): unknown } | null)[]): Promise<void> {
  for (const part of parts) await part?.close();
}
