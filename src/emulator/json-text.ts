/** JSON that a process of this testbed wrote for another one; its shape is what the writer says it is. */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters
export function parseTrusted<T>(text: string): T {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(text) as T
}
