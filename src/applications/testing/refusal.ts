import { MessageFormatError } from '../../toolkit/errors.ts'

/** For tests of hostile bytes: what was thrown, or undefined. */
export function refusalOf(read: () => unknown): unknown {
  try {
    read()
    return undefined
  } catch (error) {
    return error
  }
}

/** Bytes may happen to be good; they may be refused; nothing else. */
export function isRefusalOrNothing(thrown: unknown): boolean {
  return thrown === undefined || thrown instanceof MessageFormatError
}
