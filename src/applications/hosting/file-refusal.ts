import type { StoreFault } from '../../model/testbed-act.ts'
import { unreachable } from '../../support/unreachable.ts'

/** A system call on the storage directory or a file of it, by Node's word for it. */
export type FileCall = 'open to write' | 'write' | 'open' | 'unlink' | 'opendir'

interface Errno {
  readonly errno: number
  readonly text: string
}

/** errno(3), with Node's words. */
const errors = {
  noEntry: { errno: 2, text: 'ENOENT: no such file or directory' },
  io: { errno: 5, text: 'EIO: i/o error' },
  permission: { errno: 13, text: 'EACCES: permission denied' },
  noSpace: { errno: 28, text: 'ENOSPC: no space left on device' },
  readOnly: { errno: 30, text: 'EROFS: read-only file system' },
} as const satisfies Readonly<Record<string, Errno>>

/** What the operating system would say. */
export class FileRefusal extends Error {
  readonly errno: number

  constructor(why: keyof typeof errors, call: FileCall, path: string) {
    const { errno, text } = errors[why]
    super(`${text}, ${call === 'open to write' ? 'open' : call} '${path}'`)
    this.errno = -errno
  }
}

/**
 * Fails as the call would under the fault. Opening a file to overwrite it needs no space, and empties it; reading and deleting need
 * none either. A lost directory is one that is not there.
 * @throws FileRefusal
 */
export function refuseFileCall(fault: StoreFault | null, call: FileCall, path: string): void {
  const why = fault === null ? null : refusalOf(fault, call)
  if (why !== null) throw new FileRefusal(why, call, path)
}

function refusalOf({ mode }: StoreFault, call: FileCall): keyof typeof errors | null {
  switch (mode) {
    case 'full':
      return call === 'write' ? 'noSpace' : null
    case 'readonly':
      return call === 'open to write' || call === 'unlink' ? 'readOnly' : null
    case 'slow':
      return null
    case 'error':
      return 'io'
    case 'lost':
      return 'noEntry'
    default:
      return unreachable(mode)
  }
}

/** @throws what is no answer of the operating system */
export function refusalText(error: unknown): string {
  return `errno ${errnoOf(error)} (${error instanceof Error ? error.message : String(error)})`
}

/** Whether the file or the directory is not there. @throws what is no answer of the operating system */
export function isMissing(error: unknown): boolean {
  return errnoOf(error) === errors.noEntry.errno
}

function errnoOf(error: unknown): number {
  if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) throw error
  return Math.abs(error.errno)
}
