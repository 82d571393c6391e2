/** Closes a switch over all kinds of a union: the compiler refuses it while a kind is missing. */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable: ${JSON.stringify(value)}`)
}
