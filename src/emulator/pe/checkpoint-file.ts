import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatacenterName } from '../../model/datacenter.ts'
import { isErrno } from '../errno.ts'

/** The instance's checkpoint repository, as one job uses it: its last checkpoint, which outlives its processes. */
export class CheckpointFile {
  readonly #path: string

  constructor(of: { readonly directory: string; readonly dc: DatacenterName; readonly jobId: string }) {
    this.#path = join(of.directory, `${of.dc}-job-${of.jobId}.checkpoint`)
  }

  /** null: the job has made none yet. */
  read(): Uint8Array | null {
    try {
      return readFileSync(this.#path)
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null
      throw error
    }
  }

  /** All or nothing: a process that is killed while it writes leaves the checkpoint before. */
  write(state: Uint8Array): void {
    try {
      writeFileSync(`${this.#path}.new`, state)
      renameSync(`${this.#path}.new`, this.#path)
    } catch (error) {
      // The pair is being torn down and its directory gone already.
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
}
