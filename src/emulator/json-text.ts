/** Whether a value is an object whose members can be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** JSON that a process of this testbed wrote for another one; its shape is what the writer says it is. */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters
export function parseTrusted<T>(text: string): T {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(text) as T
}
