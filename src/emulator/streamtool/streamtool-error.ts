/** Why a command came to nothing, in a sentence for standard error. Thrown within the shim only. */
export class StreamtoolError extends Error {
  override readonly name = 'StreamtoolError'
}
