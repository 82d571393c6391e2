// Ends what SIGSTOP holds of a pair whose supervisor is gone. Every process of a pair ends by itself then (child-life.ts), but for
// one that is stopped: it learns of nothing. The others see to it, and what none of them could the next supervisor does.

import { processesMarked } from './end-scripts.ts'
import { isErrno } from './errno.ts'
import { processState } from './process-state.ts'

/** Carried by every process of a pair: the pair's run directory. */
export const pairMark = 'FAILOVER_PAIR_DIRECTORY'

/** Kills every process of a pair that is stopped. */
export function endPaused(directory: string): void {
  for (const pid of processesMarked(pairMark, directory).filter((marked) => processState(marked) === 'T')) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (!isErrno(error, 'ESRCH')) throw error
    }
  }
}
