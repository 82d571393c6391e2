import { readdirSync } from 'node:fs'
import { datacenterNames } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { PairHome } from '../pair-home.ts'
import type { Child } from './child.ts'
import type { JobProcesses } from './job-processes.ts'
import type { Management } from './management.ts'
import { storageDirectory } from './pair-files.ts'
import { processState } from '../process-state.ts'

interface PairLeft {
  readonly home: PairHome
  /** It lost one of its processes. */
  readonly isBroken: boolean
  /** How many jobs the managements know. */
  readonly jobs: number
  /** How many link rules there are. */
  readonly rules: number
  readonly processes: JobProcesses
  readonly managements: readonly Management[]
  readonly link: Child<never> | null
}

/** @throws TestbedError, with counts of what is left, where a pair is not as a fresh one */
export function proveClean(pair: PairLeft): void {
  const { home, isBroken, jobs, rules, processes, managements, link } = pair
  const left = {
    jobs,
    rules,
    pes: processes.size,
    files: datacenterNames.flatMap((dc) => readdirSync(storageDirectory(home, dc))).length,
    storeFaults: processes.storeFaultCount,
    managementsDown: managements.filter(({ isRunning }) => !isRunning).length,
    linksPaused: link !== null && processState(link.pid) === 'T' ? 1 : 0,
  }
  if (isBroken || Object.values(left).some((count) => count > 0)) {
    throw new TestbedError(`Expected the pair ${home.block}.0 to be clean after a reset, got ${JSON.stringify(left)}.`)
  }
}
