import { readFileSync } from 'node:fs'
import { TestbedError } from '../model/errors.ts'
import { monotonicNowMs } from '../support/monotonic-clock.ts'
import { createScaledClock } from '../support/scaled-clock.ts'
import { waitUntil } from '../support/wait-until.ts'
import { isErrno } from './errno.ts'

/** Real seconds for a process to obey SIGSTOP or SIGCONT, which takes no more than a turn of the scheduler. */
const obeySeconds = 5
/** A process that sleeps obeys at once: looking without a break for so long sees it sooner than any timer would. */
const lookMs = 0.5

/** One letter, such as R, S, T (stopped) or Z (proc(5), field 3), or null where there is no such process. */
export function processState(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in parentheses and may hold blanks and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).charAt(0)
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return null
    throw error
  }
}

/**
 * Resolves once the process is seen stopped, or seen not to be.
 * @throws TestbedError when it is gone, or does not obey
 */
export async function untilStopped(pid: number, isStopped: boolean): Promise<void> {
  // Whoever stops several processes has signalled them all before the first one is looked at.
  await Promise.resolve()
  const untilMs = monotonicNowMs() + lookMs
  while (monotonicNowMs() < untilMs) if (isAsWanted(pid, isStopped)) return
  await waitUntil({
    what: `process ${pid} to be ${isStopped ? 'stopped' : 'continued'}`,
    clock: createScaledClock({ originMs: monotonicNowMs(), timeScale: 1 }),
    clockName: 'real',
    timeoutSeconds: obeySeconds,
    pollSeconds: 0.001,
    probe: () => (isAsWanted(pid, isStopped) ? true : undefined),
    lastSeen: () => processState(pid),
  })
}

function isAsWanted(pid: number, isStopped: boolean): boolean {
  const state = processState(pid)
  if (state === null || state === 'Z' || state === 'X') {
    throw new TestbedError(
      `Expected process ${pid} to be there, so that it can be stopped or continued; it is gone, or this system has no /proc.`,
    )
  }
  return (state === 'T') === isStopped
}
