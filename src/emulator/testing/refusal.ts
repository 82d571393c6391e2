/** The message that a promise rejects with; attached at once, so that a rejection that is looked at later is never unhandled. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
